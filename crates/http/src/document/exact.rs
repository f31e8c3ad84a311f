//! Says in the schemas what the extractors hold everybody to, so that a document's reader, and a generator of requests,
//! need not find out: the range of integers, texts without control characters, the form of headers.

use std::collections::BTreeSet;

use callboard_kernel::limits;
use utoipa::Number;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

use super::{operation_mut, routes_of};

/// A text as [`callboard_kernel::check_text`] wants it: not blank, no control characters.
const TEXT: &str = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
/// Printable ASCII, as headers are trimmed.
const PRINTABLE: &str = "^[!-~]([ -~]{0,253}[!-~])?$";
/// `*`, or entity tags in quotes.
const ENTITY_TAGS: &str = r#"^(\*|(W/)?"[ !#-+./0-~-]*"( *, *(W/)?"[ !#-+./0-~-]*")*)$"#;
/// 2^53-1; the target has 64 bits.
const LARGEST: isize = limits::MAX_SAFE_INTEGER as isize;

/// Completes every schema of the document.
pub(super) fn complete(openapi: &mut OpenApi) {
    let mut asked: Vec<String> = Vec::new();
    for (method, path) in routes_of(openapi) {
        let item = openapi.paths.paths.get_mut(&path);
        let Some(operation) = item.and_then(|item| operation_mut(item, &method)) else { continue };
        operation.parameters.iter_mut().flatten().for_each(parameter);
        bodies(operation, &mut asked);
    }
    let Some(components) = openapi.components.as_mut() else { return };
    for schema in components.schemas.values_mut() {
        each(schema, &mut integer, &mut |_| {});
    }
    let mut done = BTreeSet::new();
    while let Some(name) = asked.pop() {
        let Some(schema) = components.schemas.get_mut(&name) else { continue };
        if done.insert(name) {
            each(schema, &mut text, &mut |name| asked.push(name));
            words_once(schema);
        }
    }
}

/// Words of a closed set (roles, scopes) are named once.
fn words_once(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for member in object.properties.values_mut() {
        if let RefOr::T(Schema::Array(array)) = member {
            array.unique_items = matches!(&array.items, ArrayItems::RefOrSchema(i) if matches!(**i, RefOr::Ref(_)));
        }
    }
}

fn parameter(parameter: &mut RefOr<Parameter>) {
    let RefOr::T(parameter) = parameter else { return };
    let Some(schema) = parameter.schema.as_mut() else { return };
    present(schema);
    each(schema, &mut integer, &mut |_| {});
    let pattern = match parameter.name.as_str() {
        "Idempotency-Key" => PRINTABLE,
        "If-Match" => ENTITY_TAGS,
        _ => return,
    };
    each(
        schema,
        &mut |object| {
            object.schema_type = SchemaType::new(Type::String);
            object.pattern = Some(pattern.to_owned());
        },
        &mut |_| {},
    );
}

/// What may be left out of a request (a body, a parameter) is nothing that may be null.
fn present(schema: &mut RefOr<Schema>) {
    let null =
        |s: &RefOr<Schema>| matches!(s, RefOr::T(Schema::Object(o)) if o.schema_type == SchemaType::new(Type::Null));
    match schema {
        RefOr::T(Schema::OneOf(choice)) => {
            choice.items.retain(|s| !null(s));
            if let [only] = choice.items.as_slice() {
                *schema = only.clone();
            }
        }
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|t| *t != Type::Null);
                if let [only] = types.as_slice() {
                    object.schema_type = SchemaType::Type(only.clone());
                }
            }
        }
        _ => {}
    }
}

fn bodies(operation: &mut Operation, asked: &mut Vec<String>) {
    let Some(RefOr::T(body)) = operation.request_body.as_mut() else { return };
    for content in body.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(schema) = content.schema.as_mut() else { continue };
        present(schema);
        each(schema, &mut text, &mut |name| asked.push(name));
    }
}

/// Calls `change` for each plain schema inside, and `meet` for each name that is referred to.
fn each(schema: &mut RefOr<Schema>, change: &mut dyn FnMut(&mut Object), meet: &mut dyn FnMut(String)) {
    let schema = match schema {
        RefOr::Ref(reference) => {
            return meet(reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned());
        }
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Object(object) => {
            change(object);
            object.properties.values_mut().for_each(|s| each(s, change, meet));
            if let Some(AdditionalProperties::RefOr(rest)) = object.additional_properties.as_deref_mut() {
                each(rest, change, meet);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                each(items, change, meet);
            }
        }
        Schema::OneOf(several) => several.items.iter_mut().for_each(|s| each(s, change, meet)),
        Schema::AllOf(several) => several.items.iter_mut().for_each(|s| each(s, change, meet)),
        Schema::AnyOf(several) => several.items.iter_mut().for_each(|s| each(s, change, meet)),
        _ => {}
    }
}

fn is_a(object: &Object, wanted: &Type) -> bool {
    match &object.schema_type {
        SchemaType::Type(one) => one == wanted,
        SchemaType::Array(several) => several.contains(wanted),
        SchemaType::AnyValue => false,
    }
}

/// Integers lie within ±(2^53-1) everywhere.
fn integer(object: &mut Object) {
    if is_a(object, &Type::Integer) {
        object.minimum.get_or_insert(Number::Int(-LARGEST));
        object.maximum.get_or_insert(Number::Int(LARGEST));
    }
}

/// Texts of a range of lengths are names and the like; what is something else says its own pattern or format.
fn text(object: &mut Object) {
    let bounded = object.min_length.is_some() && object.max_length.is_some();
    let own = object.pattern.is_some() || object.format.is_some() || object.enum_values.is_some();
    if is_a(object, &Type::String) && bounded && !own {
        object.pattern = Some(TEXT.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn schemas_say_what_the_extractors_hold_to() {
        let mut document: OpenApi = serde_json::from_value(json!({
            "openapi": "3.1.0", "info": { "title": "t", "version": "1" },
            "paths": { "/a": { "post": {
                "parameters": [
                    { "name": "If-Match", "in": "header", "required": false, "schema": { "type": ["string", "null"] } },
                    { "name": "limit", "in": "query", "required": false, "schema": { "type": ["integer", "null"], "minimum": 1 } },
                ],
                "requestBody": { "content": { "application/json": {
                    "schema": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Ask" }] } } } },
                "responses": {},
            } } },
            "components": { "schemas": {
                "Ask": { "type": "object", "properties": {
                    "name": { "type": "string", "minLength": 1, "maxLength": 9 },
                    "token": { "type": "string" },
                    "words": { "type": "array", "items": { "$ref": "#/components/schemas/Word" } },
                } },
                "Word": { "type": "string", "enum": ["a", "b"] },
                "Answer": { "type": "object", "properties": { "name": { "type": "string", "minLength": 1, "maxLength": 9 } } },
            } },
        }))
        .expect("a document");
        complete(&mut document);
        let told = serde_json::to_value(&document).expect("JSON");
        let at = |pointer: &str| told.pointer(pointer).cloned().unwrap_or(Value::Null);
        assert_eq!(at("/paths/~1a/post/parameters/0/schema/pattern"), json!(ENTITY_TAGS));
        let limit = at("/paths/~1a/post/parameters/1/schema");
        assert_eq!(
            (&limit["type"], &limit["minimum"], &limit["maximum"]),
            (&json!("integer"), &json!(1), &json!(LARGEST))
        );
        let body = at("/paths/~1a/post/requestBody/content/application~1json/schema");
        assert_eq!(body, json!({ "$ref": "#/components/schemas/Ask" }));
        assert_eq!(at("/components/schemas/Ask/properties/name/pattern"), json!(TEXT));
        assert_eq!(at("/components/schemas/Ask/properties/token/pattern"), Value::Null);
        assert_eq!(at("/components/schemas/Ask/properties/words/uniqueItems"), json!(true));
        assert_eq!(
            at("/components/schemas/Answer/properties/name/pattern"),
            Value::Null,
            "answers promise nothing new"
        );
    }
}
