//! The contract as JSON Schema.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use callboard_contracts::EventType;
use callboard_http::{List, Path, Problem};
use callboard_kernel::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// A published schema.
#[derive(Serialize, ToSchema)]
#[schema(as = PublishedSchema)]
pub(super) struct SchemaDto {
    /// The event type, or `envelope` (as delivered) or `incoming` (as sent).
    name: &'static str,
    /// The family of a type; absent for the envelopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'static str>,
    /// Where the schema is.
    url: String,
}

/// List the contract's schemas
///
/// The payload of every event type, and the envelope as it is delivered (`envelope`) and sent (`incoming`).
#[utoipa::path(
    get, path = "/v1/schemas", tag = "Events",
    responses((status = 200, description = "All of them.", body = List<SchemaDto>))
)]
pub(super) async fn schemas() -> axum::Json<List<SchemaDto>> {
    let of = |name: &'static str, family| SchemaDto { name, family, url: format!("/v1/schemas/{name}") };
    let mut items = vec![of("envelope", None), of("incoming", None)];
    items.extend(EventType::ALL.iter().map(|ty| of(ty.as_str(), Some(ty.family().as_str()))));
    axum::Json(List::whole(items))
}

/// Read a schema of the contract
#[utoipa::path(
    get, path = "/v1/schemas/{type}", tag = "Events",
    params(("type" = String, Path, description = "An event type, `envelope` or `incoming`.")),
    responses((status = 200, description = "A JSON Schema, draft 2020-12.", content_type = "application/schema+json", body = Object))
)]
pub(super) async fn schema(Path(name): Path<String>) -> Result<Response, Problem> {
    let schema = match (name.as_str(), EventType::parse(&name)) {
        ("envelope", _) => callboard_contracts::event_schema(),
        ("incoming", _) => callboard_contracts::incoming_schema(),
        (_, Some(ty)) => callboard_contracts::schema(ty),
        _ => return Err(Error::not_found("schema").into()),
    };
    let kind = HeaderValue::from_static("application/schema+json");
    Ok(([(header::CONTENT_TYPE, kind)], schema.to_string()).into_response())
}
