//! Any order, any repetition: what must hold, and the same end as in the true order.

use proptest::prelude::*;

use super::kit::{Stage, T0, peer};
use crate::model::Phase;
use crate::provider::{FactKind, LeaveReason, ProviderFact};

const PEOPLE: [&str; 5] = ["ann", "bob", "agt", "zoe", "ph1"];
/// Whether a phone had answered is told by its `joined` alone, so its order matters: here it is one more browser.
const BROWSERS: [&str; 5] = ["ann", "bob", "agt", "zoe", "zed"];

/// A true history: people come, are lost, come again; perhaps the server crashes once on the way.
#[derive(Clone, Copy, Debug)]
enum Beat {
    Come(usize),
    Go(usize, u8),
    Track(usize),
    Crash,
}

fn beats() -> impl Strategy<Value = Vec<Beat>> {
    let who = 0..PEOPLE.len();
    let beat = prop_oneof![
        6 => who.clone().prop_map(Beat::Come),
        4 => (who.clone(), any::<u8>()).prop_map(|(p, r)| Beat::Go(p, r)),
        2 => who.prop_map(Beat::Track),
        1 => Just(Beat::Crash),
    ];
    prop::collection::vec(beat, 1..24)
}

/// The webhooks of a history, in the true order. `definite` lets some leaves be final.
fn facts(beats: &[Beat], definite: bool) -> Vec<ProviderFact> {
    let people = if definite { PEOPLE } else { BROWSERS };
    let mut out = Vec::new();
    let (mut room, mut connected, mut crashed) = (1, [0_usize; PEOPLE.len()], false);
    let mut sid = 0;
    let add = |out: &mut Vec<ProviderFact>, room: i32, what| {
        let at = T0.plus_ms(2_000 * i64::try_from(out.len()).unwrap_or(0));
        out.push(ProviderFact { room_sid: format!("R{room}"), at, inferred: false, what });
    };
    add(&mut out, room, FactKind::RoomStarted);
    for beat in beats {
        match *beat {
            Beat::Come(p) => {
                let old = connected[p];
                sid += 1;
                add(&mut out, room, FactKind::Joined(peer(people[p], &format!("S{sid}"))));
                connected[p] = sid;
                if old != 0 {
                    let twin = peer(people[p], &format!("S{old}"));
                    add(&mut out, room, FactKind::Left(twin, LeaveReason::DuplicateIdentity));
                }
            }
            Beat::Go(p, reason) if connected[p] != 0 => {
                let gone = peer(people[p], &format!("S{}", connected[p]));
                let reason = match reason % if definite { 6 } else { 3 } {
                    // A phone's is definite.
                    0 if people[p] != "ph1" => LeaveReason::ClientInitiated,
                    0 | 1 => LeaveReason::ConnectionTimeout,
                    2 => LeaveReason::Other("NEW".to_owned()),
                    3 => LeaveReason::ParticipantRemoved,
                    4 => LeaveReason::RoomDeleted,
                    _ => LeaveReason::UserRejected,
                };
                add(&mut out, room, FactKind::Left(gone, reason));
                connected[p] = 0;
            }
            Beat::Track(p) if connected[p] != 0 => {
                let track_sid = format!("T{}", out.len());
                let kind = callboard_contracts::call::TrackKind::Audio;
                let peer = peer(people[p], &format!("S{}", connected[p]));
                add(&mut out, room, FactKind::TrackPublished { peer, track_sid, kind });
            }
            Beat::Crash if !crashed => {
                (crashed, connected) = (true, [0; PEOPLE.len()]);
                room = 2;
                add(&mut out, room, FactKind::RoomStarted);
            }
            _ => {}
        }
    }
    out
}

/// Delivers everything, with the clock standing after all of it.
fn deliver<'a>(facts: impl IntoIterator<Item = &'a ProviderFact>) -> Stage {
    let mut stage = Stage::new();
    stage.now = T0.plus_ms(60_000);
    for fact in facts {
        stage.apply(fact);
    }
    stage
}

/// Status, who is present, who is connected.
fn end_state(stage: &Stage) -> (String, Vec<(String, bool)>) {
    let mut present: Vec<_> = stage
        .call
        .participants
        .iter()
        .filter(|p| p.phase.is_present())
        .map(|p| (p.identity.clone(), p.phase == Phase::Connected))
        .collect();
    present.sort();
    (stage.call.status().to_string(), present)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_repetition_keeps_the_invariants(
        history in beats(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        finish in any::<Option<prop::sample::Index>>(),
        expire in any::<Option<prop::sample::Index>>(),
    ) {
        let mut facts = facts(&history, true);
        if let Some(at) = finish {
            let twin = facts[at.index(facts.len())].clone();
            facts.push(ProviderFact { what: FactKind::RoomFinished, ..twin });
        }
        let expire = expire.map(|at| at.index(order.len() + 1));
        let mut stage = Stage::new();
        stage.now = T0.plus_ms(60_000);
        let mut over = None;
        for (n, pick) in order.iter().enumerate() {
            stage.apply(&facts[pick.index(facts.len())]);
            if expire == Some(n) {
                stage.now = stage.now.plus_ms(200_000);
                let now = stage.now;
                stage.call.expire(now);
                stage.settle();
            }
            stage.check_invariants();
            let status = stage.call.status();
            if let Some(terminal) = over {
                prop_assert_eq!(status, terminal, "terminal states have no exits");
            }
            over = over.or(status.is_terminal().then_some(status));
        }
    }

    #[test]
    fn the_end_is_that_of_the_true_order(
        history in beats(),
        keys in prop::collection::vec(any::<u32>(), 60),
        repeated in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let facts = facts(&history, false);
        let mut jumbled: Vec<&ProviderFact> = facts.iter().collect();
        jumbled.extend(repeated.iter().map(|at| &facts[at.index(facts.len())]));
        let mut keyed: Vec<_> = jumbled.into_iter().enumerate().map(|(n, f)| (keys[n % keys.len()], n, f)).collect();
        keyed.sort_by_key(|(key, n, _)| (*key, *n));
        let (mut sorted, mut other) = (deliver(&facts), deliver(keyed.iter().map(|(_, _, f)| *f)));
        sorted.check_invariants();
        other.check_invariants();
        prop_assert_eq!(end_state(&sorted), end_state(&other), "{}\n{}", sorted.told(), other.told());
        // Whoever is lost is lost for good in both.
        for stage in [&mut sorted, &mut other] {
            stage.now = stage.now.plus_ms(3_600_000);
            let now = stage.now;
            stage.call.expire(now);
            stage.settle();
        }
        let over = (sorted.call.status().is_terminal(), other.call.status().is_terminal());
        prop_assert_eq!(over.0, over.1);
        prop_assert_eq!(end_state(&sorted).1, end_state(&other).1);
    }
}
