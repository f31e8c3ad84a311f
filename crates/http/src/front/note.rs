//! What the front door tells about a request of a known caller that changed something, or tried to.

use std::sync::OnceLock;

use axum::http::{HeaderMap, Method, StatusCode, header};
use callboard_kernel::{SessionId, TenantId, Timestamp};

use crate::access::RouteRule;
use crate::caller::Visitor;
use crate::principal::Principal;

/// A request and its answer, without body, query, header or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestNote {
    /// When it arrived.
    pub at: Timestamp,
    /// Milliseconds until the head of the answer.
    pub duration_ms: i64,
    /// Who called.
    pub principal: Principal,
    /// The method.
    pub method: Method,
    /// The path's template.
    pub route: String,
    /// The path. A parameter that cannot be an id stands as its name in the template.
    pub path: String,
    /// The session that the path names, or that the answer made.
    pub session: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// The problem's code, when it was refused.
    pub code: Option<&'static str>,
    /// The request's trace id.
    pub trace_id: String,
}

/// Takes notes of requests. Called once per request, after its answer is known and before it is sent: it must neither
/// wait nor fail.
pub trait NoteRequests: Send + Sync {
    /// Takes one.
    fn note(&self, request: RequestNote);
}

/// What is known of a request while it is answered; filled by [`Known::caller`] once it is known who calls.
#[derive(Default)]
pub(super) struct Known {
    told: OnceLock<Told>,
    tenant: OnceLock<TenantId>,
}

struct Told {
    principal: Principal,
    method: Method,
    route: String,
    path: String,
}

impl Known {
    /// Who calls. All of it is kept on a route whose requests are noted, elsewhere the tenant alone.
    pub(super) fn caller(&self, rule: &RouteRule, path: &str, principal: &Principal) {
        let _first = self.tenant.set(principal.tenant().clone());
        if rule.is_noted() {
            let (method, route) = (rule.method.clone(), rule.path.clone());
            let _first = self.told.set(Told { principal: principal.clone(), method, path: clean(&route, path), route });
        }
    }

    /// The caller's tenant, once it is known who calls.
    pub(super) fn tenant(&self) -> Option<&TenantId> {
        self.tenant.get()
    }

    /// The note, if this request is one to be noted.
    pub(super) fn note(
        self,
        visitor: &Visitor,
        now: Timestamp,
        answer: (StatusCode, &HeaderMap),
        code: Option<&'static str>,
    ) -> Option<RequestNote> {
        let Told { principal, method, route, path } = self.told.into_inner()?;
        let (status, headers) = answer;
        let made = headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).and_then(made_session);
        let session = session_of(&route, &path).or(made);
        Some(RequestNote {
            at: visitor.now,
            duration_ms: now.since_ms(visitor.now).max(0),
            principal,
            method,
            session,
            route,
            path,
            status: status.as_u16(),
            code,
            trace_id: visitor.trace_id.clone(),
        })
    }
}

/// Secrets of ours begin so: `cbk_`, `cbj_` ... Clients may choose session ids, and these could pass for one.
fn is_secret(text: &str) -> bool {
    matches!(text.as_bytes(), [b'c', b'b', kind, b'_', ..] if kind.is_ascii_lowercase())
}

/// The path with those parameters that could be ids; whatever else stands in the place of one is left out.
fn clean(template: &str, path: &str) -> String {
    let pieces = template.split('/').zip(path.split('/')).map(|(name, value)| {
        let kept = !name.starts_with('{') || (SessionId::parse(value).is_some() && !is_secret(value));
        if kept { value } else { name }
    });
    pieces.collect::<Vec<_>>().join("/")
}

fn session_of(template: &str, path: &str) -> Option<String> {
    let at = template.split('/').position(|piece| piece == "{sessionId}")?;
    path.split('/').nth(at).filter(|value| !value.starts_with('{')).map(str::to_owned)
}

/// The session of an answer's `Location`.
fn made_session(location: &str) -> Option<String> {
    let id = location.strip_prefix("/v1/call/sessions/")?;
    SessionId::parse(id).map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_an_id_is_kept_of_a_path() {
        let leave = "/v1/call/sessions/{sessionId}/leave";
        let secret = format!("cbp_t.{}", "a".repeat(43));
        for (value, kept) in [
            ("order-17", Some("order-17")),
            ("ses_01h455vb4pex5vsknk084sn02q", Some("ses_01h455vb4pex5vsknk084sn02q")),
            (secret.as_str(), None),
            ("cbk_x", None),
            ("%2e%2e", None),
            (&"x".repeat(65), None),
            ("cab_x", Some("cab_x")),
        ] {
            let path = clean(leave, &format!("/v1/call/sessions/{value}/leave"));
            assert_eq!(path, format!("/v1/call/sessions/{}/leave", kept.unwrap_or("{sessionId}")));
            assert_eq!(session_of(leave, &path).as_deref(), kept);
        }
        assert_eq!(session_of("/v1/api-keys/{keyId}", "/v1/api-keys/key_1"), None);
    }

    #[test]
    fn an_answer_may_name_the_session_that_it_made() {
        assert_eq!(made_session("/v1/call/sessions/a").as_deref(), Some("a"));
        for other in ["/v1/call/sessions/a/join-links/b", "/v1/api-keys/a", "https://x.example/v1/call/sessions/a"] {
            assert_eq!(made_session(other), None, "{other}");
        }
    }
}
