//! `callboard tail`: follows one call, or everything of the tenant, and goes on after a cut where it was.

use std::time::Duration;

use clap::Args;
use reqwest::Method;
use serde_json::Value;

use super::Common;
use super::client::{Failure, Server, escaped};
use super::screen::Screen;
use super::sse::{Message, Reader};

/// `callboard tail`
#[derive(Args, Debug)]
pub struct Tail {
    #[command(flatten)]
    common: Common,
    /// The call; without it every call of the tenant is followed.
    session: Option<String>,
    /// Begin after this sequence (0 is the beginning); without it only what comes from now on is shown.
    #[arg(long, value_name = "SEQUENCE", requires = "session")]
    after: Option<u64>,
    /// Only these types; `call.*` is a family. Repeat for more.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
}

/// How long a silent stream is believed to live. Servers send something every 15 s.
const SILENCE: Duration = Duration::from_secs(45);
const PAUSES_MS: [u64; 6] = [200, 500, 1_000, 2_000, 5_000, 10_000];

/// Where a stream goes on.
enum Place {
    Session { id: String, after: u64 },
    Tenant { cursor: Option<String> },
}

impl Place {
    fn path(&self) -> String {
        match self {
            Self::Session { id, after } => {
                format!("/v1/realtime/sessions/{}/stream?afterSequence={after}&until=end", escaped(id))
            }
            Self::Tenant { cursor: Some(cursor) } => format!("/v1/realtime/stream?cursor={}", escaped(cursor)),
            Self::Tenant { cursor: None } => "/v1/realtime/stream".to_owned(),
        }
    }

    fn advance(&mut self, message: &Message) {
        match self {
            Self::Session { after, .. } => *after = message.id.parse().unwrap_or(*after),
            Self::Tenant { cursor } if !message.id.is_empty() => *cursor = Some(message.id.clone()),
            Self::Tenant { .. } => {}
        }
    }
}

/// How one connection ended.
enum Cut {
    /// The server said that nothing more comes.
    Over(String),
    /// It broke off, after so many events.
    Broken { events: usize, why: String },
}

/// Follows until the call is over (one call), or until it is stopped.
pub async fn run(tail: &Tail) -> Result<(), Failure> {
    let server = Server::from(&tail.common.reach)?;
    let screen = Screen::new(tail.common.json);
    let mut place = begin(&server, tail).await?;
    let mut failed = 0;
    loop {
        let cut = connection(&server, &mut place, tail, screen).await;
        let why = match cut {
            Ok(Cut::Over(reason)) => {
                Screen::remark(&format!("the stream is over: {reason}"));
                return Ok(());
            }
            Ok(Cut::Broken { events, why }) => {
                failed = if events > 0 { 0 } else { failed + 1 };
                why
            }
            Err(failure) if failure.is_passing() => {
                failed += 1;
                failure.to_string()
            }
            Err(failure) => return Err(failure),
        };
        let pause = PAUSES_MS[failed.min(PAUSES_MS.len() - 1)];
        Screen::remark(&format!("cut off ({why}); going on where it was in {pause} ms"));
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

/// The first connection must work: a wrong address or call is said at once.
async fn begin(server: &Server, tail: &Tail) -> Result<Place, Failure> {
    let Some(id) = &tail.session else {
        server.get("/v1/me").await?;
        return Ok(Place::Tenant { cursor: None });
    };
    let session = server.get(&format!("/v1/call/sessions/{}", escaped(id))).await?;
    let after = tail.after.unwrap_or_else(|| session["latestSequence"].as_u64().unwrap_or(0));
    Ok(Place::Session { id: id.clone(), after })
}

async fn connection(server: &Server, place: &mut Place, tail: &Tail, screen: Screen) -> Result<Cut, Failure> {
    let mut answer = server.send(Method::GET, &place.path(), None, "text/event-stream").await?;
    let mut reader = Reader::default();
    let mut events = 0;
    loop {
        let piece = match tokio::time::timeout(SILENCE, answer.chunk()).await {
            Ok(Ok(Some(piece))) => piece,
            Ok(Ok(None)) => return Ok(Cut::Broken { events, why: "the server closed the stream".to_owned() }),
            Ok(Err(_)) => return Ok(Cut::Broken { events, why: "the connection was lost".to_owned() }),
            Err(_) => return Ok(Cut::Broken { events, why: format!("{} s of silence", SILENCE.as_secs()) }),
        };
        for message in reader.push(&piece) {
            if message.event == "closed" {
                let reason: Value = serde_json::from_str(&message.data).unwrap_or_default();
                return Ok(Cut::Over(reason["reason"].as_str().unwrap_or("closed").to_owned()));
            }
            if !message.data.is_empty() {
                show(&message, tail, screen)?;
                events += 1;
            }
            if !message.id.is_empty() {
                place.advance(&message);
            }
        }
    }
}

fn show(message: &Message, tail: &Tail, screen: Screen) -> Result<(), Failure> {
    let event: Value = serde_json::from_str(&message.data)
        .map_err(|_| Failure::Unreachable("the stream does not read as Callboard's".to_owned()))?;
    if wanted(&tail.types, event["type"].as_str().unwrap_or_default()) {
        screen.event(&event, tail.session.is_none())?;
    }
    Ok(())
}

/// Whether a type is among those asked for; none asked for is all.
pub(super) fn wanted(types: &[String], kind: &str) -> bool {
    let matches = |t: &String| match t.strip_suffix(".*") {
        Some(family) => kind.strip_prefix(family).is_some_and(|rest| rest.starts_with('.')),
        None => t == kind,
    };
    types.is_empty() || types.iter().any(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_types_choose() {
        let types = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        for (list, kind, yes) in [
            (&[][..], "call.ended", true),
            (&["call.*"], "call.participant.left", true),
            (&["call.*"], "caller.x", false),
            (&["call.ended"], "call.ended", true),
            (&["call.ended", "transcript.*"], "transcript.final", true),
            (&["call.ended"], "call.error", false),
        ] {
            assert_eq!(wanted(&types(list), kind), yes, "{list:?} {kind}");
        }
    }

    #[test]
    fn a_stream_goes_on_after_the_last_event_that_was_shown() {
        let mut place = Place::Session { id: "a/b".to_owned(), after: 3 };
        place.advance(&Message { id: "9".to_owned(), ..Message::default() });
        assert_eq!(place.path(), "/v1/realtime/sessions/a%2Fb/stream?afterSequence=9&until=end");
        let mut place = Place::Tenant { cursor: None };
        assert_eq!(place.path(), "/v1/realtime/stream");
        place.advance(&Message { id: "c=1".to_owned(), ..Message::default() });
        assert_eq!(place.path(), "/v1/realtime/stream?cursor=c%3D1");
    }
}
