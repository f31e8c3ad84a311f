//! Who may depend on whom, read from the crates' manifests.

use crate::config::Floors;
use crate::finding::Finding;
use crate::repo::Repo;
use std::collections::BTreeSet;

const RULE: &str = "floors";
const LIST: &str = "xtask/floors.toml";
/// How every package of `torture/` is called.
const RIG: &str = "callboard-rig-";

/// Checks every manifest under `crates/` and `torture/`.
pub fn check(repo: &Repo, floors: &Floors) -> Vec<Finding> {
    let mut findings = rigs(repo);
    let mut used_edges = BTreeSet::new();
    let mut present = BTreeSet::new();
    for (path, text) in repo.under("crates/", "/Cargo.toml") {
        let Some(name) = path.split('/').nth(1) else { continue };
        present.insert(name.to_owned());
        let Some(floor) = floors.floors.get(name) else {
            findings.push(Finding::error(
                path,
                0,
                RULE,
                format!("crate `{name}` stands on no floor; add it to {LIST}"),
            ));
            continue;
        };
        let manifest = match toml::from_str::<toml::Table>(text) {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::error(path, 0, RULE, format!("the manifest cannot be read: {error}")));
                continue;
            }
        };
        for library in dependencies(&manifest, "dependencies") {
            findings.extend(check_edge(path, name, *floor, &library, floors, &mut used_edges));
            findings.extend(check_outside(path, name, &library, floors));
        }
        for library in dependencies(&manifest, "dev-dependencies") {
            // A crate's tests are written with the kit, and may bring neighbours of its floor; never what stands above.
            let other = library.strip_prefix("callboard-").and_then(|name| floors.floors.get(name));
            if library != "callboard-testkit" && other.is_none_or(|other| other > floor) {
                findings.extend(check_edge(path, name, *floor, &library, floors, &mut used_edges));
            }
        }
    }
    findings.extend(unused(floors, &present, &used_edges));
    findings
}

/// Rigs stand above every floor: they may import anything and link any driver, and nobody imports them.
fn rigs(repo: &Repo) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut names = BTreeSet::new();
    for (path, text) in repo.under("torture/", "/Cargo.toml") {
        let manifest = toml::from_str::<toml::Table>(text).unwrap_or_default();
        let package = manifest.get("package").and_then(toml::Value::as_table);
        let name = package.and_then(|p| p.get("name")).and_then(toml::Value::as_str).unwrap_or_default();
        names.insert(name.to_owned());
        // Deeper down lie workspaces of their own.
        if path.split('/').count() == 3 && !name.starts_with(RIG) {
            let message =
                format!("`{name}` is a rig; call it {RIG}…, so that nobody takes it for a part of the product");
            findings.push(Finding::error(path, 0, RULE, message));
        }
    }
    for (path, text) in repo.under("crates/", "/Cargo.toml") {
        let manifest = toml::from_str::<toml::Table>(text).unwrap_or_default();
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        for library in tables.iter().flat_map(|t| dependencies(&manifest, t)) {
            if library.starts_with(RIG) || names.contains(&library) {
                findings.push(Finding::error(path, 0, RULE, format!("`{library}` is a rig; nobody imports a rig")));
            }
        }
    }
    findings
}

fn dependencies(manifest: &toml::Table, table: &str) -> Vec<String> {
    let listed = manifest.get(table).and_then(toml::Value::as_table);
    listed.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn check_edge(
    path: &str,
    from: &str,
    floor: u8,
    library: &str,
    floors: &Floors,
    used: &mut BTreeSet<(String, String)>,
) -> Option<Finding> {
    let to = library.strip_prefix("callboard-")?;
    let message = match floors.floors.get(to) {
        None => format!("`{library}` stands on no floor; add it to {LIST}"),
        Some(other) if *other < floor && to != "testkit" => return None,
        Some(other) if *other == floor && to != "testkit" => {
            if floors.edges.iter().any(|edge| edge.from == from && edge.to == to) {
                used.insert((from.to_owned(), to.to_owned()));
                return None;
            }
            format!("`{from}` and `{to}` share floor {floor}; such an edge needs an entry with a reason in {LIST}")
        }
        Some(_) if to == "testkit" => format!("`{from}` ships the test kit; move it to [dev-dependencies]"),
        Some(other) => format!("`{from}` (floor {floor}) imports upward from `{to}` (floor {other})"),
    };
    Some(Finding::error(path, 0, RULE, message))
}

fn check_outside(path: &str, from: &str, library: &str, floors: &Floors) -> Option<Finding> {
    let rule = floors.outside.iter().find(|rule| rule.library == library)?;
    if rule.crates.iter().any(|allowed| allowed == from) {
        return None;
    }
    Some(Finding::error(path, 0, RULE, format!("`{from}` may not link `{library}`: {}", rule.reason)))
}

fn unused(floors: &Floors, present: &BTreeSet<String>, used: &BTreeSet<(String, String)>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for edge in &floors.edges {
        if !used.contains(&(edge.from.clone(), edge.to.clone())) {
            findings.push(Finding::error(
                LIST,
                0,
                RULE,
                format!("nobody uses the edge {} -> {}; remove it", edge.from, edge.to),
            ));
        }
        if edge.reason.trim().is_empty() {
            findings.push(Finding::error(
                LIST,
                0,
                RULE,
                format!("the edge {} -> {} has no reason", edge.from, edge.to),
            ));
        }
    }
    for name in floors.floors.keys().filter(|name| !present.contains(*name)) {
        findings.push(Finding::error(LIST, 0, RULE, format!("crate `{name}` is listed but does not exist")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOORS: &str = r#"
        [floors]
        kernel = 0
        store = 1
        testkit = 1
        calls = 2
        tenants = 2
        [[edges]]
        from = "calls"
        to = "tenants"
        reason = "limits"
        [[outside]]
        library = "rusqlite"
        crates = ["store"]
        reason = "drivers live in the store"
    "#;

    fn findings(changed: &[(&str, &str)]) -> Vec<String> {
        let mut files = vec![
            ("crates/kernel/Cargo.toml", "[dependencies]\nserde = \"1\""),
            (
                "crates/store/Cargo.toml",
                "[dependencies]\ncallboard-kernel = \"1\"\nrusqlite = \"1\"\n[dev-dependencies]\ncallboard-testkit = \"1\"",
            ),
            ("crates/testkit/Cargo.toml", "[dependencies]"),
            ("crates/calls/Cargo.toml", "[dependencies]\ncallboard-store = \"1\"\ncallboard-tenants = \"1\""),
            ("crates/tenants/Cargo.toml", "[dependencies]\ncallboard-store = \"1\""),
        ];
        for (path, text) in changed {
            files.retain(|(other, _)| other != path);
            files.push((path, text));
        }
        check(&Repo::of(&files), &toml::from_str(FLOORS).unwrap()).into_iter().map(|finding| finding.message).collect()
    }

    fn one(changed: &[(&str, &str)], expected: &str) {
        let found = findings(changed);
        assert!(found.iter().any(|message| message.contains(expected)), "`{expected}` is not among {found:?}");
    }

    #[test]
    fn a_clean_workspace_has_no_finding() {
        assert_eq!(findings(&[]), Vec::<String>::new());
    }

    #[test]
    fn an_upward_edge_is_found() {
        one(&[("crates/store/Cargo.toml", "[dependencies]\ncallboard-calls = \"1\"")], "imports upward from `calls`");
    }

    #[test]
    fn a_same_floor_edge_without_entry_is_found() {
        one(&[("crates/tenants/Cargo.toml", "[dependencies]\ncallboard-calls = \"1\"")], "share floor 2");
    }

    #[test]
    fn tests_may_bring_neighbours_but_nothing_from_above() {
        let neighbour = "[dependencies]\n[dev-dependencies]\ncallboard-calls = \"1\"\ncallboard-testkit = \"1\"";
        assert_eq!(findings(&[("crates/tenants/Cargo.toml", neighbour)]), Vec::<String>::new());
        one(&[("crates/kernel/Cargo.toml", neighbour)], "imports upward from `calls`");
    }

    #[test]
    fn a_driver_outside_the_store_is_found() {
        one(&[("crates/tenants/Cargo.toml", "[dependencies]\nrusqlite = \"1\"")], "may not link `rusqlite`");
    }

    #[test]
    fn the_kit_in_a_product_is_found() {
        one(&[("crates/tenants/Cargo.toml", "[dependencies]\ncallboard-testkit = \"1\"")], "ships the test kit");
    }

    #[test]
    fn rigs_import_anything_and_nobody_imports_them() {
        let rig = "[package]\nname = \"callboard-rig-disk\"\n[dependencies]\ncallboard-calls = \"1\"\nrusqlite = \"1\"";
        assert_eq!(findings(&[("torture/disk/Cargo.toml", rig)]), Vec::<String>::new());
        one(&[("torture/disk/Cargo.toml", "[package]\nname = \"disk\"")], "`disk` is a rig; call it");
        let importer = "[dependencies]\n[dev-dependencies]\ncallboard-rig-disk = \"1\"";
        one(&[("crates/kernel/Cargo.toml", importer)], "nobody imports a rig");
    }

    #[test]
    fn an_unused_edge_and_an_unknown_crate_are_found() {
        one(&[("crates/calls/Cargo.toml", "[dependencies]")], "nobody uses the edge calls -> tenants");
        one(&[("crates/gates/Cargo.toml", "[dependencies]")], "crate `gates` stands on no floor");
    }
}
