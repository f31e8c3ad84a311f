//! Bad requests as data, and the shape that every refusal has.

use callboard_testkit::Answer;
use reqwest::Method;

/// One bad request.
pub struct Case {
    pub name: String,
    pub method: Method,
    pub path: String,
    pub body: Vec<u8>,
    pub headers: Vec<(&'static str, String)>,
    pub expected: (u16, &'static str),
}

pub const JSON: &str = "application/json";

pub fn post(name: &str, path: &str, body: impl Into<Vec<u8>>, expected: (u16, &'static str)) -> Case {
    let (name, path, body) = (name.to_owned(), path.to_owned(), body.into());
    Case { name, method: Method::POST, path, body, headers: vec![("content-type", JSON.to_owned())], expected }
}

pub fn get(name: &str, path: &str, expected: (u16, &'static str)) -> Case {
    Case { method: Method::GET, headers: Vec::new(), ..post(name, path, "", expected) }
}

pub fn with(mut case: Case, header: &'static str, value: &str) -> Case {
    case.headers.retain(|(name, _)| *name != header);
    case.headers.push((header, value.to_owned()));
    case
}

/// Asserts a whole problem document with the case's status and code.
pub fn check_problem(case: &Case, answer: &Answer) {
    let (status, code) = case.expected;
    let at = format!("{} ({} {}): {} {}", case.name, case.method, case.path, answer.status, answer.text());
    assert_eq!((answer.status, answer.header("content-type")), (status, Some("application/problem+json")), "{at}");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{at}");
    assert_eq!(problem["type"], format!("/docs/errors/{code}"), "{at}");
    assert_eq!(problem["status"], status, "{at}");
    for member in ["title", "detail", "traceId"] {
        assert!(problem[member].as_str().is_some_and(|t| !t.is_empty()), "{member}: {at}");
    }
    assert_eq!(answer.header("x-trace-id"), problem["traceId"].as_str(), "{at}");
    let known =
        callboard_kernel::codes::ALL.iter().find(|c| c.name == code).unwrap_or_else(|| panic!("no code {code}"));
    assert_eq!(problem["retryable"], known.retryable, "{at}");
    if matches!(code, "VALIDATION_FAILED" | "EVENT_INVALID" | "MALFORMED_JSON" | "UNKNOWN_QUERY_PARAMETER") {
        let first = &problem["errors"][0];
        assert!(first["pointer"].is_string() && first["reason"].as_str().is_some_and(|r| !r.is_empty()), "{at}");
    }
}

/// Instants that are looser than RFC 3339, or beyond what is kept.
pub const LOOSE_TIMES: &[&str] = &[
    "March 3 2026",
    "2026-03-03",
    "2026-03-03T10:00:00",
    "2026-03-03 10:00:00Z",
    "2026-03-03T10:00Z",
    "1772532000",
    "",
    "2026-02-30T10:00:00Z",
    "2026-03-03T24:00:00Z",
    "2026-03-03T10:00:60Z",
    "2026-03-03T10:00:00.1234567Z",
    "2026-03-03T10:00:00+25:00",
    "2026-03-03T10:00:00z",
    "20260303T100000Z",
    "1969-12-31T23:59:59Z",
    "-2026-03-03T10:00:00Z",
];

/// Questions that the search refuses.
pub fn bad_searches() -> Vec<Case> {
    let refused = (400, "VALIDATION_FAILED");
    let question = |q: &str| format!("/v1/search/transcripts?q={q}");
    [
        ("no question", "/v1/search/transcripts".to_owned(), refused),
        ("an empty question", question(""), refused),
        ("signs only", question("%22*%22%20%2D%28%29"), refused),
        ("a question too long", question(&"x".repeat(201)), refused),
        ("33 words", question(&"a+".repeat(33)), refused),
        ("U+0000 in a question", question("a%00b"), refused),
        ("no UTF-8", question("%FF"), refused),
        ("a loose time of a search", format!("{}&from=yesterday", question("a")), refused),
        ("a search in no session", format!("{}&sessionId=none", question("a")), (404, "NOT_FOUND")),
        ("a cursor of another search", format!("{}&cursor=abc", question("a")), (400, "INVALID_CURSOR")),
        ("an unknown filter", format!("{}&speaker=user", question("a")), (400, "UNKNOWN_QUERY_PARAMETER")),
    ]
    .map(|(name, path, expected)| get(name, &path, expected))
    .into()
}
