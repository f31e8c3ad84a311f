//! A client that hangs up while its request is worked on is counted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use callboard_http::{
    AccessMatrix, Authenticate, CUT, Caller, Credentials, FrontDoor, Metrics, Principal, RateLimits, ServeLimits,
    Settings, Shutdown, complete_document, listen, serve,
};
use callboard_kernel::{ApiKeyId, Result, TenantId, Timestamp, level_bucket};
use callboard_testkit::FakeWorld;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const PATIENCE: Duration = Duration::from_secs(10);

struct Anybody;

#[async_trait]
impl Authenticate for Anybody {
    async fn authenticate(&self, _credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        let (tenant, key) = (TenantId::from_stored("ten_t".to_owned()), ApiKeyId::from_stored("key_k".to_owned()));
        Ok(Some(Principal::Key { tenant, key, scopes: Vec::new(), login: None }))
    }
}

/// Tells when it begins, and when it is dropped.
struct Told(mpsc::UnboundedSender<&'static str>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.send("dropped").expect("the test listens");
    }
}

#[utoipa::path(get, path = "/v1/waits", responses((status = 200)))]
async fn waits(State(tell): State<mpsc::UnboundedSender<&'static str>>, _caller: Caller) -> &'static str {
    let told = Told(tell);
    told.0.send("begun").expect("the test listens");
    std::future::pending().await
}

#[tokio::test]
async fn who_hangs_up_is_counted_with_the_time_they_waited() {
    let (tell, mut told) = mpsc::unbounded_channel();
    let (router, mut openapi) = OpenApiRouter::new().routes(routes!(waits)).with_state(tell).split_for_parts();
    let matrix =
        AccessMatrix::parse("[[route]]\nmethod = \"GET\"\npath = \"/v1/waits\"\nscope = \"any\"").expect("a matrix");
    complete_document(&mut openapi, &matrix).expect("a document");
    let (world, metrics) = (FakeWorld::manual(1), Arc::new(Metrics::default()));
    let door = FrontDoor {
        matrix,
        authenticators: vec![Arc::new(Anybody)],
        limits: RateLimits::default(),
        settings: Arc::new(Settings {
            public_url: "https://own.example".to_owned(),
            cors_origins: Vec::new(),
            trusted_proxies: 0,
            secure_cookies: true,
        }),
        world: Arc::clone(&world) as Arc<dyn callboard_kernel::World>,
        metrics: Arc::clone(&metrics),
    };
    let router = door.guard(router, &openapi).expect("a guarded router");
    let listener = listen(([127, 0, 0, 1], 0).into()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let shutdown = Shutdown::default();
    let server = tokio::spawn(serve(listener, router, shutdown.clone(), ServeLimits::default()));

    let mut client = TcpStream::connect(address).await.expect("a connection");
    let request = "GET /v1/waits HTTP/1.1\r\nHost: own.example\r\nAuthorization: Bearer x\r\n\r\n";
    client.write_all(request.as_bytes()).await.expect("sent");
    assert_eq!(timeout(PATIENCE, told.recv()).await.expect("in time"), Some("begun"));
    assert!(metrics.requests().is_empty() && metrics.traffic().take().is_empty(), "it is still worked on");
    world.advance_ms(700);
    drop(client);
    assert_eq!(timeout(PATIENCE, told.recv()).await.expect("in time"), Some("dropped"));
    shutdown.begin();
    timeout(PATIENCE, server).await.expect("the drain ends").expect("the loop ends well");

    let seen = metrics.requests();
    let rows: Vec<_> = seen.iter().map(|r| (r.method, r.route.as_str(), r.answers.as_slice(), r.micros.sum)).collect();
    assert_eq!(rows, [("GET", "/v1/waits", [(CUT, 1)].as_slice(), 700_000)]);
    let traffic = metrics.traffic().take();
    let [(tenant, counts)] = traffic.as_slice() else { panic!("{traffic:?}") };
    assert_eq!(tenant.as_ref().map(TenantId::as_str), Some("ten_t"));
    assert_eq!((counts.total(), counts.failed, counts.buckets[level_bucket(700)]), (1, 0, 1), "{counts:?}");
}
