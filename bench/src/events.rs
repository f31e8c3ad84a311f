//! The events that are sent: a call's transcript and its meter, as an agent writes them. Made from a number, so that
//! what was acknowledged can be looked up later.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// What kind of ids the producer gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// UUIDv7: they begin with the time.
    Time,
    /// UUIDv4.
    Random,
}

/// Writes events over a set of sessions: each session in turn, in an order that jumps, so that calls interleave.
#[derive(Debug)]
pub struct Events {
    /// Names of the sessions.
    pub sessions: Vec<String>,
    ids: Ids,
    /// Sets the runs of one store apart.
    salt: u64,
    /// When the run began, milliseconds since 1970, from the clock once.
    begun_ms: u64,
}

/// What somebody on a call may say; the pieces differ so that texts do.
const SAYINGS: [&str; 4] = [
    "Good morning, you are speaking with the front desk, how can I help you today?",
    "I would like to move my appointment from Tuesday to some time later this week.",
    "Of course. Thursday at half past ten is free, and so is Friday in the afternoon.",
    "Friday then, please, and could you send the confirmation to the usual address?",
];

impl Events {
    /// Over these sessions; `salt` sets it apart from others on the same store.
    pub fn new(sessions: Vec<String>, ids: Ids, salt: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { sessions, ids, salt, begun_ms: u64::try_from(now.as_millis()).unwrap_or(0) }
    }

    /// Which session event `n` belongs to, and how often that session had its turn before.
    pub fn place(&self, n: u64) -> (&str, u64) {
        let count = self.sessions.len() as u64;
        let stride = [1237, 7919].into_iter().find(|s| coprime(*s, count)).unwrap_or(1);
        let at = (n % count) * stride % count;
        (&self.sessions[at as usize], n / count)
    }

    /// The id of event `n`: 36 characters, the same each time.
    pub fn id(&self, n: u64) -> String {
        let noise = mix(n ^ self.salt.rotate_left(32));
        let more = mix(noise ^ 0x9e37_79b9_7f4a_7c15);
        let (front, version) = match self.ids {
            // A thousandth of a second for each ten events: about the pace of what is measured.
            Ids::Time => (self.begun_ms + n / 10, 7),
            Ids::Random => (mix(more) >> 16, 4),
        };
        format!(
            "{:08x}-{:04x}-{version}{:03x}-{:04x}-{:012x}",
            front >> 16 & 0xffff_ffff,
            front & 0xffff,
            // Within one millisecond ids rise as well.
            if self.ids == Ids::Time { n % 10 * 400 } else { noise & 0xfff },
            0x8000 | (noise >> 12 & 0x3fff),
            more & 0xffff_ffff_ffff,
        )
    }

    /// Appends event `n` as JSON.
    pub fn write(&self, n: u64, out: &mut String) {
        let (session, turn) = self.place(n);
        let (phase, utterance) = (turn % 4, turn / 4);
        let _ok = write!(out, "{{\"eventId\":\"{}\",\"sessionId\":\"{session}\",\"type\":", self.id(n));
        let _ok = if phase == 3 {
            write!(out, "\"usage.tick\",\"payload\":{{\"meterId\":\"voice\",\"billableSeconds\":{turn}}}}}")
        } else {
            let kind = if phase == 2 { "final" } else { "partial" };
            let saying = SAYINGS[(utterance % 4) as usize];
            // A partial says the first half, then more.
            let text = &saying[..saying.len() * (phase as usize + 1) / 3];
            let start = utterance * 4_000;
            write!(
                out,
                "\"transcript.{kind}\",\"payload\":{{\"utteranceId\":\"u{}-{utterance}\",\"speaker\":\"user\",\"text\":\"{text}\",\
                 \"startMs\":{start},\"endMs\":{}}}}}",
                self.salt,
                start + 1_000 * (phase + 1)
            )
        };
    }
}

fn coprime(mut a: u64, mut b: u64) -> bool {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// Scatters a number (splitmix64).
pub fn mix(n: u64) -> u64 {
    let z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// An acknowledgement to be looked up when the store was opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Which session.
    pub session: String,
    /// The producer's id.
    pub event_id: String,
    /// The place that the server gave it; 0 where it gives none.
    pub sequence: u64,
}

/// Keeps one of so many acknowledgements.
#[derive(Debug, Default)]
pub struct Samples {
    kept: RefCell<Vec<Sample>>,
}

/// One of this many is looked up later. A prime, so that it meets every session and every phase.
const EVERY: u64 = 211;

impl Samples {
    /// Whether request `n` is one that is kept.
    pub fn wants(n: u64) -> bool {
        n.is_multiple_of(EVERY)
    }
    /// Keeps one.
    pub fn keep(&self, sample: Sample) {
        self.kept.borrow_mut().push(sample);
    }
    /// All that were kept.
    pub fn take(&self) -> Vec<Sample> {
        self.kept.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn events(count: usize, ids: Ids) -> Events {
        Events::new((0..count).map(|n| format!("s-{n}")).collect(), ids, 3)
    }

    #[test]
    fn every_session_has_its_turn() {
        for count in [1, 2, 64, 1000, 1237, 4000] {
            let all = events(count, Ids::Time);
            let seen: BTreeSet<&str> = (0..count as u64).map(|n| all.place(n).0).collect();
            assert_eq!(seen.len(), count);
            assert_eq!(all.place(count as u64 * 5).1, 5);
        }
    }

    #[test]
    fn ids_differ_and_those_with_time_rise() {
        let all = events(10, Ids::Time);
        let ids: Vec<String> = (0..5000).map(|n| all.id(n)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'7'), "{}", ids[0]);
        let random = events(10, Ids::Random);
        let ids: Vec<String> = (0..5000).map(|n| random.id(n)).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 5000);
        assert!(!ids.windows(2).all(|pair| pair[0] < pair[1]) && ids[0].as_bytes()[14] == b'4', "{}", ids[0]);
        assert_eq!(random.id(7), random.id(7));
    }

    #[test]
    fn events_are_json_and_a_call_speaks_in_turns() {
        let all = events(2, Ids::Time);
        let kinds: Vec<String> = (0..8)
            .map(|n| {
                let mut text = String::new();
                all.write(n, &mut text);
                let event: serde_json::Value = serde_json::from_str(&text).unwrap();
                event["type"].as_str().unwrap().to_owned()
            })
            .collect();
        let turns = ["transcript.partial", "transcript.partial", "transcript.final", "usage.tick"];
        assert_eq!(kinds, turns.iter().flat_map(|t| [*t, *t]).collect::<Vec<_>>());
    }
}
