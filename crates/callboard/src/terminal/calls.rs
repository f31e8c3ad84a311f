//! `callboard call`: make, list, show, end calls, and make join links.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::Common;
use super::client::{Failure, Server, escaped};
use super::screen::{Screen, clean, minute};

/// `callboard call`
#[derive(Args, Debug)]
pub struct Calls {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a call, with a join link for each --invite.
    #[command(after_help = "Example: callboard call new --title 'Interview' --invite Ann --invite Bob")]
    New {
        /// An id of your own; without it the server gives one.
        #[arg(long)]
        id: Option<String>,
        /// A title for people.
        #[arg(long)]
        title: Option<String>,
        /// Without people and media: a simulated provider stands behind it.
        #[arg(long)]
        simulated: bool,
        /// Somebody to make a join link for; repeat for more.
        #[arg(long, value_name = "NAME")]
        invite: Vec<String>,
    },
    /// List calls, newest first.
    #[command(after_help = "Example: callboard call list --status active")]
    List {
        /// Only calls in this state.
        #[arg(long)]
        status: Option<Status>,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Show a call and who is in it.
    #[command(after_help = "Example: callboard call show ses_…")]
    Show {
        /// The call.
        session: String,
    },
    /// End a call.
    #[command(after_help = "Example: callboard call end ses_… --reason completed")]
    End {
        /// The call.
        session: String,
        /// Why, for the log.
        #[arg(long, default_value = "completed")]
        reason: Reason,
    },
    /// Make a join link.
    #[command(after_help = "Example: callboard call link ses_… --name Ann --uses 3 --ttl 600")]
    Link {
        /// The call.
        session: String,
        /// The name that its user starts with.
        #[arg(long)]
        name: Option<String>,
        /// What the link makes of a person.
        #[arg(long, default_value = "caller")]
        kind: Kind,
        /// How many people may use it.
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// Seconds until it stops working.
        #[arg(long, default_value_t = 3600)]
        ttl: u32,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Status {
    Created,
    Active,
    Ended,
    Failed,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Reason {
    Completed,
    UserHangup,
    AgentHandover,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Caller,
    Observer,
}

fn word(value: &impl ValueEnum) -> String {
    value.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default()
}

/// Carries out the command.
pub async fn run(calls: &Calls) -> Result<(), Failure> {
    let server = Server::from(&calls.common.reach)?;
    let screen = Screen::new(calls.common.json);
    match &calls.what {
        What::New { id, title, simulated, invite } => {
            let mut body = json!({});
            if let Some(id) = id {
                body["sessionId"] = json!(id);
            }
            if let Some(title) = title {
                body["metadata"] = json!({ "title": title });
            }
            if *simulated {
                body["simulated"] = json!(true);
            }
            new(&server, screen, &body, invite).await
        }
        What::List { status, limit } => list(&server, screen, status.as_ref(), *limit as usize).await,
        What::Show { session } => show(&server, screen, session).await,
        What::End { session, reason } => {
            let body = json!({ "status": "ended", "endReason": word(reason) });
            let answer = server.post(&format!("/v1/call/sessions/{}/state", escaped(session)), &body).await?;
            screen.thing(&answer["session"], &fields(&answer["session"]))
        }
        What::Link { session, name, kind, uses, ttl } => {
            let mut body = json!({ "kind": word(kind), "maxUses": uses, "ttlSeconds": ttl });
            if let Some(name) = name {
                body["displayName"] = json!(name);
            }
            let link = server.post(&links(session), &body).await?;
            if screen.is_json() { screen.value(&link) } else { screen.line(text(&link, "joinUrl")) }
        }
    }
}

fn links(session: &str) -> String {
    format!("/v1/call/sessions/{}/join-links", escaped(session))
}

async fn new(server: &Server, screen: Screen, body: &Value, invite: &[String]) -> Result<(), Failure> {
    let answer = server.post("/v1/call/sessions", body).await?;
    let session = &answer["session"];
    let mut made = session.clone();
    let mut shown = fields(session);
    shown.push(("console", format!("{}/calls/{}", server.url(), text(session, "sessionId"))));
    for name in invite {
        let link = server.post(&links(text(session, "sessionId")), &json!({ "displayName": name })).await?;
        shown.push(("join link", format!("{}  ({})", text(&link, "joinUrl"), clean(name))));
        if made["joinLinks"].is_null() {
            made["joinLinks"] = json!([]);
        }
        if let Some(all) = made["joinLinks"].as_array_mut() {
            all.push(link);
        }
    }
    screen.thing(&made, &shown)
}

async fn list(server: &Server, screen: Screen, status: Option<&Status>, limit: usize) -> Result<(), Failure> {
    let filter = status.map(|s| format!("&status={}", word(s))).unwrap_or_default();
    let (mut rows, mut shown, mut cursor) = (Vec::new(), 0, String::new());
    while shown < limit {
        let take = (limit - shown).min(100);
        let page = server.get(&format!("/v1/call/sessions?limit={take}{filter}{cursor}")).await?;
        for session in page["items"].as_array().into_iter().flatten() {
            shown += 1;
            if screen.is_json() {
                screen.value(session)?;
            } else {
                rows.push(row(session));
            }
        }
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", escaped(next)),
            None => break,
        }
    }
    if screen.is_json() {
        return Ok(());
    }
    if rows.is_empty() {
        Screen::remark("No calls yet. `callboard call new --title Hello` makes one.");
        return Ok(());
    }
    screen.table(&["CALL", "STATUS", "CONNECTION", "PEOPLE", "EVENTS", "CREATED", "TITLE"], &rows)
}

fn row(session: &Value) -> Vec<String> {
    let here =
        session["participants"].as_array().map_or(0, |all| all.iter().filter(|p| p["state"] == "connected").count());
    vec![
        clean(text(session, "sessionId")),
        text(session, "status").to_owned(),
        text(session, "connection").to_owned(),
        here.to_string(),
        session["latestSequence"].to_string(),
        minute(text(session, "createdAt")),
        clean(text(&session["metadata"], "title")),
    ]
}

async fn show(server: &Server, screen: Screen, session: &str) -> Result<(), Failure> {
    let session = server.get(&format!("/v1/call/sessions/{}", escaped(session))).await?;
    screen.thing(&session, &fields(&session))?;
    let people = session["participants"].as_array().cloned().unwrap_or_default();
    if screen.is_json() || people.is_empty() {
        return Ok(());
    }
    screen.line("")?;
    let cell = |p: &Value| {
        vec![
            text(p, "participantId").to_owned(),
            text(p, "role").to_owned(),
            text(p, "state").to_owned(),
            clean(text(p, "name")),
        ]
    };
    screen.table(&["PARTICIPANT", "ROLE", "STATE", "NAME"], &people.iter().map(cell).collect::<Vec<_>>())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn fields(session: &Value) -> Vec<(&'static str, String)> {
    let word = |name: &str| clean(text(session, name));
    let mut provider = word("provider");
    if provider == "simulated" {
        provider.push_str(" (no people and no media behind it)");
    }
    vec![
        ("call", word("sessionId")),
        ("title", clean(text(&session["metadata"], "title"))),
        ("status", word("status")),
        ("connection", word("connection")),
        ("provider", provider),
        ("events", session["latestSequence"].to_string()),
        ("created", minute(text(session, "createdAt"))),
        ("started", minute(text(session, "startedAt"))),
        ("ended", minute(text(session, "endedAt"))),
        ("failed", minute(text(session, "failedAt"))),
        ("end reason", word("endReason")),
        ("error", clean(text(&session["lastError"], "message"))),
    ]
}
