//! How long is kept, said from several sides.

use callboard_http::Scope;
use callboard_store::Db;
use callboard_testkit::{Answer, both_engines};
use reqwest::Method;
use serde_json::json;

use super::kit::Kit;

both_engines!(retention_is_said_from_several_sides_at_once, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::DataErase]).await;
    for round in 0..8 {
        let asks = (1..=6).map(|n| {
            let by = kit.by(tenant.secret());
            let days = 30 + round * 10 + n;
            tokio::spawn(async move {
                let put = by.request(Method::PUT, "/v1/retention").json(&json!({ "text": days }));
                Answer::of(put).await.expect(200);
            })
        });
        for ask in asks.collect::<Vec<_>>() {
            ask.await.expect("answered with 200");
        }
        let held = kit.by(tenant.secret()).get("/v1/retention").await.expect(200).json();
        let text = held["days"]["text"].as_i64().expect("a number");
        assert!((31 + round * 10..=36 + round * 10).contains(&text), "{held}");
    }
});
