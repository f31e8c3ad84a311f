//! What must never be in a log: LiveKit's secret, the rooms' passwords, tokens and signatures.

mod common;

use callboard_calls::ports::MediaRooms;
use callboard_kernel::World as _;
use callboard_livekit::{LiveKitConfig, LiveKitRooms};
use callboard_store::Engine;
use callboard_testkit::engines::Scratch;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET, Fault, FaultKind, Forgery, Person, Plan};
use callboard_testkit::{LogCapture, http_client};
use common::Kit;
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_logged() {
    let log = LogCapture::install();
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open(), 51).await;
    let (id, room, identity) = kit.call().await;
    let token = kit.http.post(&format!("/v1/call/sessions/{id}/livekit/token"), &json!({})).await.expect(200).json();
    let text = |pointer: &str| token.pointer(pointer).and_then(|v| v.as_str()).expect("a text").to_owned();
    let (access, pass, resume) = (text("/transport/accessToken"), text("/pass"), text("/resumeToken"));
    kit.fake.join(&room, &Person::standard(&identity));
    let password = kit.fake.turn_password(&room).expect("a password");
    let webhooks = kit.fake.take_webhooks();
    let genuine = kit.fake.signer().sign(&webhooks[0].body, kit.world.now()).authorization.expect("a token");
    kit.fake.deliver_by(&kit.webhook(), &Plan::default().deliveries(&webhooks)).await;
    for how in Forgery::ALL {
        let forged = kit.fake.signer().forge(&webhooks[0].body, kit.world.now(), how);
        let mut request = http_client().post(kit.webhook()).body(forged.body);
        if let Some(header) = forged.authorization {
            request = request.header("authorization", header);
        }
        request.send().await.expect("an answer");
    }
    // LiveKit's own refusal of a token quotes the token.
    let config = LiveKitConfig::new(&kit.fake.url(), None, API_KEY, "planted-wrong-secret".to_owned().into());
    let wrong = LiveKitRooms::new(config.expect("good"), kit.world.clone()).expect("a client");
    wrong.delete_room("x").await.expect_err("refused");
    kit.fake.fault(Fault::always(FaultKind::Garbage));
    kit.livekit.rooms.delete_room("x").await.expect_err("garbage");
    kit.http.post("/v1/provider/test", &json!({})).await.expect(200);
    let signature = |token: &str| token.rsplit('.').next().unwrap_or_default().to_owned();
    let planted = [
        API_SECRET.to_owned(),
        "planted-wrong-secret".to_owned(),
        password,
        signature(&access),
        signature(&genuine),
        "eyJhbGciOi".to_owned(),
        signature(&pass),
        signature(&resume),
    ];
    log.assert_free_of(&planted.each_ref().map(String::as_str));
    assert!(log.text().contains("webhook was rejected"), "the rejections were logged");
}
