//! A few hundred seeds, each twice: no violation, equal traces, and every fault that is claimed has struck.

use callboard_rig_disk::{Report, Rig};

const SEEDS: u64 = 200;

#[test]
fn two_hundred_seeds_keep_every_promise_and_run_the_same_way_twice() {
    let rig = Rig::new().expect("a disk");
    let mut total = Report::default();
    for seed in 0..SEEDS {
        let first = rig.run(seed).expect("a disk");
        let second = rig.run(seed).expect("a disk");
        assert_eq!(first.trace, second.trace, "seed {seed} ran another way");
        total.add(first.report);
    }
    assert_eq!(total.violated, 0, "{:#?}", total.violations);
    for kind in ["power cut", "kill", "eio-read", "eio-write", "eio-fsync", "disk-full", "sector torn"] {
        assert!(total.faults.contains_key(kind), "{kind} never struck: {:?}", total.faults);
    }
    assert!(total.checked["acknowledged events"] > 1_000, "{:?}", total.checked);
}
