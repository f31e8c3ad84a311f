//! Flags and the report that every rig writes.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};

use crate::book::Counts;

/// How the rig was called.
#[derive(Clone, Debug)]
pub struct Args {
    /// The long form.
    pub long: bool,
    /// The first seed.
    pub seed: u64,
    /// Most minutes.
    pub minutes: f64,
    /// Where the report goes.
    pub report: Option<PathBuf>,
    /// One seed alone, with its whole trace.
    pub show: Option<u64>,
    /// How many seeds, when not as the form says.
    pub seeds: Option<u64>,
}

impl Args {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self { long: false, seed: 1, minutes: 10.0, report: None, show: None, seeds: None };
        while let Some(flag) = words.next() {
            let value = words.next().ok_or_else(|| format!("{flag} needs a value"))?;
            let wrong = |_| format!("{flag} {value} is no number");
            match flag.as_str() {
                "--size" if value == "quick" || value == "long" => args.long = value == "long",
                "--seed" => args.seed = value.parse().map_err(wrong)?,
                "--minutes" => args.minutes = value.parse().map_err(|_| format!("{flag} {value} is no number"))?,
                "--report" => args.report = Some(PathBuf::from(value)),
                "--show" => args.show = Some(value.parse().map_err(wrong)?),
                "--seeds" => args.seeds = Some(value.parse().map_err(wrong)?),
                _ => {
                    return Err(format!(
                        "{flag} {value} is not known: --size quick|long --seed N --minutes M --report FILE --seeds N --show SEED"
                    ));
                }
            }
        }
        Ok(args)
    }

    /// How many seeds this form has.
    pub fn wanted(&self) -> u64 {
        self.seeds.unwrap_or(if self.long { 100_000 } else { 500 })
    }
}

/// What is found over all seeds.
#[derive(Debug)]
pub struct Report {
    begun: Instant,
    /// Seeds that were played.
    pub seeds: u64,
    /// Of these, twice.
    pub twice: u64,
    /// Seconds that passed in the runs.
    pub virtual_s: i64,
    /// Faults by kind.
    pub faults: Counts,
    /// Situations by name.
    pub situations: Counts,
    /// Checks by name.
    pub checked: Counts,
    /// Violations.
    pub violations: Vec<Value>,
}

/// Situations without which a run of hundreds of seeds has not looked where it should.
pub const NEEDED: [&str; 7] = [
    "reconnects with one token at once",
    "reconnect against end",
    "ack against ack",
    "ack against reconnect",
    "a late webhook of the old participant after the new one joined",
    "a poll's conclusion against a webhook that it missed",
    "crash between two requests of one session",
];

const LIMITS: [&str; 5] = [
    "Both instances share one SQLite store, which stands for the database: how PostgreSQL locks, retries and loses connections is another rig's matter.",
    "Time passes between steps, never within one: a race inside one transaction or between threads cannot show here.",
    "The pace of repairs and of the outbox is the simulation's, with the periods that the repairs name; the accept loop, sockets and streams are not driven.",
    "The media server and the endpoint are asked through the ports of calls and webhooks: the HTTP clients of LiveKit's API and of egress are other tests' matter.",
    "Time-outs inside the service (28 s for an effect, 10 s for a twin request) run by the machine's clock and do not fire here.",
];

impl Report {
    /// An empty one.
    #[allow(clippy::new_without_default, reason = "it notes when it was made")]
    pub fn new() -> Self {
        Self {
            begun: Instant::now(),
            seeds: 0,
            twice: 0,
            virtual_s: 0,
            faults: Counts::default(),
            situations: Counts::default(),
            checked: Counts::default(),
            violations: Vec::new(),
        }
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }

    /// Races that had to be among the situations and were not.
    pub fn missing(&self) -> Vec<&'static str> {
        NEEDED.into_iter().filter(|name| !self.situations.0.contains_key(name)).collect()
    }

    /// As JSON.
    pub fn json(&self, args: &Args) -> Value {
        let mut faults: Counts = self.faults.clone();
        faults.join(&self.situations);
        json!({
            "rig": "simulated-service", "seed": args.seed, "size": if args.long { "long" } else { "quick" },
            "ran": { "seeds": self.seeds, "seeds played twice": self.twice, "virtual seconds": self.virtual_s },
            "wanted": { "seeds": args.wanted() },
            "faults": faults.0, "checked": self.checked.0, "violations": self.violations, "unknown": self.checked.0.get("unknown outcomes").copied().unwrap_or(0),
            "limits": LIMITS, "seconds": (self.seconds() * 10.0).round() / 10.0,
        })
    }
}
