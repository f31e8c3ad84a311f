//! A transcript as text: plain, WebVTT, SubRip. What people said cannot forge lines, cues or markup.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::model::Segment;

/// A form of the transcript for people and players.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextForm {
    /// `[00:01:02.003] name: text`, one line each.
    Plain,
    /// WebVTT, with voice spans.
    Vtt,
    /// SubRip.
    Srt,
}

impl TextForm {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Plain => "text/plain; charset=utf-8",
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
        }
    }

    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "txt",
            Self::Vtt => "vtt",
            Self::Srt => "srt",
        }
    }
}

/// Writes the state. `names` are the display names of participants by their ids.
pub fn render(form: TextForm, segments: &[Segment], names: &HashMap<String, String>) -> String {
    let mut out = String::with_capacity(segments.len() * 96 + 16);
    if form == TextForm::Vtt {
        out.push_str("WEBVTT\n\n");
    }
    for (at, segment) in segments.iter().enumerate() {
        let v = &segment.current;
        let name = v.participant_id.as_ref().and_then(|p| names.get(p)).map_or(v.speaker.as_str(), String::as_str);
        let (name, text) = (one_line(name), one_line(&v.text));
        // Players drop cues without duration.
        let end = v.end_ms.max(v.start_ms + 1);
        // Writing into a String cannot fail.
        let _written = match form {
            TextForm::Plain => writeln!(out, "[{}] {name}: {text}", clock(v.start_ms, '.')),
            TextForm::Vtt => {
                let (from, to) = (clock(v.start_ms, '.'), clock(end, '.'));
                // A name that ends in `--` would make an arrow with the end of its own tag.
                let line = format!("<v {}>{}</v>", escape(&name), escape(&text)).replace("-->", "-- >");
                writeln!(out, "{from} --> {to}\n{line}\n")
            }
            TextForm::Srt => {
                let (from, to) = (clock(v.start_ms, ','), clock(end, ','));
                // SubRip knows no escapes: an arrow in it would read as another cue's time.
                let line = format!("{name}: {text}").replace("-->", "-- >");
                writeln!(out, "{}\n{from} --> {to}\n{line}\n", at + 1)
            }
        };
    }
    out
}

/// Hours (at least two digits), minutes, seconds and milliseconds.
fn clock(ms: i64, point: char) -> String {
    let (seconds, millis) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}{point}{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The text on one line, without control characters and without the marks that turn the direction of what follows.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control() || turns(c)).filter(|w| !w.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

const fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use callboard_kernel::Timestamp;

    use super::*;
    use crate::model::Version;

    fn said(text: &str, participant: Option<&str>) -> Segment {
        let current = Version {
            sequence: 1,
            ts: Timestamp::from_seconds(0),
            utterance_id: "u".into(),
            participant_id: participant.map(str::to_owned),
            speaker: "user".into(),
            text: text.into(),
            start_ms: 3_723_004,
            end_ms: 3_723_004,
            is_final: true,
            confidence: None,
            language: None,
            source: None,
        };
        Segment { current, revision: 0, first_sequence: 1 }
    }

    #[test]
    fn forms() {
        let names = HashMap::from([("par_1".to_owned(), "Ann <b>".to_owned())]);
        let state = [said("hi", Some("par_1")), said("there", None)];
        assert_eq!(render(TextForm::Plain, &state, &names), "[01:02:03.004] Ann <b>: hi\n[01:02:03.004] user: there\n");
        assert_eq!(
            render(TextForm::Vtt, &state[..1], &names),
            "WEBVTT\n\n01:02:03.004 --> 01:02:03.005\n<v Ann &lt;b&gt;>hi</v>\n\n"
        );
        assert_eq!(render(TextForm::Srt, &state[1..], &names), "1\n01:02:03,004 --> 01:02:03,005\nuser: there\n\n");
    }

    #[test]
    fn what_was_said_cannot_forge_lines_or_cues() {
        let evil = "a\n\n00:00:01.000 --> 00:00:02.000\r\n<v Boss>pay\u{2028}\u{202E}yes\u{0007}</v>";
        for form in [TextForm::Plain, TextForm::Vtt, TextForm::Srt] {
            let text = render(form, &[said(evil, None)], &HashMap::new());
            let cues = text.lines().filter(|l| l.contains("-->")).count();
            assert_eq!(cues, usize::from(form != TextForm::Plain) + usize::from(form == TextForm::Plain), "{text}");
            assert!(!text.contains('\u{202E}') && !text.contains('\u{0007}') && !text.contains('\r'), "{text}");
            assert_eq!(text.contains("<v Boss>"), form != TextForm::Vtt, "{text}");
        }
        for name in ["Eve --> 00:00:09,000", "Eve --"] {
            let named = HashMap::from([("par_1".to_owned(), name.to_owned())]);
            for form in [TextForm::Vtt, TextForm::Srt] {
                let text = render(form, &[said("hi", Some("par_1"))], &named);
                assert_eq!(text.matches("-->").count(), 1, "a name forged a time: {text}");
            }
        }
        // In plain text an arrow is only words; in SubRip and WebVTT only our own line has one.
        let plain = render(TextForm::Plain, &[said(evil, None)], &HashMap::new());
        assert_eq!(plain.lines().count(), 1);
    }

    proptest::proptest! {
        #[test]
        fn one_utterance_is_one_line(text in ".*", name in ".*") {
            let names = HashMap::from([("par_1".to_owned(), name)]);
            let out = render(TextForm::Plain, &[said(&text, Some("par_1"))], &names);
            proptest::prop_assert_eq!(out.lines().count(), 1);
        }
    }
}
