//! The rules. Each is a pure function of the files' texts.

pub mod bans;
pub mod errors;
pub mod floors;
pub mod hygiene;
pub mod imports;
pub mod sizes;
pub mod tables;
pub mod web;

use crate::config::Config;
use crate::finding::Finding;
use crate::repo::Repo;

/// Every rule over the whole repository.
pub fn all(repo: &Repo, config: &Config) -> Vec<Finding> {
    let sources = repo.rust();
    let mut findings = floors::check(repo, &config.floors);
    findings.extend(imports::check(&sources));
    findings.extend(sizes::check(repo, &sources, &config.exceptions));
    findings.extend(bans::check(&sources, &config.exceptions));
    findings.extend(errors::check(repo));
    findings.extend(tables::check(repo));
    findings.extend(hygiene::check(repo));
    findings.extend(web::check(repo));
    findings
}
