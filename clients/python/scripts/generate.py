"""Writes what can be generated, or with --check only compares:

models.py  from openapi/callboard.json and the event schemas under openapi/schemas/v1;
_sync/     from _async/, word by word, so that the two clients cannot drift apart.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
ROOT = PACKAGE.parents[1]
SOURCE = PACKAGE / "src" / "callboard"
FIX = "Fix: make contract-fix"

Schema = dict[str, Any]

HEAD = '''"""The shapes on the wire, as TypedDicts: dictionaries with the names that the API has.

Generated from openapi/ by scripts/generate.py. Not to be edited. Members that are NotRequired are absent when unset,
never None. A newer server may send more members than are named here.
"""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Union
'''

#: Made here with more precision, or not needed: lists are ``Page[...]``.
LEFT_OUT = re.compile(r"^(Event|List_.*)$")


def type_of(schema: Schema, *, nullable: bool) -> str:
    """A schema as a Python type. ``nullable`` keeps a null that means something."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    for many in ("oneOf", "anyOf"):
        if many in schema and "properties" not in schema:
            parts = [type_of(part, nullable=True) for part in schema[many]]
            return union(parts, nullable)
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        return union([type_of({**schema, "type": each}, nullable=True) for each in kind], nullable)
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}), nullable=True)}]"
    if kind == "object":
        extra = schema.get("additionalProperties")
        values = type_of(extra, nullable=True) if isinstance(extra, dict) and extra else "Any"
        return f"dict[str, {values}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}[kind]


def union(parts: list[str], nullable: bool) -> str:
    kept = [part for part in dict.fromkeys(parts) if nullable or part != "None"]
    return " | ".join(kept) if kept else "None"


def doc(text: str, indent: str = "    ") -> str:
    clean = " ".join(text.replace("\\", "\\\\").replace('"""', "'''").split()) or "As named."
    lines = textwrap.wrap(clean, 100, break_long_words=False)
    if len(lines) == 1 and not lines[0].endswith('"'):
        return f'{indent}"""{lines[0]}"""\n'
    return f'{indent}"""' + f"\n{indent}".join(lines) + f'\n{indent}"""\n'


def typed_dict(name: str, schema: Schema, base: str = "TypedDict") -> str:
    required = set(schema.get("required", []))
    if any(keyword.iskeyword(key) or not key.isidentifier() for key in schema.get("properties", {})):
        return functional(name, schema, required)
    members: list[str] = []
    for key, value in schema.get("properties", {}).items():
        must = key in required
        kind = type_of(value, nullable=must)
        members.append(f"    {key}: {kind}\n" if must else f"    {key}: NotRequired[{kind}]\n")
        if text := value.get("description"):
            members.append(doc(text))
    return f"class {name}({base}):\n{doc(schema.get('description', ''))}\n" + "".join(members)


def functional(name: str, schema: Schema, required: set[str]) -> str:
    """The same where a member's name is a word of the language, such as ``pass``."""
    members = ""
    for key, value in schema["properties"].items():
        kind = type_of(value, nullable=key in required)
        kind = kind if key in required else f"NotRequired[{kind}]"
        members += f"        # {' '.join(value.get('description', 'As named.').split())}\n"
        members += f'        "{key}": "{kind}",\n'
    text = doc(schema.get("description", ""), "")
    return f'{name} = TypedDict(\n    "{name}",\n    {{\n{members}    }},\n)\n{text}'


def alias(name: str, value: str, text: str = "") -> str:
    return f"{name}: TypeAlias = {value}\n" + (doc(text, "") if text else "")


def extended(name: str, schema: Schema) -> str:
    """A shape that is another one and more."""
    bases = [type_of(part, nullable=True) for part in schema["allOf"] if "$ref" in part]
    own: Schema = {"description": schema.get("description", ""), "properties": {}, "required": []}
    for part in schema["allOf"]:
        own["properties"] |= part.get("properties", {})
        own["required"] += part.get("required", [])
    return typed_dict(name, own, ", ".join(bases) or "TypedDict")


def component(name: str, schema: Schema) -> str:
    if "allOf" in schema:
        return extended(name, schema)
    if "properties" in schema or (schema.get("type") == "object" and "oneOf" not in schema):
        return typed_dict(name, schema)
    if "enum" in schema:
        return alias(name, type_of(schema, nullable=True), schema.get("description", ""))
    if "oneOf" not in schema:
        return alias(name, type_of(schema, nullable=True), schema.get("description", ""))
    parts = ", ".join(f'"{type_of(part, nullable=True)}"' for part in schema["oneOf"])
    return alias(name, f"Union[{parts}]", schema.get("description", ""))


def class_name(event_type: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"[._]", event_type))


def event_types() -> dict[str, Schema]:
    folder = ROOT / "openapi" / "schemas" / "v1"
    files = {path.name.removesuffix(".json"): path for path in sorted(folder.glob("*.json"))}
    return {name: json.loads(path.read_text()) for name, path in files.items() if "." in name}


def events(envelope: Schema) -> list[str]:
    """A class for each event type, with its payload, and their union: ``event["type"]`` tells which one it is."""
    out: list[str] = []
    names: list[str] = []
    for event_type, schema in event_types().items():
        name = class_name(event_type)
        names.append(f"{name}Event")
        out.append(typed_dict(f"{name}Payload", schema))
        own = json.loads(json.dumps(envelope))
        own["description"] = f"An event of type `{event_type}`: {schema.get('description', '')}"
        own["properties"]["type"] = {"enum": [event_type]}
        own["properties"]["payload"] = {"$ref": f"#/{name}Payload"}
        for value in own["properties"].values():
            value.pop("description", None)
        out.append(typed_dict(f"{name}Event", own))
    out.append(alias("EventType", "Literal[\n" + "".join(f'    "{each}",\n' for each in event_types()) + "]", "Types."))
    members = "".join(f'    "{each}",\n' for each in names)
    out.append(alias("Event", f"Union[\n{members}]", "An event as it is stored, replayed and streamed."))
    return out


def models() -> str:
    schemas: dict[str, Schema] = json.loads((ROOT / "openapi" / "callboard.json").read_text())["components"]["schemas"]
    parts = [component(name, schema) for name, schema in schemas.items() if not LEFT_OUT.match(name)]
    parts += events(schemas["Event"])
    return HEAD + "\n\n" + "\n\n".join(parts)


#: What makes a synchronous client of the asynchronous one; longer ones first.
WORDS = [
    (r"\bimport anyio\b", "import time"),
    (r"\banyio\.sleep\b", "time.sleep"),
    (r"\basync (def|for|with)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAbstractAsyncContextManager\b", "AbstractContextManager"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\bStopAsyncIteration\b", "StopIteration"),
    (r"\b__a(iter|next|enter|exit)__\b", r"__\1__"),
    (r"\banext\(", "next("),
    (r"\baiter_(bytes|lines)\b", r"iter_\1"),
    (r"\baclos(e|ing)\b", r"clos\1"),
    (r"\baread\b", "read"),
    (r"\b_async\b", "_sync"),
]


def synchronous(text: str) -> str:
    for pattern, with_what in WORDS:
        text = re.sub(pattern, with_what, text, flags=re.MULTILINE)
    return "# Generated from _async/ by scripts/generate.py. Not to be edited.\n" + text


def wanted() -> dict[Path, str]:
    files = {SOURCE / "models.py": models()}
    for path in sorted((SOURCE / "_async").glob("*.py")):
        files[SOURCE / "_sync" / path.name] = synchronous(path.read_text())
    return files


def main() -> None:
    check = "--check" in sys.argv[1:]
    files = wanted()
    present = {path: path.read_text() for path in files if path.exists()}
    stale = [path for path, text in files.items() if present.get(path) != text]
    extra = [path for path in (SOURCE / "_sync").glob("*.py") if path not in files]
    if check:
        for path in stale + extra:
            print(f"python: {path.relative_to(ROOT)} is not what its source gives. {FIX}", file=sys.stderr)
        if stale or extra:
            raise SystemExit(1)
        print("python: generated files match their sources")
        return
    for path in extra:
        path.unlink()
    for path in stale:
        path.parent.mkdir(exist_ok=True)
        path.write_text(files[path])
    print(f"python: {len(stale) + len(extra) or 'no'} files changed")


if __name__ == "__main__":
    main()
