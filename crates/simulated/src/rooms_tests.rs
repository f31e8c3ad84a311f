use callboard_testkit::START;

use super::*;
use crate::model::PING_EVERY_MS;

const OPTIONS: RoomOptions = RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 };

fn ticket(identity: &str) -> Ticket {
    Ticket {
        room: "cb_r".to_owned(),
        identity: identity.to_owned(),
        name: "Ann".to_owned(),
        agent: identity.starts_with("agent"),
        metadata: String::new(),
        can_publish: !identity.starts_with("observer"),
        options: OPTIONS,
    }
}

/// A server with a clock of its own, and what it said as `event` or `event:reason`.
struct Bench {
    rooms: Rooms,
    now: Timestamp,
    entropy: Entropy,
}

impl Bench {
    fn new() -> Self {
        Self { rooms: Rooms::default(), now: START, entropy: Entropy::from_seed([3; 32]) }
    }

    fn run<T>(&mut self, act: impl FnOnce(&mut Rooms, &mut At<'_>) -> T) -> T {
        act(&mut self.rooms, &mut At { now: self.now, entropy: &mut self.entropy })
    }

    fn join(&mut self, identity: &str, token: &str) -> (String, Vec<String>) {
        let (_, person, said) = self.run(|rooms, at| rooms.connect(&ticket(identity), token, at));
        (person.sid, words(&said))
    }

    fn pass(&mut self, ms: i64) -> Vec<String> {
        self.now = self.now.plus_ms(ms);
        let said = self.run(|rooms, at| rooms.tick(at));
        words(&said)
    }

    fn identities(&self) -> Vec<&str> {
        self.rooms.get("cb_r").map(|r| r.people.iter().map(|p| p.identity.as_str()).collect()).unwrap_or_default()
    }
}

fn words(said: &[Hook]) -> Vec<String> {
    said.iter()
        .map(|h| match h.body["participant"]["disconnectReason"].as_str() {
            Some(reason) => format!("{}:{reason}", h.body["event"].as_str().unwrap_or_default()),
            None => h.body["event"].as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

#[test]
fn a_room_starts_once_and_people_join_with_ids_of_their_own() {
    let mut b = Bench::new();
    let (room, said) = b.run(|rooms, at| rooms.ensure("cb_r", OPTIONS, at));
    assert_eq!(words(&said), ["room_started"]);
    let (again, said) = b.run(|rooms, at| rooms.ensure("cb_r", OPTIONS, at));
    assert_eq!((again.sid, words(&said).len()), (room.sid, 0));
    let (ann, said) = b.join("caller_1", "t1");
    assert_eq!(said, ["participant_joined"]);
    let (bob, _) = b.join("agent_2", "t2");
    assert_ne!(ann, bob);
    assert_eq!(b.identities(), ["caller_1", "agent_2"]);
}

#[test]
fn the_same_identity_again_is_a_new_connection_and_the_older_goes_first() {
    let mut b = Bench::new();
    let (first, said) = b.join("caller_1", "t1");
    assert_eq!(said, ["room_started", "participant_joined"]);
    let (second, said) = b.join("caller_1", "t2");
    assert_ne!(first, second);
    assert_eq!(said, ["participant_left:DUPLICATE_IDENTITY", "participant_joined"]);
    assert_eq!(b.identities(), ["caller_1"]);
    let now = b.now;
    assert_eq!(b.rooms.heard("t1", now), None, "the older token speaks for nobody");
    assert_eq!(b.rooms.heard("t2", now), Some(()));
}

#[test]
fn a_lost_client_comes_back_with_a_new_sid() {
    let mut b = Bench::new();
    let (first, _) = b.join("caller_1", "t1");
    let track = b.run(|rooms, at| rooms.publish("t1", at)).expect("there").expect("may");
    assert_eq!(words(&track.1), ["track_published"]);
    let again = b.run(|rooms, at| rooms.publish("t1", at)).expect("there").expect("may");
    assert_eq!((again.0, again.1.len()), (track.0, 0), "one microphone");
    let said = b.run(|rooms, at| rooms.leave("t1", Reason::ConnectionTimeout, at)).expect("there");
    assert_eq!(words(&said), ["track_unpublished", "participant_left:CONNECTION_TIMEOUT"]);
    assert!(b.run(|rooms, at| rooms.leave("t1", Reason::ClientInitiated, at)).is_none(), "once");
    let (second, said) = b.join("caller_1", "t2");
    assert_ne!(first, second);
    assert_eq!(said, ["participant_joined"], "the room was still there");
}

#[test]
fn who_does_not_ping_is_lost_and_who_pings_stays() {
    let mut b = Bench::new();
    b.join("caller_1", "t1");
    b.join("caller_2", "t2");
    for _ in 0..2 {
        assert_eq!(b.pass(PING_EVERY_MS), Vec::<String>::new());
        let now = b.now;
        b.rooms.heard("t2", now).expect("there");
    }
    assert_eq!(b.pass(PING_EVERY_MS - 1), Vec::<String>::new());
    assert_eq!(b.pass(1), ["participant_left:CONNECTION_TIMEOUT"]);
    assert_eq!(b.identities(), ["caller_2"]);
}

#[test]
fn rooms_close_after_their_own_patience() {
    let mut b = Bench::new();
    b.run(|rooms, at| rooms.ensure("cb_r", OPTIONS, at));
    assert_eq!(b.pass(899_999), Vec::<String>::new());
    assert_eq!(b.pass(1), ["room_finished"]);
    b.join("caller_1", "t1");
    b.run(|rooms, at| rooms.leave("t1", Reason::ClientInitiated, at)).expect("there");
    assert_eq!(b.pass(149_999), Vec::<String>::new(), "a window of grace for those who left");
    assert_eq!(b.pass(1), ["room_finished"]);
    assert!(b.rooms.get("cb_r").is_none());
}

#[test]
fn a_deleted_room_sends_everybody_out() {
    let mut b = Bench::new();
    b.join("caller_1", "t1");
    b.run(|rooms, at| rooms.publish("t1", at));
    b.join("caller_2", "t2");
    let said = b.run(|rooms, at| rooms.close("cb_r", Reason::RoomDeleted, at));
    let left = "participant_left:ROOM_DELETED";
    assert_eq!(words(&said), ["track_unpublished", left, left, "room_finished"]);
    assert!(b.run(|rooms, at| rooms.close("cb_r", Reason::RoomDeleted, at)).is_empty());
    let now = b.now;
    assert_eq!(b.rooms.heard("t2", now), None);
}

#[test]
fn observers_publish_nothing_and_agents_say_that_they_are() {
    let mut b = Bench::new();
    b.join("observer_1", "t1");
    assert!(matches!(b.run(|rooms, at| rooms.publish("t1", at)), Some(None)));
    assert!(b.run(|rooms, at| rooms.publish("nobody", at)).is_none());
    let (_, _, said) = b.run(|rooms, at| rooms.connect(&ticket("agent_1"), "t2", at));
    assert_eq!(said[0].body["participant"]["kind"], "AGENT");
    assert_eq!(said[0].body["participant"]["state"], "ACTIVE");
}

#[test]
fn a_crash_says_nothing_and_a_token_makes_the_room_anew() {
    let mut b = Bench::new();
    b.join("caller_1", "t1");
    let before = b.rooms.get("cb_r").expect("there").sid.clone();
    b.rooms.forget();
    assert_eq!(b.pass(1_000), Vec::<String>::new());
    let (_, said) = b.join("caller_1", "t2");
    assert_eq!(said, ["room_started", "participant_joined"]);
    assert_ne!(b.rooms.get("cb_r").expect("there").sid, before);
}
