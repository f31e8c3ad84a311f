//! The console's features import the client and the shared parts, never each other.

use crate::finding::Finding;
use crate::repo::Repo;
use crate::rules::hygiene::resolve;

const FEATURES: &str = "web/console/src/features/";

/// Checks the imports of every console feature.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in repo.under(FEATURES, "").filter(|(path, _)| path.ends_with(".ts") || path.ends_with(".tsx")) {
        let Some(own) = path[FEATURES.len()..].split('/').next() else { continue };
        for (number, line) in text.lines().enumerate() {
            let Some(target) = imported(line) else { continue };
            let inside = feature_of(path, target);
            if inside.as_deref().is_some_and(|other| other != own) {
                let message = format!(
                    "`{own}` imports feature `{}`; share through src/ui or web/api",
                    inside.unwrap_or_default()
                );
                findings.push(Finding::error(path, number + 1, "web-features", message));
            }
        }
    }
    findings
}

/// The module named by an import, an export or a dynamic import on this line.
fn imported(line: &str) -> Option<&str> {
    let at = ["from \"", "from '", "import(\"", "import('", "import \"", "import '"]
        .iter()
        .find_map(|start| line.find(start).map(|at| at + start.len()))?;
    line[at..].split(['"', '\'']).next()
}

fn feature_of(path: &str, target: &str) -> Option<String> {
    let resolved = if target.starts_with('.') { resolve(path, target) } else { format!("/{target}") };
    let rest = resolved.split_once("/features/")?.1;
    rest.split('/').next().map(|name| name.trim_end_matches(".tsx").trim_end_matches(".ts").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> usize {
        check(&Repo::of(&[("web/console/src/features/calls/list.tsx", line)])).len()
    }

    #[test]
    fn a_feature_that_imports_another_is_found() {
        assert_eq!(found("import { Strip } from \"../call/strip\";"), 1);
        assert_eq!(found("import { Strip } from '@/features/call/strip';"), 1);
        assert_eq!(found("const page = lazy(() => import(\"../join/page\"));"), 1);
    }

    #[test]
    fn its_own_files_and_the_shared_ones_are_free() {
        assert_eq!(found("import { row } from \"./row\";"), 0);
        assert_eq!(found("import { Button } from \"../../ui/button\";"), 0);
        assert_eq!(found("import { row } from \"@/features/calls/row\";"), 0);
        assert_eq!(found("import { api } from \"@callboard/api\";"), 0);
    }
}
