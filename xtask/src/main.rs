//! The workspace's own tool: rules that no compiler knows, and the files made from the code.
//!
//! `cargo run -p xtask -- tidy` checks the working tree and changes nothing. Every rule is a pure function of the
//! files' texts, so each has a test with a planted violation.

mod config;
mod finding;
mod generated;
mod lexer;
mod reference;
mod repo;
mod rules;

use finding::{Finding, Level};
use std::process::ExitCode;

const HELP: &str = "usage: cargo run -p xtask -- COMMAND

  tidy               floors, imports, sizes, bans, error pages, tables, hygiene
  errors --check     only the error codes and their pages
  generated          write openapi/callboard.json and docs/reference/ from the code
  generated --check  compare them with the code, change nothing
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy(rules::all),
        ["errors"] | ["errors", "--check"] => tidy(|repo, _| rules::errors::check(repo)),
        ["generated"] => generated::write(),
        ["generated", "--check"] => generated::check(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => Err(format!("unknown command `{}`\n\n{HELP}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("✗ {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs rules over the working tree and prints what they found; errors fail, warnings do not.
fn tidy(rules: impl Fn(&repo::Repo, &config::Config) -> Vec<Finding>) -> Result<(), String> {
    let repo = repo::Repo::from_git()?;
    let config = config::Config::from_repo(&repo)?;
    let mut findings = rules(&repo, &config);
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    let warnings = findings.len() - errors;
    let summary = format!("tidy: {} files, {errors} errors, {warnings} warnings", repo.files.len());
    if errors == 0 {
        println!("{summary}");
        Ok(())
    } else {
        Err(summary)
    }
}
