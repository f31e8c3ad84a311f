use proptest::prelude::*;
use serde_json::Value;

use super::{Rules, check, same_value};

fn ok(text: &str) -> String {
    match check(text.as_bytes(), Rules::default()) {
        Ok(compact) => compact,
        Err(e) => panic!("{text:?} was refused: {e:?}"),
    }
}

fn refused(bytes: &[u8], pointer: &str, reason: &str) {
    let shown = String::from_utf8_lossy(bytes);
    match check(bytes, Rules::default()) {
        Ok(_) => panic!("{shown:?} was accepted"),
        Err(e) => {
            assert_eq!(e.pointer, pointer, "{shown:?}: {}", e.reason);
            assert!(e.reason.contains(reason), "{shown:?}: {}", e.reason);
        }
    }
}

#[test]
fn accepted_and_compacted() {
    for (text, compact) in [
        ("null", "null"),
        (" true ", "true"),
        ("\t\r\n\"a b\"\n", "\"a b\""),
        ("{ }", "{}"),
        ("[ ]", "[]"),
        ("{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }", "{\"a\":1,\"b\":[1,2]}"),
        (
            "[1.0, -0, 0.5e-3, 1E+2, 9007199254740991, -9007199254740991]",
            "[1.0,-0,0.5e-3,1E+2,9007199254740991,-9007199254740991]",
        ),
        (
            "\"\\u00e9\\uD83D\\uDE00 \\\\ \\\" \\/ \\b\\f\\n\\r\\t\"",
            "\"\\u00e9\\uD83D\\uDE00 \\\\ \\\" \\/ \\b\\f\\n\\r\\t\"",
        ),
        ("{\"é😀\": \"\u{7f}ÿ\"}", "{\"é😀\":\"\u{7f}ÿ\"}"),
        ("{\"\":0}", "{\"\":0}"),
        ("[[],{},[{}]]", "[[],{},[{}]]"),
        ("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}", "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}"),
        ("1e300", "1e300"),
        ("1e-999", "1e-999"),
        ("12345678901234567890.5", "12345678901234567890.5"),
    ] {
        assert_eq!(ok(text), compact, "{text:?}");
    }
}

#[test]
fn refused_grammar() {
    for (text, pointer, reason) in [
        ("", "", "ends where a value"),
        ("   ", "", "ends where a value"),
        ("NaN", "", "a JSON value"),
        ("Infinity", "", "a JSON value"),
        ("-Infinity", "", "a digit"),
        ("nul", "", "a JSON value"),
        ("True", "", "a JSON value"),
        ("'a'", "", "a JSON value"),
        ("[1,]", "/1", "a JSON value"),
        ("[,1]", "/0", "a JSON value"),
        ("[1 2]", "", "`,` or `]`"),
        ("[1}", "", "`,` or `]`"),
        ("{\"a\":1]", "", "`,` or `}`"),
        ("{\"a\":1,}", "", "a key"),
        ("{a:1}", "", "a key"),
        ("{\"a\" 1}", "/a", "`:`"),
        ("{\"a\":}", "/a", "a JSON value"),
        ("{\"a\":[1,{\"b\":x}]}", "/a/1/b", "a JSON value"),
        ("{\"a/b\":{\"~\":x}}", "/a~1b/~0", "a JSON value"),
        ("[{\"a\":{}},{\"b\":[]},x]", "/2", "a JSON value"),
        ("[1", "", "ends inside an array"),
        ("{\"a\":1", "", "ends inside an object"),
        ("{\"a\":[1", "/a", "ends inside an array"),
        ("[", "/0", "ends where a value"),
        ("{", "", "a key"),
        ("1 2", "", "more text"),
        ("{}{}", "", "more text"),
        ("// x\n1", "", "a JSON value"),
        ("[1/*x*/]", "", "`,` or `]`"),
        ("]", "", "a JSON value"),
        ("01", "", "leading zeros"),
        ("-01", "", "leading zeros"),
        ("+1", "", "a JSON value"),
        (".5", "", "a JSON value"),
        ("1.", "", "after the point"),
        ("1.e3", "", "after the point"),
        ("1e", "", "in the exponent"),
        ("1e+", "", "in the exponent"),
        ("0x10", "", "more text"),
        ("-", "", "a digit"),
        ("\u{a0}1", "", "a JSON value"),
    ] {
        refused(text.as_bytes(), pointer, reason);
    }
}

#[test]
fn refused_text_and_numbers() {
    for (text, pointer, reason) in [
        ("\"a", "", "ends inside a string"),
        ("\"a\\", "", "ends inside a string"),
        ("\"a\nb\"", "", "control character"),
        ("\"12345678\u{1f}\"", "", "control character"),
        ("[\"\\x\"]", "/0", "unknown escape"),
        ("[\"\\u12\"]", "/0", "four hexadecimal"),
        ("[\"\\u+123\"]", "/0", "four hexadecimal"),
        ("[\"\\u0000\"]", "/0", "U+0000"),
        ("{\"\\u0000\":1}", "", "U+0000"),
        ("[\"\\uD800\"]", "/0", "lone high"),
        ("[\"\\uD800\\u0041\"]", "/0", "lone high"),
        ("[\"\\uD800\\uD800\"]", "/0", "lone high"),
        ("[\"\\uDC00\"]", "/0", "lone low"),
        ("{\"n\":9007199254740992}", "/n", "2^53-1"),
        ("-9007199254740992", "", "2^53-1"),
        ("10000000000000000000000", "", "2^53-1"),
        ("[0,1e999]", "/1", "too large for a double"),
        ("-1.5E400", "", "too large for a double"),
    ] {
        refused(text.as_bytes(), pointer, reason);
    }
    let long = format!("1{}.5", "0".repeat(400));
    refused(long.as_bytes(), "", "too large for a double");
    refused(b"\xEF\xBB\xBF{}", "", "byte order mark");
    refused(b"\"\xFF\"", "", "UTF-8");
    refused(b"\"\xED\xA0\x80\"", "", "UTF-8");
    refused(b"\"a\0b\"", "", "control character");
}

#[test]
fn duplicate_keys_are_refused_after_unescaping() {
    refused(br#"{"a":1,"a":2}"#, "/a", "twice");
    refused(br#"{"a":1,"\u0061":2}"#, "/a", "twice");
    refused(br#"{"x":[{"\n":1,"\u000a":2}]}"#, "/x/0/\n", "twice");
    refused(r#"{"😀":1,"\uD83D\uDE00":2}"#.as_bytes(), "/😀", "twice");
    ok(r#"{"a":{"a":1},"b":[{"a":1},{"a":1}]}"#);
    // Beyond the point where a set takes over, at every position of the twin.
    let keys: Vec<String> = (0..40).map(|n| format!("\"key{n}\":{n}")).collect();
    ok(&format!("{{{}}}", keys.join(",")));
    for n in 0..40 {
        let text = format!("{{\"in\":{{{},\"key{n}\":0}}}}", keys.join(","));
        refused(text.as_bytes(), &format!("/in/key{n}"), "twice");
    }
    // An inner object of many keys does not disturb the outer one.
    let inner = keys.join(",");
    ok(&format!("{{\"key1\":{{{inner}}},\"key2\":{{{inner}}}}}"));
    refused(format!("{{\"k\":{{{inner}}},\"k\":1}}").as_bytes(), "/k", "twice");
}

#[test]
fn depth_is_limited_without_recursion() {
    let rules = Rules { max_depth: 3 };
    assert!(check(b"[[[1]]]", rules).is_ok());
    assert!(check(b"[{\"a\":[]}]", rules).is_ok());
    let e = check(b"[[0,[[]]]]", rules).err();
    assert_eq!(e.map(|e| e.pointer), Some("/0/1/0".to_owned()));
    assert!(check(b"[]", Rules { max_depth: 0 }).is_err());
    assert!(check(b"1", Rules { max_depth: 0 }).is_ok());
    let deep = "[".repeat(1_000_000);
    refused(deep.as_bytes(), &"/0".repeat(32), "deeper than 32");
    let rules = Rules { max_depth: 2_000_000 };
    let whole = format!("{deep}{}", "]".repeat(1_000_000));
    assert_eq!(check(whole.as_bytes(), rules).as_deref().map(str::len), Ok(2_000_000));
}

#[test]
fn equality_of_values() {
    for (a, b) in [
        ("1", "1.0"),
        ("1", "10e-1"),
        ("1e2", "100"),
        ("0", "-0.0e5"),
        ("0.1", "1e-1"),
        ("1.50", "15E-1"),
        ("123456789012345678901234567890.5", "1234567890123456789012345678905e-1"),
        ("1e-999999999999999999999", "1e-999999999999999999999"),
        (" 1e-999999999999999999999", "1e-999999999999999999999"),
        ("[1e999999999999999999999, 1]", "[1e999999999999999999999,1.0]"),
        ("{\"a\":1,\"b\":[true,null]}", "{ \"b\": [true, null], \"a\": 1e0 }"),
        ("\"\\u0041\"", "\"A\""),
        ("{\"\\u0061\":\"\\/\"}", "{\"a\":\"/\"}"),
        ("[]", "[ ]"),
    ] {
        assert!(same_value(a, b) && same_value(b, a), "{a} and {b}");
    }
    for (a, b) in [
        ("1", "-1"),
        ("1", "\"1\""),
        ("1", "true"),
        ("0", "false"),
        ("0", "null"),
        ("true", "false"),
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        ("{\"a\":1}", "{\"a\":1,\"b\":1}"),
        ("{\"a\":1}", "{\"b\":1}"),
        ("{}", "[]"),
        ("0.1", "0.10000000000000001"),
        ("9007199254740992.5", "9007199254740992.6"),
        ("1e-400", "0"),
        ("\"a\"", "\"b\""),
        ("nope", "nop"),
        (" 1x", "1x"),
        ("01", "1"),
        ("", "null"),
        ("1e-999999999999999999999", "1e-999999999999999999998"),
    ] {
        assert!(!same_value(a, b) && !same_value(b, a), "{a} and {b}");
    }
    let deep = |n: u8| format!("{}{n}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!same_value(&deep(1), &deep(2)));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
        "[^\u{0}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[^\u{0}]{0,6}", inner), 0..24)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Refusals that go beyond what serde_json refuses.
fn stricter(reason: &str) -> bool {
    ["twice", "2^53-1", "U+0000", "deeper"].iter().any(|r| reason.contains(r))
}

proptest! {
    #[test]
    fn compaction_keeps_the_value(value in any_json()) {
        let compact = value.to_string();
        let pretty = serde_json::to_string_pretty(&value).unwrap_or_default();
        let seen = check(pretty.as_bytes(), Rules::default()).map_err(|e| e.reason);
        prop_assert_eq!(seen.as_deref(), Ok(compact.as_str()));
        prop_assert_eq!(check(compact.as_bytes(), Rules::default()).ok(), Some(compact.clone()));
        prop_assert!(same_value(&pretty, &compact));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _seen = check(&bytes, Rules::default());
    }

    #[test]
    fn agrees_with_serde_json(text in "[\\[\\]{}\":,\\\\ \\n0-9eE.+\\-truefalsn/ab\u{1}é]{0,24}") {
        let ours = check(text.as_bytes(), Rules::default());
        match (ours, serde_json::from_str::<Value>(&text)) {
            (Ok(compact), Ok(value)) => {
                prop_assert_eq!(serde_json::from_str::<Value>(&compact).ok(), Some(value));
            }
            (Ok(_), Err(e)) => prop_assert!(false, "{:?} is not JSON: {}", text, e),
            (Err(e), Ok(_)) => prop_assert!(stricter(&e.reason), "{:?}: {}", text, e.reason),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn a_damaged_document_agrees_too(value in any_json(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = value.to_string().into_bytes();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        match (check(&bytes, Rules::default()), serde_json::from_slice::<Value>(&bytes)) {
            (Ok(compact), Ok(value)) => {
                prop_assert_eq!(serde_json::from_str::<Value>(&compact).ok(), Some(value));
            }
            (Ok(_), Err(e)) => prop_assert!(false, "{:?} is not JSON: {}", bytes, e),
            (Err(e), Ok(_)) => prop_assert!(stricter(&e.reason), "{:?}: {}", bytes, e.reason),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn the_same_value_is_the_same(a in any_json(), b in any_json()) {
        prop_assert!(same_value(&a.to_string(), &a.to_string()));
        if a != b {
            // -0.0 and 0 differ for serde_json only in spelling, so allow numeric equality there.
            let same = same_value(&a.to_string(), &b.to_string());
            prop_assert!(!same || a.is_number() && a.as_f64() == b.as_f64());
        }
    }

    #[test]
    fn arbitrary_text_has_an_equality(a in ".{0,20}", b in ".{0,20}") {
        let _seen = same_value(&a, &b);
        prop_assert!(same_value(&a, &a));
    }
}
