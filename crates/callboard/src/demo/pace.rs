//! Believable timing: how long words take, where a listener hears a partial text, how long people wait. All chance
//! comes from a seed.

use std::time::Duration;

use callboard_kernel::Entropy;

/// Words that a person speaks in a second.
const WORDS_A_SECOND: f64 = 2.7;
/// About how often recognition says what it has heard so far, seconds.
const PARTIAL_EVERY_S: f64 = 0.8;
/// The shortest time between two partials that is worth sending, real time.
const SHORTEST: Duration = Duration::from_millis(60);

/// Chance and tempo of one call.
pub struct Chance {
    entropy: Entropy,
    pace: f64,
}

/// What is heard of an utterance, and after which pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Real time since the previous one.
    pub after: Duration,
    /// The words so far.
    pub text: String,
    /// Whether these are all of them.
    pub last: bool,
}

impl Chance {
    /// The chance of the `nth` call of a lane. A pace of 2 is twice as fast as people talk.
    pub fn new(seed: u64, lane: usize, nth: usize, pace: f64) -> Self {
        let mut bytes = [0; 32];
        for (at, part) in [seed, lane as u64, nth as u64].into_iter().enumerate() {
            bytes[at * 8..at * 8 + 8].copy_from_slice(&part.to_be_bytes());
        }
        Self { entropy: Entropy::from_seed(bytes), pace }
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        const STEPS: u64 = 10_000;
        low + (high - low) * (self.entropy.below(STEPS + 1) as f64 / STEPS as f64)
    }

    /// One of `n`.
    pub fn pick(&mut self, n: usize) -> usize {
        usize::try_from(self.entropy.below(n as u64)).unwrap_or(0)
    }

    /// Real time for so many seconds of the script's time.
    pub fn real(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds / self.pace).max(0.0))
    }

    /// How long somebody waits before they speak.
    pub fn breath(&mut self) -> Duration {
        let seconds = self.between(0.35, 1.3);
        self.real(seconds)
    }

    /// What is heard of a text while it is spoken.
    pub fn spoken(&mut self, text: &str) -> Vec<Heard> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let tempo = WORDS_A_SECOND * self.between(0.85, 1.15);
        let mut heard = Vec::new();
        let (mut said, mut waiting) = (0, Duration::ZERO);
        while said < words.len() {
            let wanted = (PARTIAL_EVERY_S * self.between(0.7, 1.3) * tempo).round();
            let chunk = (wanted as usize).clamp(1, words.len() - said);
            said += chunk;
            waiting += self.real(chunk as f64 / tempo);
            let last = said == words.len();
            if last || waiting >= SHORTEST {
                heard.push(Heard { after: waiting, text: words[..said].join(" "), last });
                waiting = Duration::ZERO;
            }
        }
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";

    #[test]
    fn the_same_seed_says_the_same_and_another_does_not() {
        let spoken = |seed| Chance::new(seed, 0, 0, 1.0).spoken(TEXT);
        assert_eq!(spoken(1), spoken(1));
        assert_ne!(spoken(1), spoken(2));
        assert_ne!(Chance::new(1, 0, 1, 1.0).spoken(TEXT), spoken(1));
    }

    #[test]
    fn partials_grow_and_the_last_is_everything() {
        let heard = Chance::new(7, 0, 0, 1.0).spoken(TEXT);
        assert!(heard.len() >= 4, "{heard:?}");
        assert!(heard.windows(2).all(|w| w[1].text.starts_with(&w[0].text) && !w[0].last));
        let last = heard.last().expect("something");
        assert_eq!((last.text.as_str(), last.last), (TEXT, true));
        let seconds: f64 = heard.iter().map(|h| h.after.as_secs_f64()).sum();
        assert!((4.0..7.0).contains(&seconds), "{seconds} s for fourteen words");
    }

    #[test]
    fn at_a_high_pace_only_the_final_is_worth_sending() {
        let heard = Chance::new(7, 0, 0, 200.0).spoken(TEXT);
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert!(heard[0].last && heard[0].after < SHORTEST);
    }
}
