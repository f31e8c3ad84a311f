//! Sealed secrets: whether the keys at hand still open each of them. A key that was taken away too early shows nowhere else
//! before somebody waits for a webhook, or cannot sign in.

use std::sync::Arc;

use callboard_kernel::{Keyring, Result, SealedSecrets, World as _};
use callboard_store::{Db, Reach};
use serde::{Deserialize, Serialize};

use super::data::reason;
use super::judge;
use super::report::Check;
use crate::world::RealWorld;

/// What is sealed in the whole installation, by kind.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sealed {
    /// What webhook endpoints sign with.
    pub endpoints: SealedSecrets,
    /// What they signed with before, while it signs too.
    pub former: SealedSecrets,
    /// What issuers of user tokens share.
    pub issuers: SealedSecrets,
}

impl Sealed {
    /// Tries to open each of them.
    pub async fn look(db: &Db, keys: &Arc<Keyring>) -> Result<Self> {
        let (keys, now) = (Arc::clone(keys), RealWorld.now());
        let all = db.within(Reach::Installation);
        let looked = all.read(move |tx| {
            let webhooks = callboard_webhooks::endpoint_secrets(tx, &keys, now)?;
            let issuers = callboard_tenants::issuer_secrets(tx, &keys)?;
            Ok(Self { endpoints: webhooks.current, former: webhooks.former, issuers })
        });
        looked.await
    }
}

/// What this process sees with its own settings; none without a key or a database.
pub async fn look_here(db: Option<&Db>, keys: Option<&Arc<Keyring>>) -> Option<Result<Sealed>> {
    match (db, keys) {
        (Some(db), Some(keys)) => Some(Sealed::look(db, keys).await),
        _ => None,
    }
}

/// The server's keys count where it told: a doctor in a shell may lack the older ones.
pub fn check(told: Option<&Sealed>, here: Option<Result<Sealed>>) -> Option<Check> {
    let found = match (told, here) {
        (Some(sealed), _) => return Some(judge::sealed_secrets(sealed)),
        (None, here) => here?,
    };
    Some(match found {
        Ok(sealed) => judge::sealed_secrets(&sealed),
        Err(error) => Check::failed("sealed-secrets", reason(&error), "docs/runbooks/database-trouble.md"),
    })
}
