//! How answers look: tables and coloured lines on a terminal, JSON lines in a pipe.

use std::io::{IsTerminal as _, Write as _};

use anstream::{eprintln, stdout};
use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::client::Failure;

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    json: bool,
}

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

impl Screen {
    /// JSON when it was asked for, or when nobody reads along.
    pub fn new(json: bool) -> Self {
        Self { json: json || !std::io::stdout().is_terminal() }
    }

    /// Whether answers are JSON lines.
    pub const fn is_json(self) -> bool {
        self.json
    }

    /// Says why something failed, on standard error.
    pub fn complain(failure: &Failure) {
        let red = AnsiColor::Red.on_default().bold();
        eprintln!("{red}callboard:{red:#} {failure}");
    }

    /// A remark beside the answer, on standard error.
    pub fn remark(text: &str) {
        eprintln!("{DIM}{text}{DIM:#}");
    }

    /// One line.
    pub fn line(self, text: &str) -> Result<(), Failure> {
        Ok(writeln!(stdout().lock(), "{text}")?)
    }

    /// One JSON line.
    pub fn value(self, value: &Value) -> Result<(), Failure> {
        self.line(&value.to_string())
    }

    /// A thing: JSON in a pipe, else its fields, one a line; absent ones are left out.
    pub fn thing(self, value: &Value, fields: &[(&str, String)]) -> Result<(), Failure> {
        if self.json {
            return self.value(value);
        }
        let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
            self.line(&format!("{DIM}{name:<width$}{DIM:#}  {text}"))?;
        }
        Ok(())
    }

    /// A table with a head; columns as wide as their widest cell.
    pub fn table(self, head: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
        let width = |at: usize| {
            let cells = rows.iter().map(|row| row[at].chars().count());
            cells.chain([head[at].len()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..head.len()).map(width).collect();
        let laid = |cells: &mut dyn Iterator<Item = &str>| {
            let parts: Vec<String> = cells.zip(&widths).map(|(cell, w)| format!("{cell:<w$}")).collect();
            parts.join("  ").trim_end().to_owned()
        };
        self.line(&format!("{BOLD}{}{BOLD:#}", laid(&mut head.iter().copied())))?;
        for row in rows {
            self.line(&laid(&mut row.iter().map(String::as_str)))?;
        }
        Ok(())
    }

    /// An event of the log: JSON in a pipe, else one line that reads.
    pub fn event(self, event: &Value, with_session: bool) -> Result<(), Failure> {
        if self.json { self.value(event) } else { self.line(&event_line(event, with_session)) }
    }
}

fn event_line(event: &Value, with_session: bool) -> String {
    let kind = event["type"].as_str().unwrap_or("?");
    let colour = family_style(kind);
    let session = if with_session {
        format!("{}  ", clean(event["sessionId"].as_str().unwrap_or_default()))
    } else {
        String::new()
    };
    format!(
        "{DIM}{:>6}  {}{DIM:#}  {session}{colour}{kind:<28}{colour:#}  {}",
        event["sequence"].to_string(),
        clock(event["ts"].as_str().unwrap_or_default()),
        clean(&said(event)),
    )
}

fn family_style(kind: &str) -> Style {
    let family = kind.split('.').next().unwrap_or_default();
    match (family, kind) {
        (_, "call.error" | "call.terminal_failure") => AnsiColor::Red.on_default().bold(),
        ("call", _) => AnsiColor::Cyan.on_default(),
        ("transcript", _) => AnsiColor::Green.on_default(),
        ("action" | "orchestration", _) => AnsiColor::Yellow.on_default(),
        ("safety", _) => AnsiColor::Magenta.on_default(),
        _ => AnsiColor::Blue.on_default(),
    }
}

/// `12:40:02.123Z` of an instant.
pub fn clock(ts: &str) -> String {
    let time = ts.split('T').nth(1).unwrap_or(ts).trim_end_matches('Z');
    let (seconds, fraction) = time.split_once('.').unwrap_or((time, ""));
    format!("{seconds}.{fraction:0<3.3}Z")
}

/// `2026-01-31 12:40:02Z` of an instant.
pub fn minute(ts: &str) -> String {
    ts.get(..19).map(|t| format!("{}Z", t.replace('T', " "))).unwrap_or_default()
}

/// What an event says, in one line: who, then the words or the fields that matter.
fn said(event: &Value) -> String {
    let payload = &event["payload"];
    let text = |name: &str| payload[name].as_str().map(str::to_owned);
    if let Some(words) = text("text") {
        return format!("{}: {words}", text("speaker").unwrap_or_else(|| "unknown".to_owned()));
    }
    let names = [
        "participantId",
        "identity",
        "code",
        "message",
        "reason",
        "endReason",
        "state",
        "attempt",
        "trackKind",
        "title",
    ];
    let shown = |name: &&str| match &payload[*name] {
        Value::Null => None,
        Value::String(s) => Some(s.clone()),
        other => Some(format!("{name} {other}")),
    };
    names.iter().filter_map(shown).collect::<Vec<_>>().join(" · ")
}

/// Text from outside may not steer the terminal.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_cut_to_what_is_read() {
        assert_eq!(clock("2026-01-31T12:40:02.123456Z"), "12:40:02.123Z");
        assert_eq!(clock("2026-01-31T12:40:02Z"), "12:40:02.000Z");
        assert_eq!(minute("2026-01-31T12:40:02.123456Z"), "2026-01-31 12:40:02Z");
        assert_eq!(minute(""), "");
    }

    #[test]
    fn what_people_say_cannot_steer_the_terminal() {
        let event = json!({ "sequence": 7, "ts": "2026-01-31T12:40:02Z", "type": "transcript.final",
            "payload": { "speaker": "user", "text": "\u{1b}[2Jhi\nthere" } });
        let line = anstream::adapter::strip_str(&event_line(&event, false)).to_string();
        assert_eq!(line, "     7  12:40:02.000Z  transcript.final              user: \u{fffd}[2Jhi\u{fffd}there");
    }
}
