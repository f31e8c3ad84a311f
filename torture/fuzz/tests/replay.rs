//! Every input of the corpus keeps its target's properties; what a fuzzer once found stays found.

use callboard_rig_fuzz::{TARGETS, inputs};

#[test]
fn the_corpus_keeps_every_property() {
    for target in &TARGETS {
        let inputs = inputs(target);
        assert!(inputs.len() >= 3, "{} has hardly a corpus", target.name);
        for input in inputs {
            println!("{}: {}", target.name, input.escape_ascii());
            (target.run)(&input);
        }
    }
}
