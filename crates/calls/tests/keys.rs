//! Whether a key fits the data is told by passes and links that still open something; after a rotation the others may be of a
//! key that is gone for good.

mod common;

use std::sync::Arc;

use callboard_calls::made_with;
use callboard_kernel::{Keyring, MasterKey, World as _, limits};
use callboard_testkit::both_engines;
use common::{House, at, behind};
use serde_json::json;

both_engines!(what_is_over_tells_nothing_of_keys, |db| async move {
    let h = House::open(db).await;
    let next = Arc::new(Keyring::new(MasterKey::new("u", [9; 32]).expect("a key"), Vec::new()));
    let fits = async |keys: &Arc<Keyring>| {
        let (keys, now) = (Arc::clone(keys), h.world.now());
        h.app.db.read(move |tx| made_with(tx, &keys, now)).await.expect("read")
    };
    let both = async || (fits(&h.app.keys).await, fits(&next).await);
    let end = async |session: &str| {
        for status in ["active", "ended"] {
            h.key.post(&at(session, "/state"), &json!({ "status": status })).await.expect(200);
        }
    };
    let linked = async |session: &str| {
        h.key.post("/v1/call/sessions", &json!({ "sessionId": session })).await.expect(201);
        h.key.post(&at(session, "/join-links"), &json!({})).await.expect(201).json()
    };
    let good = (Some(true), Some(false));
    assert_eq!(both().await, (None, None), "nothing was made yet");
    linked("revoked").await;
    assert_eq!(both().await, good);
    end("revoked").await;
    assert_eq!(both().await, (None, None), "an ended call's links open nothing");

    linked("expires").await;
    assert_eq!(both().await, good);
    h.world.advance_ms(8 * 24 * 3_600_000);
    assert_eq!(both().await, (None, None), "its time is over");

    let link = linked("used").await;
    let body = json!({ "token": behind(&link), "displayName": "Ann" });
    h.post_with(&h.key.anonymous(), "/v1/join", ("idempotency-key", "j"), &body).await.expect(200);
    end("used").await;
    assert_eq!(both().await, good, "a pass opens the call for a while after its end");
    h.world.advance_ms(limits::LATE_WINDOW_MS + 1);
    assert_eq!(both().await, (None, None), "it is dead");
    h.close().await;
});
