//! Webhooks of tenants.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use callboard_webhooks::{Answered, Unsent, WebhookSender};
use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use crate::Egress;
use crate::client::{Private, chain};
use crate::target;

/// For a whole attempt: name, connection, request, and as much of the answer as is kept.
const TIMEOUT: Duration = Duration::from_secs(15);

#[async_trait]
impl WebhookSender for Egress {
    fn check_url(&self, url: &str) -> Result<(), String> {
        self.check(url)
    }

    async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Bytes,
        keep: usize,
    ) -> Result<Answered, Unsent> {
        let url = target::check(url, &self.allowed).map_err(Unsent::Blocked)?;
        // The client follows no redirects: a body must not go where its endpoint's owner did not say.
        let mut request = self.client.post(url).timeout(TIMEOUT).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(unsent)?;
        Ok(answered(response, keep).await)
    }
}

/// The status, and the first bytes of the body. One that breaks off after the status has answered all the same.
async fn answered(mut response: Response, keep: usize) -> Answered {
    let asked = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    while body.len() < keep {
        match response.chunk().await {
            Ok(Some(piece)) => body.extend_from_slice(&piece),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(keep);
    Answered { status: response.status().as_u16(), retry_after_s: asked, body }
}

/// Why there is no answer, without the URL, which the owner knows and logs need not.
fn unsent(error: reqwest::Error) -> Unsent {
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        if let Some(private) = inner.downcast_ref::<Private>() {
            return Unsent::Blocked(format!("must not be used: {private}"));
        }
        cause = inner.source();
    }
    if timed_out {
        return Unsent::Failed(format!("no answer within {} s", TIMEOUT.as_secs()));
    }
    Unsent::Failed(chain(&error))
}
