//! The committed access matrix, cut down to the routes that a feature's test has.

use std::fmt::Display;

/// The text of the committed matrix with the rows of these routes only: the front door refuses rows without a route.
pub fn access_rows<M: Display>(routes: &[(M, String)]) -> String {
    let text = include_str!("../../callboard/access.toml");
    let value = |block: &str, name: &str| {
        let line = block.lines().find(|l| l.starts_with(&format!("{name} =")))?;
        Some(line.split('"').nth(1)?.to_owned())
    };
    let is_here = |block: &&str| {
        let (method, path) = (value(block, "method").unwrap_or_default(), value(block, "path").unwrap_or_default());
        routes.iter().any(|(m, p)| m.to_string() == method && *p == path)
    };
    text.split("[[route]]").skip(1).filter(is_here).map(|block| format!("[[route]]{block}")).collect()
}
