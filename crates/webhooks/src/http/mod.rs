//! The routes of webhooks.

mod deliveries;
mod endpoints;
mod wire;

use std::sync::Arc;

use callboard_http::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ports::WebhookSender;

/// What the handlers share.
#[derive(Clone)]
struct Here {
    app: App,
    sender: Arc<dyn WebhookSender>,
}

/// The routes with their state.
pub(crate) fn router(app: App, sender: Arc<dyn WebhookSender>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(endpoints::list_webhook_endpoints, endpoints::create_webhook_endpoint))
        .routes(routes!(
            endpoints::get_webhook_endpoint,
            endpoints::update_webhook_endpoint,
            endpoints::delete_webhook_endpoint
        ))
        .routes(routes!(endpoints::rotate_webhook_secret))
        .routes(routes!(deliveries::test_webhook_endpoint))
        .routes(routes!(deliveries::resend_webhooks))
        .routes(routes!(deliveries::list_webhook_deliveries))
        .routes(routes!(deliveries::get_webhook_delivery))
        .routes(routes!(deliveries::resend_webhook_delivery))
        .with_state(Here { app, sender })
}
