//! The rig itself: every story holds, and the same seed tells the same story.

use callboard_rig_interleavings::{STORIES, plan};

/// Blocks of one round: every story at least once.
fn round() -> u64 {
    STORIES.iter().map(|s| s.weight).sum()
}

#[test]
fn every_story_holds_and_a_seed_tells_it_again() {
    let mut told = 0;
    for nth in 0..round() {
        let (once, again) = (plan(1, nth).run(), plan(1, nth).run());
        assert!(once.violations.is_empty(), "block {nth}: {:?}", once.violations);
        assert_eq!(once.checked, again.checked, "block {nth} went another way the second time");
        told += once.schedules;
    }
    assert!(told >= 4_000, "{told} schedules");
}
