// Makes the client's types from the committed OpenAPI document; with --check only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { format } from "prettier";

const source = new URL("../../openapi/callboard.json", import.meta.url);
const target = join(import.meta.dirname, "../api/src/generated/schema.ts");
const check = process.argv.includes("--check");

if (!existsSync(source)) {
  console.error("client: openapi/callboard.json is missing. Fix: make contract-fix");
  process.exit(1);
}
const head = "// Generated from openapi/callboard.json by `npm run client`. Not to be edited.\n";
const body = astToString(await openapiTS(source, { alphabetize: false }));
const wanted = await format(head + body, { parser: "typescript", printWidth: 110 });
const present = existsSync(target) ? readFileSync(target, "utf8") : "";
if (check && present !== wanted) {
  console.error(
    "client: api/src/generated/schema.ts does not match openapi/callboard.json. Fix: make contract-fix",
  );
  process.exit(1);
}
if (!check && present !== wanted) writeFileSync(target, wanted);
console.log(
  check
    ? "client: types match the OpenAPI document"
    : `client: ${present === wanted ? "unchanged" : "written"}`,
);
