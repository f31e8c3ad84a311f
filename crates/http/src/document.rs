//! Completes the OpenAPI document from the matrix and the codes: security, and every refusal of every route.
//!
//! A route names its own codes once, as `extensions(("x-error-codes" = json!(["SESSION_CLOSED"])))`; the general ones
//! follow from its row.

mod exact;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::http::Method;
use callboard_kernel::{Code, Error, Result, codes};
use utoipa::PartialSchema as _;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, Content, OpenApi, Ref, RefOr, Response};

use crate::access::{AccessMatrix, Grant, Rate, RouteRule, SESSION_COOKIE};
use crate::problem::{PROBLEM_JSON, ProblemBody, ProblemField, status_of};

/// The name of the extension by which a route lists its own error codes.
pub const ERROR_CODES: &str = "x-error-codes";

fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn operation_mut<'a>(item: &'a mut PathItem, method: &Method) -> Option<&'a mut Operation> {
    match method.as_str() {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// Every documented route of the running router.
pub fn routes_of(openapi: &OpenApi) -> Vec<(Method, String)> {
    openapi
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| operations(item).map(|(method, _)| (method, path.clone())))
        .collect()
}

/// The names of each route's query parameters.
pub(crate) fn query_parameters(openapi: &OpenApi) -> HashMap<(Method, String), Vec<String>> {
    let mut out = HashMap::new();
    for (path, item) in &openapi.paths.paths {
        for (method, operation) in operations(item) {
            let names = operation.parameters.iter().flatten().filter_map(|p| match p {
                RefOr::T(p) if p.parameter_in == ParameterIn::Query => Some(p.name.clone()),
                _ => None,
            });
            out.insert((method, path.clone()), names.collect());
        }
    }
    out
}

/// Adds security schemes, each route's security, and each route's refusals. Fails on an unknown code, and on a route
/// without a row.
pub fn complete(openapi: &mut OpenApi, matrix: &AccessMatrix) -> Result<()> {
    let components = openapi.components.get_or_insert_with(Components::new);
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert("ProblemField".to_owned(), ProblemField::schema());
    for (name, scheme) in schemes() {
        components.add_security_scheme(name, scheme);
    }
    for (method, path) in routes_of(openapi) {
        let rule = matrix
            .rule(&method, &path)
            .ok_or_else(|| Error::internal(format!("{method} {path} has no row in the access matrix")))?;
        let item = openapi.paths.paths.get_mut(&path);
        if let Some(operation) = item.and_then(|item| operation_mut(item, &method)) {
            complete_operation(operation, rule, &path)?;
        }
    }
    exact::complete(openapi);
    Ok(())
}

fn complete_operation(operation: &mut Operation, rule: &RouteRule, path: &str) -> Result<()> {
    operation.security = Some(security_of(rule));
    let mut names: BTreeSet<&'static str> = general_codes(operation, rule, path).iter().map(|c| c.name).collect();
    let extensions = operation.extensions.as_ref().and_then(|e| e.get(ERROR_CODES));
    for name in extensions.and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str()) {
        names.insert(by_name(name)?.name);
    }
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for name in names {
        by_status.entry(status_of(by_name(name)?.kind).as_u16()).or_default().push(name);
    }
    for (status, names) in by_status {
        let description = names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let mut response = Response::new(description);
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        response.content.insert(PROBLEM_JSON.to_owned(), content.into());
        operation.responses.responses.insert(status.to_string(), RefOr::T(response));
    }
    Ok(())
}

fn by_name(name: &str) -> Result<&'static Code> {
    codes::ALL
        .iter()
        .copied()
        .find(|c| c.name == name)
        .ok_or_else(|| Error::internal(format!("{name} is no error code")))
}

/// Refusals that follow from what the route is, rather than from what it does.
fn general_codes(operation: &Operation, rule: &RouteRule, path: &str) -> Vec<&'static Code> {
    let mut out = vec![
        &codes::BAD_REQUEST,
        &codes::UNKNOWN_QUERY_PARAMETER,
        &codes::VALIDATION_FAILED,
        &codes::HEADERS_TOO_LARGE,
        &codes::INTERNAL,
        &codes::OVERLOADED,
        &codes::STORE_UNAVAILABLE,
        &codes::SHUTTING_DOWN,
    ];
    if !(rule.public || rule.provider) {
        out.extend([&codes::UNAUTHENTICATED, &codes::TOKEN_EXPIRED, &codes::FORBIDDEN, &codes::RATE_LIMITED]);
    }
    if matches!(rule.rate, Some(Rate::Login | Rate::Join)) {
        out.push(&codes::RATE_LIMITED);
    }
    if operation.request_body.is_some() {
        out.extend([
            &codes::MALFORMED_JSON,
            &codes::BODY_TOO_LARGE,
            &codes::UNSUPPORTED_MEDIA_TYPE,
            &codes::REQUEST_TIMEOUT,
        ]);
    }
    if rule.method != Method::GET {
        out.push(&codes::OUTCOME_UNKNOWN);
        if rule.every_user || !rule.roles.is_empty() {
            out.extend([&codes::CSRF_REQUIRED, &codes::ORIGIN_FORBIDDEN]);
        }
    }
    if path.contains('{') {
        out.push(&codes::NOT_FOUND);
    }
    if takes(operation, "Idempotency-Key") {
        out.extend([&codes::IDEMPOTENCY_CONFLICT, &codes::IDEMPOTENCY_IN_PROGRESS]);
    }
    if takes(operation, "If-Match") {
        out.push(&codes::PRECONDITION_FAILED);
    }
    if takes(operation, "cursor") {
        out.push(&codes::INVALID_CURSOR);
    }
    out
}

fn takes(operation: &Operation, parameter: &str) -> bool {
    operation.parameters.iter().flatten().any(|p| matches!(p, RefOr::T(p) if p.name.eq_ignore_ascii_case(parameter)))
}

fn security_of(rule: &RouteRule) -> Vec<SecurityRequirement> {
    let none: [&str; 0] = [];
    let mut out = Vec::new();
    if rule.public || rule.optional {
        out.push(SecurityRequirement::default());
    }
    if rule.provider {
        out.push(SecurityRequirement::new("providerSignature", none));
    }
    if rule.key != Grant::None {
        out.push(SecurityRequirement::new("apiKey", none));
    }
    if rule.every_user || !rule.roles.is_empty() {
        out.push(SecurityRequirement::new("userToken", none));
    }
    if !rule.pass.is_empty() {
        out.push(SecurityRequirement::new("sessionPass", none));
    }
    if rule.key != Grant::None || rule.every_user || !rule.roles.is_empty() {
        let cookie = SecurityRequirement::new("login", none);
        out.push(if rule.method == Method::GET { cookie } else { cookie.add("csrf", none) });
    }
    out
}

fn schemes() -> Vec<(&'static str, SecurityScheme)> {
    let bearer = |format: &str, text: &str| {
        let http =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(text)).build();
        SecurityScheme::Http(http)
    };
    let login = ApiKeyValue::with_description(SESSION_COOKIE, "The console's login, made by POST /v1/login.");
    let csrf = ApiKeyValue::with_description(
        "X-CSRF-Token",
        "Given by POST /v1/login and GET /v1/me; needed beside the cookie to change anything.",
    );
    let signature =
        ApiKeyValue::with_description("Authorization", "LiveKit's signature: a bare JWT over the body's SHA-256.");
    vec![
        ("apiKey", bearer("cbk_…", "A server's API key with the scope that the route needs.")),
        ("userToken", bearer("JWT", "A token of one of the tenant's issuers.")),
        ("sessionPass", bearer("cbp_…", "A pass of one session, from a join or with a token.")),
        ("login", SecurityScheme::ApiKey(ApiKey::Cookie(login))),
        ("csrf", SecurityScheme::ApiKey(ApiKey::Header(csrf))),
        ("providerSignature", SecurityScheme::ApiKey(ApiKey::Header(signature))),
    ]
}
