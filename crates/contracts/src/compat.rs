//! The promise of 1.x: payload fields are only added, and only as optional ones.

use std::collections::BTreeSet;

use serde_json::Value;

/// Keywords that only talk to people.
const PROSE: [&str; 3] = ["description", "title", "$comment"];

/// What in a changed schema breaks someone who relies on the old one. Allowed are added optional fields,
/// changed prose, and, at the pointers in `open_lists`, added words of an `enum`.
pub fn breaking_changes(old: &Value, new: &Value, open_lists: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    compare(old, new, "", open_lists, &mut found);
    found
}

fn compare(old: &Value, new: &Value, at: &str, open: &[&str], found: &mut Vec<String>) {
    let (Some(a), Some(b)) = (old.as_object(), new.as_object()) else {
        if old != new {
            found.push(format!("{}: {old} became {new}", shown(at)));
        }
        return;
    };
    let keywords: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    for keyword in keywords.into_iter().filter(|k| !PROSE.contains(&k.as_str())) {
        let (was, is) = (old.get(keyword), new.get(keyword));
        match keyword.as_str() {
            "properties" => compare_fields(was, is, at, open, found),
            "required" => compare_required(was, is, at, found),
            "enum" if open.contains(&at) => compare_words(was, is, at, found),
            _ if was != is => {
                let text = |v: Option<&Value>| v.map_or("nothing".to_owned(), Value::to_string);
                found.push(format!("{}: {keyword} {} became {}", shown(at), text(was), text(is)));
            }
            _ => {}
        }
    }
}

fn compare_fields(was: Option<&Value>, is: Option<&Value>, at: &str, open: &[&str], found: &mut Vec<String>) {
    // A field that is new is optional unless `required` says otherwise, which is compared by itself.
    for (name, field) in was.and_then(Value::as_object).into_iter().flatten() {
        let at = format!("{at}/properties/{name}");
        match is.and_then(|is| is.get(name)) {
            Some(now) => compare(field, now, &at, open, found),
            None => found.push(format!("{at}: the field was removed")),
        }
    }
}

fn words(list: Option<&Value>) -> BTreeSet<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn compare_required(was: Option<&Value>, is: Option<&Value>, at: &str, found: &mut Vec<String>) {
    let (was, is) = (words(was), words(is));
    for name in is.difference(&was) {
        found.push(format!("{at}/properties/{name}: the field became required"));
    }
    for name in was.difference(&is) {
        found.push(format!("{at}/properties/{name}: the field is no longer required"));
    }
}

fn compare_words(was: Option<&Value>, is: Option<&Value>, at: &str, found: &mut Vec<String>) {
    for word in words(was).difference(&words(is)) {
        found.push(format!("{at}: {word} was removed from the list"));
    }
}

fn shown(at: &str) -> &str {
    if at.is_empty() { "the whole" } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn base() -> Value {
        json!({
            "$id": "x", "type": "object", "required": ["a"], "description": "old words",
            "properties": {
                "a": { "type": "string", "enum": ["x", "y"] },
                "b": { "type": "integer", "minimum": 0, "description": "old words" },
            },
        })
    }

    /// The base with one place changed; null removes it.
    fn changed(pointer: &str, value: Value) -> Value {
        let mut schema = base();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let object = schema.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.to_owned(), value);
        }
        schema
    }

    #[test]
    fn what_1_x_allows() {
        for new in [
            base(),
            changed("/description", json!("new words")),
            changed("/properties/b/description", json!("new words")),
            changed("/properties/b/description", Value::Null),
            changed("/properties/c", json!({ "type": "string" })),
        ] {
            assert_eq!(breaking_changes(&base(), &new, &[]), Vec::<String>::new(), "{new}");
        }
    }

    #[test]
    fn what_needs_2_0() {
        for (pointer, value, expected) in [
            ("/properties/b", Value::Null, "/properties/b: the field was removed"),
            ("/required", json!(["a", "b"]), "/properties/b: the field became required"),
            ("/required", json!([]), "/properties/a: the field is no longer required"),
            ("/required", Value::Null, "/properties/a: the field is no longer required"),
            ("/properties/b/type", json!("string"), "/properties/b: type \"integer\" became \"string\""),
            ("/properties/b/minimum", json!(1), "/properties/b: minimum 0 became 1"),
            ("/properties/b/minimum", Value::Null, "/properties/b: minimum 0 became nothing"),
            ("/properties/b/maximum", json!(9), "/properties/b: maximum nothing became 9"),
            ("/properties/a/enum", json!(["x"]), "/properties/a: enum [\"x\",\"y\"] became [\"x\"]"),
            ("/properties/a/enum", json!(["x", "y", "z"]), "/properties/a: enum"),
            ("/additionalProperties", json!(false), "the whole: additionalProperties nothing became false"),
            ("/$id", json!("y"), "the whole: $id \"x\" became \"y\""),
            ("/properties", Value::Null, "/properties/a: the field was removed"),
            ("/properties/a", json!(true), "/properties/a: {"),
        ] {
            let found = breaking_changes(&base(), &changed(pointer, value), &[]);
            assert!(found.iter().any(|f| f.starts_with(expected)), "{pointer}: {found:?}");
        }
    }

    #[test]
    fn a_new_required_field_breaks() {
        let mut new = changed("/properties/c", json!({ "type": "string" }));
        new["required"] = json!(["a", "c"]);
        let found = breaking_changes(&base(), &new, &[]);
        assert_eq!(found, ["/properties/c: the field became required"]);
    }

    #[test]
    fn open_lists_grow_and_never_shrink() {
        let open = ["/properties/a"];
        let grown = changed("/properties/a/enum", json!(["y", "z", "x"]));
        assert_eq!(breaking_changes(&base(), &grown, &open), Vec::<String>::new());
        let shrunk = changed("/properties/a/enum", json!(["y", "z"]));
        let found = breaking_changes(&base(), &shrunk, &open);
        assert_eq!(found, ["/properties/a: x was removed from the list"]);
    }
}
