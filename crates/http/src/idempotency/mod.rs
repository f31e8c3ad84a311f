//! `Idempotency-Key`: the same request has one effect, and both callers get the same answer.
//!
//! The key's row is claimed first in the transaction of the effect. A twin that arrives meanwhile waits for the
//! unique index (PostgreSQL) or the writer (SQLite), then finds the stored answer. Refusals roll the claim back,
//! so they are not stored and the same key may be tried again.

mod erase;
mod store;

use std::time::Duration;

use async_trait::async_trait;
use callboard_kernel::{Error, Result, TenantId, Timestamp, codes, sha256_hex};
use callboard_store::{Db, Tx};
use serde_json::Value;

use crate::answer::{Answer, Reply};
use crate::app::{App, Repair};
use crate::caller::Caller;
use crate::extract::IdempotencyKey;

pub use erase::{AnswerEraser, erase_answers_about};
pub use store::ALL_SQL as IDEMPOTENCY_SQL;

/// How long a twin waits for the first request's answer.
const TWIN_WAIT: Duration = Duration::from_secs(10);
/// How long stored answers are kept, milliseconds: 7 days.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Whose key it is. The same text under another principal or route is another key.
#[derive(Clone, Debug)]
pub struct OnceScope {
    /// The tenant.
    pub tenant: TenantId,
    /// The principal, [`crate::Principal::subject`]; a join uses its link.
    pub subject: String,
    /// When the request arrived.
    pub now: Timestamp,
}

impl From<&Caller> for OnceScope {
    fn from(caller: &Caller) -> Self {
        Self { tenant: caller.principal.tenant().clone(), subject: caller.principal.subject(), now: caller.now }
    }
}

/// What must be equal for two requests to be the same: the ids in the path and the body's meaning (member order and
/// white space do not count).
pub fn fingerprint(path_ids: &[&str], body_text: &str) -> String {
    let mut text = String::new();
    for id in path_ids {
        text.push_str(id);
        text.push('\n');
    }
    match serde_json::from_str::<Value>(body_text) {
        Ok(value) => canonical(&value, &mut text),
        Err(_) => text.push_str(body_text),
    }
    sha256_hex(text.as_bytes())
}

/// JSON with sorted members. Depth is bounded by the body check.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, member) in sorted {
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                canonical(member, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// Runs `effect` in one transaction, once per key. Without a key it just runs. `route` is the route's template,
/// `POST /v1/call/sessions`; `fingerprint` comes from [`fingerprint`].
///
/// # Errors
/// `IDEMPOTENCY_CONFLICT` when the key was used with another request, `IDEMPOTENCY_IN_PROGRESS` after 10 s without an
/// answer, and whatever `effect` refuses with. `effect` may run again; it touches only the `Tx` and clones.
pub async fn once<F>(
    app: &App,
    caller: &Caller,
    route: &'static str,
    key: Option<IdempotencyKey>,
    fingerprint: String,
    effect: F,
) -> Result<Answer>
where
    F: Fn(&Tx<'_>) -> Result<Reply> + Send + 'static,
{
    once_as(&app.db, caller.into(), route, key, fingerprint, effect).await
}

/// [`once`] for callers that are no principal yet, such as someone who joins by a link.
pub async fn once_as<F>(
    db: &Db,
    scope: OnceScope,
    route: &'static str,
    key: Option<IdempotencyKey>,
    fingerprint: String,
    effect: F,
) -> Result<Answer>
where
    F: Fn(&Tx<'_>) -> Result<Reply> + Send + 'static,
{
    let Some(key) = key else {
        return db.write(move |tx| Ok(Answer { reply: effect(tx)?, replayed: false })).await;
    };
    let claim = store::Claim { scope, route, key, request_hash: fingerprint };
    let work = db.write(move |tx| {
        if !store::claim(tx, &claim)? {
            return Ok(Answer { reply: store::stored(tx, &claim)?, replayed: true });
        }
        let reply = effect(tx)?;
        store::complete(tx, &claim, &reply)?;
        Ok(Answer { reply, replayed: false })
    });
    // Giving up waiting undoes nothing: the write may still commit, and the next try with this key gets its answer.
    tokio::time::timeout(TWIN_WAIT, work).await.unwrap_or_else(|_| {
        Err(Error::new(
            &codes::IDEMPOTENCY_IN_PROGRESS,
            "A request with this key is still running; repeat it for its answer.",
        )
        .retry_after_ms(1000))
    })
}

/// Forgets stored answers after 7 days, in slices of 500 rows.
pub struct ForgetAnswers(pub Db);

#[async_trait]
impl Repair for ForgetAnswers {
    fn name(&self) -> &'static str {
        "http.forget_answers"
    }
    fn every_ms(&self) -> u64 {
        10 * 60 * 1000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let mut total = 0;
        loop {
            let gone = self.0.write(move |tx| store::forget(tx, now.plus_ms(-KEPT_MS))).await?;
            total += gone;
            if gone < store::SLICE {
                return Ok(total);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_see_meaning_not_form() {
        let base = fingerprint(&["ses_1"], r#"{"a":1,"b":{"c":[1,2],"d":null}}"#);
        for (ids, body, same) in [
            (["ses_1"], r#"{ "b": {"d":null,"c":[1,2]}, "a":1 }"#, true),
            (["ses_2"], r#"{"a":1,"b":{"c":[1,2],"d":null}}"#, false),
            (["ses_1"], r#"{"a":1,"b":{"c":[2,1],"d":null}}"#, false),
            (["ses_1"], r#"{"a":1,"b":{"c":[1,2]}}"#, false),
            (["ses_1"], r#"{"a":"1","b":{"c":[1,2],"d":null}}"#, false),
        ] {
            assert_eq!(fingerprint(&ids, body) == base, same, "{body}");
        }
    }
}
