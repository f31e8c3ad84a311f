//! Session passes as credentials.

use async_trait::async_trait;
use callboard_http::{App, Authenticate, Credentials, Principal};
use callboard_kernel::{Result, Timestamp};

use crate::commands::doors::authenticate;

/// Recognises `cbp_…` bearer tokens.
pub(crate) struct PassAuthenticator(pub App);

#[async_trait]
impl Authenticate for PassAuthenticator {
    async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Result<Option<Principal>> {
        let Some(token) = credentials.bearer.clone().filter(|t| t.starts_with("cbp_")) else { return Ok(None) };
        let app = self.0.clone();
        self.0.db.read(move |tx| authenticate(tx, &app.log, &app.keys, &token, now)).await.map(Some)
    }
}
