// Makes the client's types from the committed OpenAPI document; with --check only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { format } from "prettier";

const source = join(import.meta.dirname, "../../openapi/callboard.json");
const target = join(import.meta.dirname, "../api/src/generated/schema.ts");
const check = process.argv.includes("--check");
const FIX = "Fix: make contract-fix";

function fail(reason) {
  console.error(`client: ${reason}. ${FIX}`);
  process.exit(1);
}

const isNull = (schema) => schema?.type === "null";

/**
 * An optional member is absent when unset, never null: the document's null there is an artefact of how
 * it is made. A null in a required member (`nextCursor`, `watermark`) means something and stays.
 */
function withoutIdleNulls(node) {
  if (Array.isArray(node)) return node.map(withoutIdleNulls);
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withoutIdleNulls(value)]));
  if (copy.properties) {
    const required = new Set(copy.required ?? []);
    for (const name of Object.keys(copy.properties)) {
      if (!required.has(name)) copy.properties[name] = withoutNull(copy.properties[name]);
    }
  }
  return copy;
}

function withoutNull(schema) {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== "null");
    return { ...schema, type: types.length === 1 ? types[0] : types };
  }
  const rest = schema.oneOf?.filter((part) => !isNull(part));
  if (!rest || rest.length === schema.oneOf.length) return schema;
  return rest.length === 1 ? rest[0] : { ...schema, oneOf: rest };
}

async function generate() {
  const document = withoutIdleNulls(JSON.parse(readFileSync(source, "utf8")));
  const head = "// Generated from openapi/callboard.json by `npm run client`. Not to be edited.\n";
  const body = astToString(await openapiTS(document, { emptyObjectsUnknown: true }));
  return format(head + body, { parser: "typescript", printWidth: 110 });
}

if (!existsSync(source)) fail("openapi/callboard.json is missing");
const wanted = await generate().catch((error) =>
  fail(`openapi/callboard.json cannot be read as OpenAPI (${error.message}); mend the annotation it names`),
);
const present = existsSync(target) ? readFileSync(target, "utf8") : "";
if (check) {
  if (present !== wanted) fail("web/api/src/generated/schema.ts does not match openapi/callboard.json");
  console.log("client: types match the OpenAPI document");
} else {
  if (present !== wanted) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, wanted);
  }
  console.log(`client: ${present === wanted ? "unchanged" : "written"}`);
}
