//! What went on, line by line. Every line goes into a hash, so that two runs of a seed can be compared; the lines
//! themselves are kept only when somebody will read them.

use crate::core::Us;

/// The lines of a run.
#[derive(Clone, Debug)]
pub struct Trace {
    hash: u64,
    /// How many lines there were.
    pub lines: u64,
    kept: Option<Vec<(Option<usize>, String)>>,
}

impl Trace {
    /// An empty one.
    pub const fn new(keep: bool) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: 0, kept: if keep { Some(Vec::new()) } else { None } }
    }

    /// Adds a line, about a session or about all.
    pub fn line(&mut self, at: Us, session: Option<usize>, text: impl FnOnce() -> String) {
        let text = text();
        self.lines += 1;
        for byte in at.to_le_bytes().iter().chain(text.as_bytes()) {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if let Some(kept) = &mut self.kept {
            kept.push((session, format!("{:>10.3} s  {text}", at as f64 / 1e6)));
        }
    }

    /// The hash of all lines.
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// The lines about a session and about all (`None`: every line), in order.
    pub fn about(&self, session: Option<usize>) -> Vec<&str> {
        let wanted = |of: &Option<usize>| session.is_none() || of.is_none() || *of == session;
        self.kept.iter().flatten().filter(|(of, _)| wanted(of)).map(|(_, line)| line.as_str()).collect()
    }
}
