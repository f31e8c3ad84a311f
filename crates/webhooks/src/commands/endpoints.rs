//! Endpoints: made, changed, given a new secret, taken away.

use callboard_http::{App, IfMatch, Principal};
use callboard_kernel::{
    DurationMs, Entropy, Error, ExposeSecret as _, Keyring, Result, SealedSecrets, SecretString, TenantId, Timestamp,
    WebhookEndpointId as EndpointId, check_text, codes,
};
use callboard_store::Tx;
use callboard_tenants::{Entry, audit};
use serde_json::{Value, json};

use crate::model::{DESCRIPTION_CHARS, DisabledReason, Endpoint, EndpointView, MAX_ENDPOINTS};
use crate::{decide, sign, store};

/// Longest URL, characters.
const URL_CHARS: usize = 2_048;
/// Longest overlap of two secrets, seconds: a week.
const MAX_OVERLAP_S: i64 = 604_800;

/// An endpoint to be made. Whether its URL may be spoken to was judged before.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub url: String,
    pub description: Option<String>,
    pub event_types: Vec<String>,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub url: Option<String>,
    pub description: Option<Option<String>>,
    pub event_types: Option<Vec<String>>,
    pub enabled: Option<bool>,
}

/// Who acts, when, with what randomness.
pub(crate) struct By<'a> {
    pub principal: &'a Principal,
    pub now: Timestamp,
    pub entropy: Entropy,
}

impl By<'_> {
    fn tenant(&self) -> &TenantId {
        self.principal.tenant()
    }

    pub(crate) fn note(&mut self, tx: &Tx<'_>, action: &str, id: &EndpointId, detail: Value) -> Result<()> {
        let entry = Entry { action, object_kind: "webhook_endpoint", object_id: id.as_str(), detail };
        audit(tx, self.principal.tenant(), self.principal, &entry, self.now, &mut self.entropy)
    }
}

/// The URL without what may be secret in it: scheme, host and port. Nothing of a text in which these cannot be told.
fn origin(url: &str) -> &str {
    let Some(from) = url.find("://").map(|at| at + 3) else { return "" };
    let to = url[from..].find(['/', '?', '#', '\\']).map_or(url.len(), |at| from + at);
    &url[..to]
}

/// The rules for text that need no store.
fn check(url: Option<&str>, description: Option<&str>, event_types: Option<&[String]>) -> Result<()> {
    if let Some(url) = url {
        check_text("/url", url, URL_CHARS)?;
    }
    if let Some(text) = description {
        check_text("/description", text, DESCRIPTION_CHARS)?;
    }
    event_types.map_or(Ok(()), decide::check_types)
}

/// Makes an endpoint and its secret, which is shown now and never again.
pub(crate) fn create(tx: &Tx<'_>, keys: &Keyring, by: &mut By<'_>, new: &New) -> Result<(EndpointView, SecretString)> {
    check(Some(&new.url), new.description.as_deref(), Some(&new.event_types))?;
    let tenant = by.tenant().clone();
    if store::endpoint_count(tx, &tenant)? >= MAX_ENDPOINTS {
        let message = format!("A tenant has at most {MAX_ENDPOINTS} webhook endpoints; delete one first.");
        return Err(Error::new(&codes::WEBHOOK_LIMIT, message).with("limit", MAX_ENDPOINTS));
    }
    let id = EndpointId::generate(by.now, &mut by.entropy);
    let secret = sign::mint(&mut by.entropy);
    let endpoint = Endpoint {
        sealed_secret: seal(keys, &tenant, &id, &secret, &mut by.entropy)?,
        id,
        tenant,
        url: new.url.clone(),
        description: new.description.clone(),
        event_types: new.event_types.clone(),
        sealed_previous: None,
        previous_until: None,
        disabled: None,
        failing_since: None,
        version: 1,
        created_at: by.now,
    };
    store::endpoint_insert(tx, &endpoint)?;
    let detail = json!({ "origin": origin(&endpoint.url), "eventTypes": endpoint.event_types });
    by.note(tx, "webhook.create", &endpoint.id, detail)?;
    Ok((EndpointView { endpoint, pending: 0, last: None }, secret))
}

fn seal(
    keys: &Keyring,
    tenant: &TenantId,
    id: &EndpointId,
    secret: &SecretString,
    entropy: &mut Entropy,
) -> Result<String> {
    keys.seal(&sign::seal_context(tenant, id), secret.expose_secret().as_bytes(), entropy)
}

/// An endpoint of the tenant, or `NOT_FOUND`.
pub(crate) fn require(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Endpoint> {
    store::endpoint_by_id(tx, tenant, id)?.ok_or_else(missing)
}

/// An endpoint of the tenant that is in use, or `WEBHOOK_DISABLED`.
pub(crate) fn require_enabled(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Endpoint> {
    let endpoint = require(tx, tenant, id)?;
    match endpoint.disabled {
        None => Ok(endpoint),
        Some(_) => Err(Error::new(&codes::WEBHOOK_DISABLED, "The endpoint is disabled; enable it first.")),
    }
}

fn missing() -> Error {
    Error::not_found("webhook endpoint")
}

fn locked(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Endpoint> {
    store::endpoint_lock(tx, tenant, id)?.ok_or_else(missing)
}

/// An endpoint with what is counted for people, or `NOT_FOUND`.
pub(crate) fn view(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<EndpointView> {
    store::endpoint_view(tx, tenant, id)?.ok_or_else(missing)
}

/// Changes an endpoint. Disabling cancels what is pending (the rest of a long queue: [`cancel_rest`]); enabling, and
/// another URL, forget that it failed.
pub(crate) fn update(
    tx: &Tx<'_>,
    by: &mut By<'_>,
    id: &EndpointId,
    change: &Change,
    expected: &IfMatch,
) -> Result<EndpointView> {
    let description = change.description.as_ref().and_then(Option::as_deref);
    check(change.url.as_deref(), description, change.event_types.as_deref())?;
    let tenant = by.tenant().clone();
    let before = locked(tx, &tenant, id)?;
    expected.check(before.version)?;
    let mut after = before.clone();
    if let Some(url) = change.url.clone().filter(|u| *u != before.url) {
        after.url = url;
        after.failing_since = None;
    }
    after.description = change.description.clone().unwrap_or(after.description);
    after.event_types = change.event_types.clone().unwrap_or(after.event_types);
    if change.url.is_some() || change.description.is_some() || change.event_types.is_some() {
        store::endpoint_update(tx, &after)?;
    }
    match (change.enabled, before.disabled) {
        (Some(true), Some(_)) => {
            store::deliveries_cancel(tx, &tenant, id, by.now)?;
            store::endpoint_enable(tx, &tenant, id)?;
        }
        (Some(false), None) => {
            store::endpoint_disable(tx, &tenant, id, DisabledReason::ByHand, by.now)?;
            store::deliveries_cancel(tx, &tenant, id, by.now)?;
        }
        _ => {}
    }
    let detail = json!({ "origin": origin(&after.url), "eventTypes": after.event_types, "enabled": change.enabled });
    by.note(tx, "webhook.update", id, detail)?;
    view(tx, &tenant, id)
}

/// Takes an endpoint away.
pub(crate) fn delete(tx: &Tx<'_>, by: &mut By<'_>, id: &EndpointId) -> Result<()> {
    let tenant = by.tenant().clone();
    let endpoint = locked(tx, &tenant, id)?;
    store::endpoint_delete(tx, &tenant, id, by.now)?;
    store::deliveries_cancel(tx, &tenant, id, by.now)?;
    by.note(tx, "webhook.delete", id, json!({ "origin": origin(&endpoint.url) }))
}

/// Gives an endpoint a new secret. The one before signs too for `overlap_s` seconds; the one before that ends now.
pub(crate) fn rotate(
    tx: &Tx<'_>,
    keys: &Keyring,
    by: &mut By<'_>,
    id: &EndpointId,
    overlap_s: i64,
) -> Result<(EndpointView, SecretString)> {
    if !(0..=MAX_OVERLAP_S).contains(&overlap_s) {
        return Err(Error::invalid("/overlapSeconds", format!("must be 0-{MAX_OVERLAP_S}")));
    }
    let tenant = by.tenant().clone();
    locked(tx, &tenant, id)?;
    let secret = sign::mint(&mut by.entropy);
    let sealed = seal(keys, &tenant, id, &secret, &mut by.entropy)?;
    let overlap_ms: DurationMs = overlap_s * 1_000;
    store::endpoint_rotate(tx, &tenant, id, &sealed, by.now.plus_ms(overlap_ms))?;
    by.note(tx, "webhook.rotate", id, json!({ "overlapSeconds": overlap_s }))?;
    Ok((view(tx, &tenant, id)?, secret))
}

/// The secrets that sign at an instant, the newest first. One that is replaced already and cannot be opened does not sign:
/// rotating is the way out of a lost key, and must not wait for the overlap's end.
pub(crate) fn secrets(keys: &Keyring, e: &Endpoint, now: Timestamp) -> Result<Vec<SecretString>> {
    let context = sign::seal_context(&e.tenant, &e.id);
    let mut all = vec![keys.open(&context, &e.sealed_secret)?];
    if let (Some(sealed), true) = (&e.sealed_previous, e.previous_until.is_some_and(|until| now < until)) {
        all.extend(keys.open(&context, sealed).ok());
    }
    Ok(all)
}

/// Secrets of the installation's endpoints, deleted ones excepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointSecrets {
    /// What signs: one of each endpoint.
    pub current: SealedSecrets,
    /// What was replaced, and signs beside it until the overlap is over.
    pub former: SealedSecrets,
}

/// Which secrets of all tenants' endpoints the keys at hand open, at `now`. It opens each of them and keeps none.
pub fn endpoint_secrets(tx: &Tx<'_>, keys: &Keyring, now: Timestamp) -> Result<EndpointSecrets> {
    let mut found = EndpointSecrets::default();
    for e in store::endpoints_sealed(tx, now)? {
        let context = sign::seal_context(&e.tenant, &e.id);
        found.current.look(keys, &context, &e.secret);
        if let Some(previous) = &e.previous {
            found.former.look(keys, &context, previous);
        }
    }
    Ok(found)
}

/// Cancels what is still pending at an endpoint that is out of use, slice by slice; how many.
pub(crate) async fn cancel_rest(app: &App, tenant: &TenantId, id: &EndpointId, now: Timestamp) -> Result<u64> {
    let mut total = 0;
    loop {
        let (tenant, id) = (tenant.clone(), id.clone());
        let work = app.db.write(move |tx| {
            if store::endpoint_lock(tx, &tenant, &id)?.is_some_and(|e| e.disabled.is_none()) {
                return Ok(0);
            }
            store::deliveries_cancel(tx, &tenant, &id, now)
        });
        let gone = work.await?;
        total += gone;
        if i64::try_from(gone).unwrap_or(0) < store::SLICE {
            return Ok(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audit_keeps_no_path() {
        for (url, kept) in [
            ("https://a.example/hook?token=x", "https://a.example"),
            ("https://a.example:8443?x", "https://a.example:8443"),
            ("https://a.example", "https://a.example"),
            (r"https://a.example\secret", "https://a.example"),
            (r"https:\\a.example\secret", ""),
        ] {
            assert_eq!(origin(url), kept);
        }
    }
}
