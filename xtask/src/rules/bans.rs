//! Calls that must not be made, each with where they are right, and what to do instead.

use crate::config::Exceptions;
use crate::finding::Finding;
use crate::lexer::{find_word, line_of};
use crate::repo::Source;

/// A banned call.
struct Ban {
    /// Name in `exceptions.toml`.
    rule: &'static str,
    /// What must not stand in the code.
    words: &'static [&'static str],
    /// Crates that may.
    except: &'static [&'static str],
    /// Whether tests are bound as well.
    in_tests: bool,
    /// What to do instead.
    instead: &'static str,
}

const BANS: [Ban; 9] = [
    Ban {
        rule: "clock",
        words: &["SystemTime::now", "Instant::now", "Utc::now", "Local::now", "Zoned::now", "Timestamp::now"],
        except: &["callboard", "testkit", "xtask", "torture", "bench"],
        in_tests: false,
        instead: "take `now` as an argument; only the binary and the kit own a clock",
    },
    Ban {
        rule: "randomness",
        words: &["thread_rng", "rand::", "getrandom::", "fastrand::", "Uuid::new_v4", "Uuid::now_v7", "OsRng"],
        except: &["callboard", "testkit"],
        in_tests: false,
        instead: "take `Entropy` as an argument; only the binary and the kit own randomness",
    },
    Ban {
        rule: "print",
        words: &["println!", "eprintln!", "print!", "eprint!"],
        except: &["callboard", "xtask", "torture", "bench"],
        in_tests: false,
        instead: "log with `tracing`; only commands of the binary print",
    },
    Ban {
        rule: "panic",
        words: &[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err(", "panic!", "unreachable!"],
        except: &["testkit", "torture"],
        in_tests: false,
        instead: "return an error with a code; a panic costs a caller their answer",
    },
    Ban {
        rule: "unfinished",
        words: &["todo!", "unimplemented!", "dbg!"],
        except: &[],
        in_tests: true,
        instead: "finish it or leave it out",
    },
    Ban {
        rule: "shared-state",
        words: &["static mut", "lazy_static!", "thread_local!"],
        except: &[],
        in_tests: true,
        instead: "pass state as a value: several instances run in one process in tests",
    },
    // A rig that stands in for C code is excepted by its file.
    Ban { rule: "unsafe", words: &["unsafe"], except: &[], in_tests: true, instead: "nothing here needs it" },
    Ban {
        rule: "environment",
        words: &["env::var", "env::var_os", "env::vars"],
        except: &["callboard", "testkit", "xtask", "torture", "bench"],
        in_tests: false,
        instead: "configuration is read once, by the binary, and passed on",
    },
    Ban {
        rule: "ignored-test",
        words: &["#[ignore"],
        except: &[],
        in_tests: true,
        instead: "a missing server is a failure, never a skip",
    },
];

/// Checks every Rust source.
pub fn check(sources: &[Source], exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut needed = vec![false; exceptions.ban.len()];
    for source in sources {
        for ban in BANS.iter().filter(|ban| binds(ban, source)) {
            let code = if ban.in_tests { &source.code } else { &source.product };
            let places: Vec<usize> = ban.words.iter().flat_map(|word| find_word(code, word)).collect();
            let entry = exceptions.ban.iter().position(|entry| entry.rule == ban.rule && entry.path == source.path);
            match entry {
                Some(entry) => needed[entry] |= !places.is_empty(),
                None => findings.extend(places.into_iter().map(|at| {
                    let word: String =
                        code[at..].chars().take_while(|letter| !letter.is_whitespace()).take(24).collect();
                    Finding::error(&source.path, line_of(code, at), ban.rule, format!("`{word}`: {}", ban.instead))
                })),
            }
        }
        findings.extend(sleeps(source));
    }
    for (entry, needed) in exceptions.ban.iter().zip(needed) {
        if !needed || entry.reason.trim().is_empty() {
            let message = format!("the exception `{}` of {} is not needed or has no reason", entry.rule, entry.path);
            findings.push(Finding::error("xtask/exceptions.toml", 0, "ban", message));
        }
    }
    findings
}

/// Programs of their own, such as generators under `examples/`, may print.
fn binds(ban: &Ban, source: &Source) -> bool {
    let program = ["/examples/", "/src/bin/"].iter().any(|place| source.path.contains(place)) && ban.rule == "print";
    !program && !ban.except.contains(&source.crate_name())
}

/// Sleeping in a test is listed, for a look: it is right inside a loop that asks again, wrong as a way to wait.
fn sleeps(source: &Source) -> Vec<Finding> {
    if !crate::repo::is_test(&source.path) {
        return Vec::new();
    }
    let message = "a test that sleeps: right only between two looks at the thing it waits for";
    find_word(&source.code, "sleep(")
        .map(|at| Finding::warning(&source.path, line_of(&source.code, at), "sleep", message))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str, exceptions: &str) -> Vec<&'static str> {
        let found = check(&[Source::new(path, text)], &toml::from_str(exceptions).unwrap());
        found.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn every_ban_finds_its_words() {
        for ban in &BANS {
            for word in ban.words {
                let found =
                    rules("crates/calls/src/commands.rs", &format!("fn f() {{ a{word} ); }}").replace("a.", "a."), "");
                let spaced = rules("crates/calls/src/commands.rs", &format!("fn f() {{ {word} ); }}"), "");
                assert!(found.contains(&ban.rule) || spaced.contains(&ban.rule), "`{word}` is not found");
            }
        }
    }

    #[test]
    fn comments_strings_names_and_tests_are_left_alone() {
        let text = "// x.unwrap()\nlet a = \"panic!\"; a.unwrap_or(1); undbg!();\n#[cfg(test)]\nmod t { fn f() { x.unwrap(); SystemTime::now(); } }";
        assert_eq!(rules("crates/calls/src/commands.rs", text, ""), [] as [&str; 0]);
        assert_eq!(rules("crates/calls/tests/story.rs", "x.unwrap(); println!()", ""), [] as [&str; 0]);
        assert_eq!(rules("crates/calls/tests/story.rs", "todo!()", ""), ["unfinished"]);
    }

    #[test]
    fn owners_may() {
        assert_eq!(rules("crates/callboard/src/main.rs", "println!(); SystemTime::now();", ""), [] as [&str; 0]);
        assert_eq!(rules("crates/kernel/src/time.rs", "SystemTime::now();", ""), ["clock"]);
        assert_eq!(rules("crates/contracts/examples/generate.rs", "println!();", ""), [] as [&str; 0]);
    }

    #[test]
    fn exceptions_need_a_use_and_a_reason() {
        let entry = |reason| format!("[[ban]]\nrule = \"clock\"\npath = \"crates/a/src/b.rs\"\nreason = \"{reason}\"");
        assert_eq!(rules("crates/a/src/b.rs", "Instant::now()", &entry("pacing")), [] as [&str; 0]);
        assert_eq!(rules("crates/a/src/b.rs", "now()", &entry("pacing")), ["ban"]);
        assert_eq!(rules("crates/a/src/b.rs", "Instant::now()", &entry(" ")), ["ban"]);
    }

    #[test]
    fn a_sleeping_test_is_listed() {
        assert_eq!(rules("crates/calls/tests/story.rs", "tokio::time::sleep(d).await", ""), ["sleep"]);
    }
}
