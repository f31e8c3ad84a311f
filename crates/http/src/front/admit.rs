//! From credentials to a permitted principal.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use callboard_kernel::{Error, Kind, Result, codes};

use super::Door;
use super::headers::set;
use super::note::Known;
use crate::access::{RouteRule, Verdict, credentials_of};
use crate::caller::Visitor;
use crate::extract::{Seen, pairs, unknown_parameter};
use crate::problem::Problem;
use crate::{Credentials, Principal};

impl Door {
    /// Who calls, if the row lets them in. `None` on routes that need nobody.
    pub(super) async fn admit(
        &self,
        rule: &RouteRule,
        parts: &Parts,
        (visitor, known): (&Visitor, &Known),
    ) -> Result<Option<Principal>> {
        let headers = &parts.headers;
        if rule.public || rule.provider {
            return Ok(None);
        }
        let credentials = credentials_of(&rule.method, headers)?;
        self.origins.check(headers, &credentials)?;
        let found = match self.recognise(&credentials, visitor).await {
            // A stale cookie comes along whether the page wants it or not; where nobody is needed it counts as nobody.
            Err(e) if rule.optional && credentials.bearer.is_none() && e.kind() == Kind::Unauthenticated => {
                return Ok(None);
            }
            other => other?,
        };
        if let Some(principal) = &found {
            known.caller(rule, parts.uri.path(), principal);
        }
        match found {
            Some(principal) if rule.allows(&principal) => Ok(Some(principal)),
            Some(principal) => Err(rule.refusal(&principal)),
            None if rule.optional && credentials.bearer.is_none() && credentials.cookie.is_none() => Ok(None),
            None => Err(Error::new(
                &codes::UNAUTHENTICATED,
                "This needs a valid credential: an API key, a user token, a session pass or a login.",
            )),
        }
    }

    async fn recognise(&self, credentials: &Credentials, visitor: &Visitor) -> Result<Option<Principal>> {
        if credentials.bearer.is_none() && credentials.cookie.is_none() {
            return Ok(None);
        }
        for authenticator in &self.authenticators {
            if let Some(principal) = authenticator.authenticate(credentials, visitor.now).await? {
                return Ok(Some(principal));
            }
        }
        Ok(None)
    }

    /// Refuses parameters that the document does not name for this route, and repeated ones.
    pub(super) fn known_parameters(&self, rule: &RouteRule, parts: &Parts) -> Result<()> {
        let query = parts.uri.query().unwrap_or_default();
        if query.is_empty() || !rule.documented {
            return Ok(());
        }
        let known = self.parameters.get(&(rule.method.clone(), rule.path.clone()));
        let mut seen = Seen::default();
        for (name, _) in pairs(query)? {
            if !known.is_some_and(|k| k.contains(&name)) {
                return Err(unknown_parameter(&name));
            }
            seen.add(&name)?;
        }
        Ok(())
    }
}

/// The refusal of a request that its bucket has no room for.
pub(super) fn over(verdict: Option<Verdict>) -> Option<Response> {
    let verdict = verdict.filter(|v| !v.allowed)?;
    let error = Error::new(&codes::RATE_LIMITED, "Too many requests; try again after the time in Retry-After.")
        .retry_after_ms(verdict.reset_ms)
        .with("limit", verdict.limit);
    let mut response = Problem(error).into_response();
    show(verdict, response.headers_mut());
    Some(response)
}

/// Tells the caller how much room is left.
pub(super) fn show(verdict: Verdict, headers: &mut HeaderMap) {
    set(headers, "ratelimit-limit", &verdict.limit.to_string());
    set(headers, "ratelimit-remaining", &verdict.remaining.to_string());
    set(headers, "ratelimit-reset", &verdict.reset_ms.max(0).cast_unsigned().div_ceil(1000).to_string());
}
