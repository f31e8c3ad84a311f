//! `callboard-rig-fuzz --seed N --rounds M` (or `--write FOLDER`, which writes the corpus out): replays the corpus and M seeded mutations of it for every target. A
//! broken property ends it with the input that broke it. The last line is `{"target": {"corpus": n, "mutated": m}}`.

use std::path::Path;
use std::{env, fs, panic, process};

use callboard_kernel::Entropy;
use callboard_rig_fuzz::{TARGETS, Target, inputs};
use serde_json::{Map, Value, json};

/// Longest mutated input, bytes.
const LONGEST: usize = 4_096;

fn main() {
    let args: Vec<String> = env::args().collect();
    let number = |name: &str, or: u64| {
        let at = args.iter().position(|a| a == name);
        at.and_then(|n| args.get(n + 1)).map_or(Ok(or), |text| text.parse())
    };
    let (Ok(seed), Ok(rounds)) = (number("--seed", 1), number("--rounds", 20_000)) else {
        eprintln!("usage: callboard-rig-fuzz [--seed N] [--rounds M] | --write FOLDER");
        process::exit(2);
    };
    if let Some(folder) = args.iter().position(|a| a == "--write").and_then(|n| args.get(n + 1)) {
        return write(Path::new(folder)).unwrap_or_else(|e| {
            eprintln!("the corpus cannot be written to {folder}: {e}");
            process::exit(2);
        });
    }
    println!("seed {seed}, {rounds} mutations for each of {} targets", TARGETS.len());
    let mut counts = Map::new();
    for target in &TARGETS {
        let corpus = inputs(target);
        for input in &corpus {
            run(target, input);
        }
        let mut chance = Chance::new(seed, target.name);
        for _ in 0..rounds {
            run(target, &mutated(&corpus, &mut chance));
        }
        println!("{}: {} inputs, {rounds} mutations", target.name, corpus.len());
        counts.insert(target.name.to_owned(), json!({ "corpus": corpus.len(), "mutated": rounds }));
    }
    println!("{}", Value::Object(counts));
}

/// The corpus as folders of files, for libFuzzer.
fn write(folder: &Path) -> std::io::Result<()> {
    for target in &TARGETS {
        let own = folder.join(target.name);
        fs::create_dir_all(&own)?;
        for (n, input) in inputs(target).iter().enumerate() {
            fs::write(own.join(format!("{n:04}")), input)?;
        }
    }
    Ok(())
}

fn run(target: &Target, input: &[u8]) {
    if panic::catch_unwind(|| (target.run)(input)).is_err() {
        let shown: String = input.iter().flat_map(|b| b.escape_ascii()).map(char::from).collect();
        println!("BROKEN {}: b\"{shown}\"", target.name);
        process::exit(1);
    }
}

/// Randomness that depends on the seed alone.
struct Chance(Entropy);

impl Chance {
    fn new(seed: u64, name: &str) -> Self {
        Self(Entropy::from_seed(callboard_kernel::sha256(&[&seed.to_be_bytes(), name.as_bytes()])))
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.0.below(bound as u64)).unwrap_or(0)
    }
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[[[[",
    b"null",
    b"1e999",
    b"-0",
    b"9007199254740993",
    b"\xFF",
    b"\0",
    b"\r\n",
    b"-->",
    b"<v x>",
    b"\xEF\xBB\xBF",
    b"\xE2\x80\xAE",
    b" AND ",
    b"*",
    b"NEAR(",
    b".",
    b"=",
    b"\xF0\x9F\x98\x80",
];

fn mutated(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = corpus.get(chance.below(corpus.len().max(1))).cloned().unwrap_or_default();
    for _ in 0..=chance.below(6) {
        let at = chance.below(input.len() + 1);
        match chance.below(5) {
            0 if at < input.len() => input[at] ^= 1 << chance.below(8),
            1 if at < input.len() => drop(input.drain(at..(at + 1 + chance.below(8)).min(input.len()))),
            2 => drop(input.splice(at..at, PIECES[chance.below(PIECES.len())].iter().copied())),
            3 => {
                let other = &corpus[chance.below(corpus.len())];
                let from = chance.below(other.len() + 1);
                let piece = other[from..(from + chance.below(64)).min(other.len())].to_vec();
                drop(input.splice(at..at, piece));
            }
            _ => input.insert(at, u8::try_from(chance.below(256)).unwrap_or(0)),
        }
    }
    input.truncate(LONGEST);
    input
}
