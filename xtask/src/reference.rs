//! `docs/reference/http.md`: every route of the OpenAPI document as a page that reads.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const HEAD: &str = "# HTTP API

Made from the code by `make contract-fix`; do not edit. A running server shows the same at `/docs`, to try out, and
serves it at `/openapi.json`.

Answers are JSON; times are RFC 3339 in UTC; a list is `{items, nextCursor}`. A refusal is `application/problem+json`
with a stable `code`, and [every code has a page](../errors/README.md). Codes that any route may answer are left out
below: `BAD_REQUEST`, `BODY_TOO_LARGE`, `CSRF_REQUIRED`, `FORBIDDEN`, `HEADERS_TOO_LARGE`, `INTERNAL`, `MALFORMED_JSON`,
`ORIGIN_FORBIDDEN`, `OUTCOME_UNKNOWN`, `OVERLOADED`, `RATE_LIMITED`, `REQUEST_TIMEOUT`, `SHUTTING_DOWN`,
`STORE_UNAVAILABLE`, `TOKEN_EXPIRED`, `UNAUTHENTICATED`, `UNKNOWN_QUERY_PARAMETER`, `UNSUPPORTED_MEDIA_TYPE`,
`VALIDATION_FAILED`.
";

/// The page. `access` is the access matrix, a TOML text. Refuses a document of which a part would be missing on it.
pub fn http(document: &Value, access: &str) -> Result<String, String> {
    check_tags(document)?;
    let rows = who_may(access)?;
    let mut page = HEAD.to_owned();
    for tag in list(&document["tags"]) {
        let name = text(&tag["name"]);
        write_tag(&mut page, document, &rows, name, text(&tag["description"]));
    }
    Ok(page)
}

/// The page is written tag by tag: a route whose tag is not listed would silently be left out, and a tag without a route
/// is a heading over nothing.
fn check_tags(document: &Value) -> Result<(), String> {
    let listed: Vec<&str> = list(&document["tags"]).iter().map(|tag| text(&tag["name"])).collect();
    let (mut used, mut wrong) = (BTreeSet::new(), Vec::new());
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            match list(&operation["tags"]) {
                [tag] if listed.contains(&text(tag)) => drop(used.insert(text(tag))),
                tags => {
                    let tags: Vec<&str> = tags.iter().map(text).collect();
                    let route = format!("{} {path}", method.to_uppercase());
                    wrong.push(format!("{route} has the tags [{}], not one that the document lists", tags.join(", ")));
                }
            }
        }
    }
    wrong.extend(listed.iter().filter(|tag| !used.contains(*tag)).map(|tag| format!("no route has the tag {tag}")));
    if wrong.is_empty() {
        return Ok(());
    }
    let how = format!("give each route, as `tag = \"…\"` of its utoipa::path, one of: {}", listed.join(", "));
    Err(format!("{}\n{how}; the list is in crates/callboard/src/modules.rs", wrong.join("\n")))
}

fn write_tag(page: &mut String, document: &Value, rows: &BTreeMap<String, String>, tag: &str, about: &str) {
    let _ = write!(page, "\n## {tag}\n\n{about}.\n");
    for (path, methods) in entries(&document["paths"]) {
        for (method, operation) in entries(methods) {
            if list(&operation["tags"]).iter().any(|t| text(t) == tag) {
                let route = format!("{} {path}", method.to_uppercase());
                write_route(page, document, &route, operation, rows.get(&route).map_or("", String::as_str));
            }
        }
    }
}

fn write_route(page: &mut String, document: &Value, route: &str, operation: &Value, who: &str) {
    let _ = write!(page, "\n### {route}\n\n{}.", text(&operation["summary"]).trim_end_matches('.'));
    let more = text(&operation["description"]);
    if !more.is_empty() {
        let _ = write!(page, " {more}");
    }
    let _ = write!(page, "\n\n{who}\n");
    let parameters: Vec<String> =
        list(&operation["parameters"]).iter().filter(|p| p["in"] != "path").map(parameter).collect();
    let body = body_schema(document, operation);
    let fields: Vec<String> = body.map(|schema| fields(document, schema)).unwrap_or_default();
    let rows = [parameters, fields].concat();
    if !rows.is_empty() {
        let _ = write!(page, "\n| | |\n|---|---|\n{}\n", rows.join("\n"));
    }
    let answers: Vec<String> = entries(&operation["responses"]).filter_map(|(status, r)| answer(status, r)).collect();
    let codes: Vec<String> =
        list(&operation["x-error-codes"]).iter().map(|c| format!("[`{0}`](../errors/{0}.md)", text(c))).collect();
    let _ = write!(page, "\nAnswers: {}", answers.join("; "));
    if !codes.is_empty() {
        let _ = write!(page, ". Refuses: {}", codes.join(", "));
    }
    page.push_str(".\n");
}

fn parameter(one: &Value) -> String {
    let place = if one["in"] == "query" { "?" } else { "" };
    let about = text(&one["description"]).replace(['\n', '|'], " ");
    format!("| `{place}{}` | {about} |", text(&one["name"]))
}

/// The schema of a JSON body, past the wrapping that makes it optional.
fn body_schema<'a>(document: &'a Value, operation: &'a Value) -> Option<&'a Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| resolved(document, schema))
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return resolved(document, &document["components"]["schemas"][name]);
    }
    let choices = if schema["oneOf"].is_null() { &schema["anyOf"] } else { &schema["oneOf"] };
    match list(choices).iter().find(|one| one["type"] != "null") {
        Some(one) => resolved(document, one),
        None => schema,
    }
}

fn fields(document: &Value, schema: &Value) -> Vec<String> {
    let required: Vec<&str> = list(&schema["required"]).iter().map(text).collect();
    entries(&schema["properties"])
        .map(|(name, field)| {
            let mark = if required.contains(&name.as_str()) { "" } else { "?" };
            let own = text(&field["description"]);
            let about = if own.is_empty() { inner_description(document, field) } else { own };
            format!("| `{name}{mark}` | {} |", about.replace(['\n', '|'], " "))
        })
        .collect()
}

fn inner_description<'a>(document: &'a Value, field: &'a Value) -> &'a str {
    let choice = list(&field["oneOf"]).iter().find(|one| one["type"] != "null");
    match choice.map(|one| text(&one["description"])) {
        Some(about) if !about.is_empty() => about,
        _ => text(&resolved(document, field)["description"]),
    }
}

fn answer(status: &str, response: &Value) -> Option<String> {
    if !status.starts_with(['1', '2', '3']) {
        return None;
    }
    let about = text(&response["description"]).replace('\n', " ");
    let schema = &response["content"]["application/json"]["schema"];
    let name = schema["$ref"].as_str().and_then(|r| r.rsplit('/').next());
    let about = if about.is_empty() { about } else { format!(" {about}") };
    Some(match name {
        Some(name) => format!("**{status}**{about} (`{name}`)"),
        None => format!("**{status}**{about}"),
    })
}

/// Who may call each route, in words.
fn who_may(access: &str) -> Result<BTreeMap<String, String>, String> {
    let table: toml::Table = toml::from_str(access).map_err(|error| format!("the access matrix: {error}"))?;
    let rows = table.get("route").and_then(toml::Value::as_array).ok_or("the access matrix has no routes")?;
    let mut out = BTreeMap::new();
    for row in rows {
        let word = |name: &str| row.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        out.insert(format!("{} {}", word("method"), word("path")), sentence(row));
    }
    Ok(out)
}

fn sentence(row: &toml::Value) -> String {
    let mut may = Vec::new();
    if row.get("public").is_some_and(|p| p.as_bool() != Some(false)) {
        may.push("anybody".to_owned());
    }
    if row.get("provider").is_some_and(|p| p.as_bool() != Some(false)) {
        may.push("the provider, by its signature".to_owned());
    }
    match row.get("scope").and_then(toml::Value::as_str) {
        Some("any") => may.push("any key".to_owned()),
        Some(scope) => may.push(format!("a key with `{scope}`")),
        None => {}
    }
    let words = |value: &toml::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
    };
    match row.get("roles") {
        Some(toml::Value::String(_)) => may.push("users, for what they may see".to_owned()),
        Some(roles) => may.push(format!("users in the role {}", words(roles).join(", "))),
        None => {}
    }
    if let Some(pass) = row.get("pass") {
        may.push(format!("a session pass ({})", words(pass).join(", ")));
    }
    if may.is_empty() { String::new() } else { format!("Who: {}.", may.join("; ")) }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_route_is_told_with_its_fields_its_callers_and_its_refusals() {
        let document = json!({
            "tags": [{ "name": "Calls", "description": "Sessions" }],
            "paths": { "/v1/x": { "post": {
                "tags": ["Calls"], "summary": "Make x", "x-error-codes": ["NOT_FOUND"],
                "requestBody": { "content": { "application/json": { "schema": { "oneOf": [{ "$ref": "#/components/schemas/X" }, { "type": "null" }] } } } },
                "responses": { "201": { "description": "Made" }, "404": { "description": "no" } } } } },
            "components": { "schemas": { "X": { "type": "object", "required": ["a"],
                "properties": { "a": { "type": "string", "description": "An a." }, "b": { "type": "string" } } } } }
        });
        let access = "[[route]]\nmethod = \"POST\"\npath = \"/v1/x\"\nscope = \"calls:write\"\nroles = \"self\"\npass = [\"agent\"]\n";
        let page = http(&document, access).unwrap();
        for wanted in [
            "### POST /v1/x\n\nMake x.",
            "Who: a key with `calls:write`; users, for what they may see; a session pass (agent).",
            "| `a` | An a. |\n| `b?` |  |",
            "Answers: **201** Made. Refuses: [`NOT_FOUND`](../errors/NOT_FOUND.md).",
        ] {
            assert!(page.contains(wanted), "{wanted}\n---\n{page}");
        }
        assert!(!page.contains("404"));
    }

    #[test]
    fn a_route_that_would_be_missing_on_the_page_is_refused() {
        let document = |tags: Value| {
            let route = json!({ "tags": tags, "summary": "Make x", "responses": {} });
            let other = json!({ "tags": ["Calls"], "summary": "Read y", "responses": {} });
            json!({ "tags": [{ "name": "Calls" }, { "name": "Access" }],
                "paths": { "/v1/x": { "post": route }, "/v1/y": { "get": other } } })
        };
        let said = |tags: Value| http(&document(tags), "route = []").unwrap_err();
        assert!(http(&document(json!(["Access"])), "route = []").is_ok());
        for (tags, shown) in
            [(json!(["keys"]), "[keys]"), (Value::Null, "[]"), (json!(["Calls", "Access"]), "[Calls, Access]")]
        {
            let said = said(tags);
            assert!(said.contains(&format!("POST /v1/x has the tags {shown}")) && !said.contains("/v1/y"), "{said}");
            assert!(said.contains("one of: Calls, Access"), "{said}");
        }
        // All routes are told, but a heading stands over nothing.
        assert!(said(json!(["Calls"])).contains("no route has the tag Access"));
    }
}
