//! Which resume tokens are good, and what a repeated one is answered.

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, Timestamp, codes};

use crate::model::ResumeUse;

/// How long the last-but-one token stays good after its successor was first used, milliseconds.
const OVERLAP_MS: i64 = 30_000;

/// What a resume token is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResumeAnswer {
    /// The current token: rotate.
    Fresh,
    /// A repetition: the stored answer again.
    Again(ResumeUse),
}

/// Judges a token of `presented` generation, when `current` is the newest one given out.
/// `uses` are the stored uses of that participant.
pub fn judge_resume(presented: i64, current: i64, uses: &[ResumeUse], now: Timestamp) -> Result<ResumeAnswer> {
    let refused =
        || Error::new(&codes::INVALID_RESUME_TOKEN, "This resume token is not the current one of its participant.");
    if presented == current {
        return Ok(ResumeAnswer::Fresh);
    }
    let find = |generation: i64| uses.iter().find(|u| u.generation == generation);
    let own = find(presented).ok_or_else(refused)?;
    let good = match find(presented + 1) {
        _ if planted(Tooth::OldTokensGood) => true,
        // Its successor was not used yet: the answer may have been lost in the cut.
        None => presented + 1 == current,
        Some(successor) => now.since_ms(successor.used_at) <= OVERLAP_MS,
    };
    if good { Ok(ResumeAnswer::Again(own.clone())) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(generation: i64, at_s: i64) -> ResumeUse {
        ResumeUse { generation, used_at: Timestamp::from_seconds(at_s), replay_after: 1, replay_until: 2 }
    }

    #[test]
    fn the_previous_token_lives_until_its_successor_was_used_and_30_s() {
        let at = Timestamp::from_seconds;
        let uses = [used(1, 100), used(2, 200)];
        for (presented, current, now, good) in [
            (3, 3, 1_000, Some(false)),
            (2, 3, 9_999, Some(true)),
            (1, 3, 229, Some(true)),
            (1, 3, 231, None),
            (0, 3, 200, None),
            (4, 3, 200, None),
        ] {
            let got =
                judge_resume(presented, current, &uses, at(now)).ok().map(|a| matches!(a, ResumeAnswer::Again(_)));
            assert_eq!(got, good, "generation {presented} at {now}");
        }
    }
}
