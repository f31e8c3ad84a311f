//! Pages of the documentation that are made from the code: the commands, the settings, the metrics.

use std::fmt::Write as _;

use crate::config::SETTINGS;
use crate::metrics::catalogue;

const MADE: &str = "Made from the code by `make contract-fix`; do not edit.\n";

/// `docs/reference/commands.md`: every command with its flags, and its example.
pub fn commands(mut root: clap::Command) -> String {
    root.build();
    let mut page = format!("# Commands\n\n{MADE}\n");
    let about = root.get_after_help().map(ToString::to_string).unwrap_or_default();
    page.push_str(about.split("\n\n").next().unwrap_or_default());
    page.push('\n');
    for command in root.get_subcommands().filter(|c| c.get_name() != "help" && !c.is_hide_set()) {
        section(&mut page, "callboard", command);
    }
    page
}

fn section(page: &mut String, path: &str, command: &clap::Command) {
    let path = format!("{path} {}", command.get_name());
    let inner: Vec<_> = command.get_subcommands().filter(|c| c.get_name() != "help").collect();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let _ = write!(page, "\n## {path}\n\n{}.\n", about.trim_end_matches('.'));
    if inner.is_empty() {
        flags(page, command);
    }
    if let Some(example) = command.get_after_help().map(ToString::to_string) {
        let lines: Vec<_> = example.lines().map(|line| line.trim().trim_start_matches("Example:").trim()).collect();
        let lines: Vec<_> = lines.into_iter().filter(|l| !l.is_empty() && *l != "Examples:").collect();
        let _ = write!(page, "\n```text\n{}\n```\n", lines.join("\n"));
    }
    for one in inner {
        section(page, &path, one);
    }
}

fn flags(page: &mut String, command: &clap::Command) {
    let shown = command.get_arguments().filter(|a| !a.is_hide_set() && a.get_id() != "help" && a.get_id() != "version");
    let mut rows: Vec<String> = shown.map(row).collect();
    rows.dedup();
    if !rows.is_empty() {
        let _ = write!(page, "\n| | |\n|---|---|\n{}\n", rows.join("\n"));
    }
}

fn row(argument: &clap::Arg) -> String {
    let takes = argument.get_action().takes_values();
    let value = argument.get_value_names().and_then(|v| v.first()).map(|v| v.as_str().to_owned());
    let value = value.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
    let name = match argument.get_long() {
        Some(long) if takes => format!("--{long} {value}"),
        Some(long) => format!("--{long}"),
        None if argument.is_required_set() => value,
        None => format!("[{value}]"),
    };
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    if !help.ends_with(['.', ']']) {
        help.push('.');
    }
    let default: Vec<_> = argument.get_default_values().iter().filter_map(|v| v.to_str()).collect();
    if takes && !default.is_empty() {
        let _ = write!(help, " Default `{}`.", default.join(" "));
    }
    if takes && !argument.is_hide_possible_values_set() {
        let words: Vec<_> = argument.get_possible_values().iter().map(|v| format!("`{}`", v.get_name())).collect();
        if !words.is_empty() {
            let _ = write!(help, " One of {}.", words.join(", "));
        }
    }
    if let Some(env) = argument.get_env().and_then(|e| e.to_str()) {
        let _ = write!(help, " Environment: `{env}`.");
    }
    format!("| `{name}` | {} |", help.replace('|', "\\|"))
}

/// `docs/reference/settings.md`: every setting.
pub fn settings() -> String {
    let mut page = format!(
        "# Settings\n\n{MADE}\nA flag beats the environment, which beats the file (`--config FILE`, TOML; a dot in a key opens a table), which beats the \
         default. `callboard config` prints every value with its origin, secrets masked.\n\n\
         | key | environment | default | |\n|---|---|---|---|\n"
    );
    for s in SETTINGS {
        let also = s.also.map(|a| format!(", `{a}`")).unwrap_or_default();
        let default = if s.default.is_empty() { String::new() } else { format!("`{}`", s.default) };
        let secret = if s.secret { " (secret)" } else { "" };
        let _ = writeln!(page, "| `{}` | `{}`{also} | {default} | {}{secret} |", s.key, s.env, s.help);
    }
    page
}

/// `docs/reference/metrics.md`: every metric.
pub fn metrics() -> String {
    let mut page = format!(
        "# Metrics\n\n{MADE}\n`GET /metrics` shows these in the text format of Prometheus (OpenMetrics 1.0). How to scrape them, the alerts and the \
         dashboard: [observe](../guides/observe.md).\n\n\
         Counters begin at 0 when the process starts and are per instance; ask for rates, and add instances up. Units are seconds and bytes; \
         a metric without one counts things. Every label value that is known beforehand is there from the start, at 0.\n"
    );
    for group in catalogue::GROUPS {
        let _ = write!(
            page,
            "\n## {}\n\n{}\n\n| metric | kind | unit | labels | |\n|---|---|---|---|---|\n",
            group.title, group.about
        );
        for metric in group.metrics {
            let labels: Vec<_> = metric.labels.iter().map(|l| format!("`{l}`")).collect();
            let (kind, unit, labels) = (metric.kind.as_str(), metric.unit().unwrap_or_default(), labels.join(" "));
            let _ = writeln!(page, "| `{}` | {kind} | {unit} | {labels} | {} |", metric.name, metric.meaning);
        }
    }
    page
}
