// Builds web/api into api/dist, a package of its own: ES modules, types, README. `npm pack ./api/dist` makes the
// tarball. The console reads the sources instead, so that it never waits for this.
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const web = join(import.meta.dirname, "..");
const api = join(web, "api");
const dist = join(api, "dist");

rmSync(dist, { recursive: true, force: true });
const tsc = join(web, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(api, "tsconfig.build.json")], { stdio: "inherit" });

// Declarations keep the sources' endings; outside of this repository only the built ones exist.
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith(".d.ts")) continue;
  const path = join(dist, name);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(/((?:from|import\()\s*"\.{1,2}\/[^"]+)\.ts"/g, '$1.js"'));
}

const {
  private: _private,
  exports: sources,
  ...manifest
} = JSON.parse(readFileSync(join(api, "package.json"), "utf8"));
const built = Object.fromEntries(
  Object.entries(sources).map(([name, source]) => {
    const base = source.replace("./src/", "./").replace(/\.ts$/, "");
    return [name, { types: `${base}.d.ts`, default: `${base}.js` }];
  }),
);
const packed = { ...manifest, sideEffects: false, engines: { node: ">=20" }, exports: built };
writeFileSync(join(dist, "package.json"), `${JSON.stringify(packed, null, 2)}\n`);
cpSync(join(api, "README.md"), join(dist, "README.md"));
cpSync(join(web, "../LICENSE"), join(dist, "LICENSE"));
console.log(`package: ${packed.name} ${packed.version} is in web/api/dist`);
