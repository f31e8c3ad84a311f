//! The port of `calls`, spoken with a LiveKit server: answers, absences and faults.

use std::sync::Arc;
use std::time::Duration;

use callboard_calls::model::{ParticipantKind, ParticipantRole};
use callboard_calls::ports::{MediaRooms, RoomOptions, TokenRequest};
use callboard_kernel::{ExposeSecret, codes};
use callboard_livekit::{LiveKitConfig, LiveKitRooms};
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET, Fault, FaultKind, Person};
use callboard_testkit::{FakeLiveKit, FakeWorld, START, machine_now};

const OPTIONS: RoomOptions = RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 };

fn client(url: &str, secret: &str, world: &Arc<FakeWorld>) -> LiveKitRooms {
    let config = LiveKitConfig::new(url, None, API_KEY, secret.to_owned().into()).expect("good");
    LiveKitRooms::new(config, world.clone()).expect("a client")
}

async fn both() -> (FakeLiveKit, LiveKitRooms, Arc<FakeWorld>) {
    let world = FakeWorld::manual(11);
    let fake = FakeLiveKit::start(world.clone()).await;
    let rooms = client(&fake.url(), API_SECRET, &world);
    (fake, rooms, world)
}

#[tokio::test]
async fn rooms_are_made_once_listed_and_deleted() {
    let (fake, rooms, _) = both().await;
    let made = rooms.ensure_room("cb_a", OPTIONS).await.expect("made");
    assert_eq!((made.name.as_str(), made.created_at.seconds()), ("cb_a", START.seconds()));
    assert_eq!(Some(&made.sid), fake.room_sid("cb_a").as_ref());
    assert_eq!(rooms.ensure_room("cb_a", OPTIONS).await.expect("found"), made);
    rooms.ensure_room("cb_b", OPTIONS).await.expect("made");
    let listed = rooms.list_rooms(&["cb_a".to_owned(), "cb_none".to_owned()]).await.expect("listed");
    assert_eq!(listed, [made]);
    assert_eq!(rooms.list_rooms(&[]).await.expect("nothing asked"), []);
    rooms.delete_room("cb_a").await.expect("deleted");
    rooms.delete_room("cb_a").await.expect("gone is as good");
    assert_eq!(fake.room_sid("cb_a"), None);
    assert_eq!(fake.calls_of("ListRooms"), 1, "no names: no call");
}

#[tokio::test]
async fn participants_come_with_their_kind_and_a_phone_rings_first() {
    let (fake, rooms, _) = both().await;
    assert_eq!(rooms.list_participants("cb_a").await.expect("nobody"), []);
    let sid = fake.join("cb_a", &Person::standard("caller_1").named("Ann"));
    fake.join("cb_a", &Person::agent("agent-AJ_1"));
    fake.join("cb_a", &Person::ringing_phone("sip_1"));
    let seen = rooms.list_participants("cb_a").await.expect("listed");
    let kinds: Vec<_> = seen.iter().map(|p| (p.identity.as_str(), p.kind, p.active)).collect();
    let expected = [
        ("caller_1", ParticipantKind::Standard, true),
        ("agent-AJ_1", ParticipantKind::Agent, true),
        ("sip_1", ParticipantKind::Phone, false),
    ];
    assert_eq!(kinds, expected);
    assert_eq!((seen[0].sid.as_str(), seen[0].name.as_str(), seen[0].joined_at), (sid.as_str(), "Ann", START));
    fake.set_attribute("cb_a", "sip_1", "sip.callStatus", "active");
    let seen = rooms.list_participants("cb_a").await.expect("listed");
    assert!(seen[2].active, "somebody answered");
    rooms.remove_participant("cb_a", "caller_1").await.expect("removed");
    rooms.remove_participant("cb_a", "caller_1").await.expect("gone is as good");
    assert_eq!(fake.identities("cb_a"), ["agent-AJ_1", "sip_1"]);
}

#[tokio::test]
async fn agents_are_dispatched_and_listed() {
    let (fake, rooms, _) = both().await;
    assert_eq!(rooms.list_dispatches("cb_a").await.expect("no room, none"), []);
    let made = rooms.dispatch_agent("cb_a", "host", "{}").await.expect("dispatched");
    assert!(made.id.starts_with("AD_"));
    assert_eq!(rooms.list_dispatches("cb_a").await.expect("listed"), [made], "the nameless entry is not ours");
    fake.fault(Fault::always(FaultKind::Refuse(503, "unavailable")));
    assert!(rooms.list_dispatches("cb_a").await.is_err(), "an outage is no empty list");
}

#[tokio::test]
async fn faults_are_unreachable_and_retryable_and_never_success() {
    let (fake, rooms, _) = both().await;
    for kind in [
        FaultKind::Refuse(503, "unavailable"),
        FaultKind::Refuse(500, "internal"),
        FaultKind::Refuse(429, "resource_exhausted"),
        FaultKind::CutOff,
        FaultKind::Garbage,
    ] {
        fake.fault(Fault::always(kind.clone()));
        let outcomes = [
            rooms.ensure_room("cb_a", OPTIONS).await.map(|_| ()),
            rooms.list_rooms(&["cb_a".to_owned()]).await.map(|_| ()),
            rooms.list_participants("cb_a").await.map(|_| ()),
            rooms.dispatch_agent("cb_a", "host", "").await.map(|_| ()),
        ];
        for outcome in outcomes {
            let error = outcome.expect_err("a fault");
            assert!(error.is(&codes::LIVEKIT_UNREACHABLE) && error.code().retryable, "{kind:?}: {error}");
        }
        fake.heal();
    }
    fake.fault(Fault::always(FaultKind::Empty));
    assert!(rooms.ensure_room("cb_a", OPTIONS).await.is_err(), "a room without an id is no room");
    assert!(rooms.dispatch_agent("cb_a", "host", "").await.is_err(), "a dispatch without an id is none");
    fake.heal();
    fake.unplug().await;
    assert!(rooms.delete_room("cb_a").await.is_err_and(|e| e.is(&codes::LIVEKIT_UNREACHABLE)));
    fake.replug().await;
    rooms.ensure_room("cb_a", OPTIONS).await.expect("it is back");
}

#[tokio::test]
async fn a_call_takes_three_seconds_at_most() {
    let (fake, rooms, _) = both().await;
    fake.fault(Fault::always(FaultKind::Hang));
    let begun = machine_now();
    let error = rooms.list_participants("cb_a").await.expect_err("no answer");
    let took = machine_now().since_ms(begun);
    assert!(error.internal_note().is_some_and(|n| n.contains("timed out")), "{error}");
    assert!((2_900..5_000).contains(&took), "{took} ms");
    fake.heal();
    fake.fault(Fault::once("ListParticipants", FaultKind::Delay(Duration::from_millis(50))));
    rooms.list_participants("cb_a").await.expect("late, and in time");
}

#[tokio::test]
async fn a_wrong_key_is_told_exactly_and_leaks_nothing() {
    let world = FakeWorld::manual(12);
    let fake = FakeLiveKit::start(world.clone()).await;
    let rooms = client(&fake.url(), "wrong-secret", &world);
    let error = rooms.ensure_room("cb_a", OPTIONS).await.expect_err("refused");
    let note = error.internal_note().unwrap_or_default().to_owned();
    assert!(note.contains("the secret does not belong to this API key"), "{note}");
    assert!(!note.contains("eyJ"), "the refusal quotes the token, we do not: {note}");
}

#[tokio::test]
async fn a_name_for_another_room_is_not_believed() {
    // A server that runs something else behind the same address.
    let answer = r#"{"sid":"RM_1","name":"other"}"#;
    let router = axum::Router::new().fallback(move || async move { ([("content-type", "application/json")], answer) });
    let server = callboard_testkit::Server::start(router).await;
    let world = FakeWorld::manual(13);
    let rooms = client(&format!("http://{}", server.addr()), API_SECRET, &world);
    assert!(rooms.ensure_room("cb_a", OPTIONS).await.is_err());
}

#[tokio::test]
async fn tokens_are_made_without_any_call() {
    let world = FakeWorld::manual(14);
    let rooms = client("https://lk.example.org", API_SECRET, &world);
    assert_eq!((rooms.provider(), rooms.client_url().as_str()), ("livekit", "wss://lk.example.org"));
    let request = TokenRequest {
        room: "cb_a".to_owned(),
        identity: "agent_par_1".to_owned(),
        name: None,
        role: ParticipantRole::Agent,
        can_publish: true,
        ttl_s: 60,
        now: START,
        metadata: "{}".to_owned(),
        options: OPTIONS,
    };
    let token = rooms.mint_token(&request).expect("minted");
    assert_eq!(token.expose_secret().split('.').count(), 3);
}
