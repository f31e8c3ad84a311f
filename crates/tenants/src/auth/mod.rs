//! Recognising callers: keys, users' tokens, logins by cookie.

mod cache;
mod jwks;
mod keys;
mod logins;
mod tokens;

use std::collections::HashMap;
use std::sync::Arc;

use callboard_http::{App, Authenticate};
use callboard_kernel::{Result, Timestamp};
use callboard_store::Tx;
use parking_lot::Mutex;

use crate::decide::TOUCH_MS;

pub use jwks::JwksSource;

/// Everyone of this feature who knows callers.
pub(crate) fn authenticators(app: &App, jwks: Arc<dyn JwksSource>) -> Vec<Arc<dyn Authenticate>> {
    let touches = Arc::new(Touches::default());
    vec![
        Arc::new(keys::ByKey::new(app, Arc::clone(&touches))),
        Arc::new(logins::ByCookie::new(app, Arc::clone(&touches))),
        Arc::new(tokens::ByToken::new(app, jwks, touches)),
    ]
}

/// Writes "last used" columns lazily: at most once a minute for each row and process, beside the request. Losing one in a
/// crash costs a minute of precision.
#[derive(Default)]
struct Touches(Mutex<HashMap<String, Timestamp>>);

impl Touches {
    /// From this many rows on, those that are due again anyway are forgotten.
    const SWEEP_AT: usize = 10_000;

    /// Writes in the background when the row was not written within the last minute.
    fn touch<F>(&self, app: &App, row: &str, now: Timestamp, write: F)
    where
        F: Fn(&Tx<'_>) -> Result<()> + Send + 'static,
    {
        let mut seen = self.0.lock();
        if seen.get(row).is_some_and(|at| (0..TOUCH_MS).contains(&now.since_ms(*at))) {
            return;
        }
        if seen.len() >= Self::SWEEP_AT {
            seen.retain(|_, at| now.since_ms(*at) < TOUCH_MS);
        }
        seen.insert(row.to_owned(), now);
        drop(seen);
        let db = app.db.clone();
        tokio::spawn(async move {
            if let Err(error) = db.write(write).await {
                tracing::debug!("A time of last use was not written: {error}");
            }
        });
    }
}
