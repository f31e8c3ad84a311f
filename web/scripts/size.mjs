// Holds the script budgets of both pages: what their first load fetches, brotli-compressed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const dist = join(import.meta.dirname, "../console/dist");
const budgets = [
  { page: "console", entry: "index.html", limit: 250_000 },
  { page: "call page without LiveKit", entry: "join.html", limit: 200_000 },
];

const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const size = (file) => brotliCompressSync(readFileSync(join(dist, file))).length;
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** The files that a page loads at once: its entry and all that it imports, lazy parts left out. */
function firstLoad(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`size: the build has no ${key}; run \`npm run build\` first`);
  if (!seen.has(chunk.file)) {
    seen.add(chunk.file);
    for (const next of chunk.imports ?? []) firstLoad(next, seen);
  }
  return seen;
}

let failed = false;
for (const { page, entry, limit } of budgets) {
  const files = [...firstLoad(entry)].filter((file) => file.endsWith(".js"));
  const total = files.reduce((sum, file) => sum + size(file), 0);
  const good = total <= limit;
  failed ||= !good;
  console.log(
    `size: ${page} ${kb(total)} of ${kb(limit)} ${good ? "ok" : "TOO LARGE"} (${files.length} files)`,
  );
}
for (const chunk of Object.values(manifest)) {
  if (chunk.isDynamicEntry) console.log(`size: lazy ${chunk.name} ${kb(size(chunk.file))}`);
}
if (failed) {
  console.error("size: over budget. Load what is not needed at once with `import()`, or drop a dependency.");
  process.exit(1);
}
