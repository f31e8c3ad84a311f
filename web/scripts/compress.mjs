// Writes a brotli twin beside every file of the build that gets smaller by it.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const dist = join(import.meta.dirname, "../console/dist");
const packed = new Set([".woff2", ".br", ".png"]);
let count = 0;
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  // The pages themselves get a nonce per request, so the server packs nothing of theirs ahead.
  const skip = !entry.isFile() || packed.has(extname(entry.name)) || extname(entry.name) === ".html";
  if (skip || entry.parentPath.includes(".vite")) continue;
  const path = join(entry.parentPath, entry.name);
  const raw = await readFile(path);
  const br = brotliCompressSync(raw, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length },
  });
  if (br.length >= raw.length) continue;
  await writeFile(`${path}.br`, br);
  count += 1;
}
console.log(`compress: ${count} files have a .br beside them`);
