//! An answer's body goes on after its handler has returned: what it still reads, it reads within its caller's reach.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use callboard_store::Reach;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

struct Held {
    body: Body,
    reach: Reach,
}

/// The body, polled within the reach.
pub(super) fn hold(body: Body, reach: Reach) -> Body {
    if reach == Reach::Installation || body.is_end_stream() { body } else { Body::new(Held { body, reach }) }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, reach } = self.get_mut();
        reach.enter_sync(|| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use callboard_kernel::TenantId;
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_streamed_body_reads_within_its_callers_reach() {
        let reach = Reach::Tenant(TenantId::from_stored("ten_a".to_owned()));
        let pieces = futures_util::stream::iter(0..2)
            .map(|_| Ok::<_, std::convert::Infallible>(Bytes::from(format!("{:?} ", Reach::current()))));
        let seen = hold(Body::from_stream(pieces), reach).collect().await.expect("a body").to_bytes();
        assert_eq!(seen, "Tenant(ten_a) Tenant(ten_a) ");
    }

    use futures_util::StreamExt as _;
}
