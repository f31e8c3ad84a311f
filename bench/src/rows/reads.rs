//! Rows that read.

use std::rc::Rc;
use std::time::Duration;

use super::{Bench, driven};
use crate::events::{Events, Ids};
use crate::fault::{Context as _, Result};
use crate::judge::{Check, ratio};
use crate::load::http::{self, Answer, Http, Requests};
use crate::load::{Measured, Plan, drive};
use crate::systems::callboard::{BATCH, Batches, Callboard};
use crate::systems::limits::{Limits, Page};

/// Events on a page.
const PAGE: u64 = 200;
/// Connections that read.
const READERS: usize = 32;

/// Requests without a body, in turn.
struct Gets {
    requests: Vec<Vec<u8>>,
    status: u16,
    /// Whether the answer is one that was meant.
    good: fn(&[u8]) -> bool,
}

impl Requests for Gets {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.requests[(crate::events::mix(n) % self.requests.len() as u64) as usize]);
    }
    fn read(&self, _n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status == self.status && (self.good)(answer.body) { Ok(1) } else { Err(answer.unexpected()) }
    }
}

fn get(server: &Callboard, path: &str, more: &str) -> Vec<u8> {
    format!("{}{more}\r\n", http::head("GET", path, &server.key)).into_bytes()
}

/// Pages of 200 events, beside a handler that sends the same bytes from memory.
pub(super) async fn replay(bench: &Bench) -> Result<()> {
    const SESSIONS: usize = 50;
    let turns: u64 = if bench.options.quick { 1_000 } else { 4_000 };
    let server = bench.callboard("replay").await?;
    let sessions = server.sessions("s", SESSIONS).await?;
    let batches = Batches::new(&server, Events::new(sessions.clone(), Ids::Time, 1));
    server.fill(&batches, SESSIONS as u64 * turns / BATCH).await?;
    let path = |session: &str, after: u64| {
        format!("/v1/realtime/sessions/{session}/events?limit={PAGE}&afterSequence={after}")
    };
    let first = server.ask("GET", &path(&sessions[0], 0), "").await?.to_string();
    let requests = sessions
        .iter()
        .flat_map(|s| (0..turns / PAGE).map(move |page| (s, page * PAGE)))
        .map(|(session, after)| get(&server, &path(session, after), ""))
        .collect();
    let from_memory = memory_page(bench, first.as_bytes()).await?;
    let full = |body: &[u8]| memchr::memmem::find_iter(body, b"\"eventId\":").count() as u64 > PAGE;
    let gets = Rc::new(Gets { requests, status: 200, good: full });
    let links = Http::many(&server.address, READERS, &gets).await?;
    let measured = drive(links, bench.plan(), &[server.pid()]).await?;
    let ratio = ratio(measured.rate(), from_memory);
    let checks = vec![
        Check::at_least("pages / pages from memory", 0.35, ratio),
        Check::at_least("pages / pages from memory", 0.6, ratio).beyond(),
    ];
    let title = format!("replay, {PAGE} events a page, {READERS} connections");
    let entry = driven("replay", title, &measured).judged("≥ 0.35 of the same bytes from memory", checks);
    bench.add(entry.noted(format!("Pages a second, {:.0} events each; costs are per page.", PAGE)));
    Ok(())
}

async fn memory_page(bench: &Bench, page: &[u8]) -> Result<f64> {
    let server = Limits::start(&bench.folder("page")?).await?;
    server.set_page(page).await?;
    let requests = Rc::new(Page { length: page.len() });
    let links = Http::many(&server.address, READERS, &requests).await?;
    let measured = drive(links, bench.plan(), &[server.pid()]).await?;
    let title = format!("the same {} KB from memory, {READERS} connections", page.len() / 1_000);
    bench.add(driven("page-from-memory", title, &measured));
    Ok(measured.rate())
}

/// Who has read everything asks again: of a call with 2,000 utterances, and of one in which nothing was said.
pub(super) async fn poll(bench: &Bench) -> Result<()> {
    const UTTERANCES: u64 = 2_000;
    let server = bench.callboard("poll").await?;
    let long = server.sessions("long", 1).await?;
    let empty = server.sessions("empty", 1).await?;
    // Four events of each utterance.
    let batches = Batches::new(&server, Events::new(long.clone(), Ids::Time, 1));
    server.fill(&batches, UTTERANCES * 4 / BATCH).await?;
    for (name, what) in
        [("poll-events", "events after the last one"), ("poll-transcript", "the transcript by its ETag")]
    {
        let mut both = Vec::new();
        for session in [&long[0], &empty[0]] {
            both.push(if name == "poll-events" {
                events_poll(&server, session).await?
            } else {
                tag_poll(&server, session).await?
            });
        }
        let (of_long, of_empty) = in_turns(bench, &server, &both).await?;
        let ratio = ratio(of_empty.rate(), of_long.rate());
        let checks = vec![Check::at_most("time / time of an empty call", 1.2, ratio)];
        let title = format!("caught-up poll of a call with {UTTERANCES} utterances: {what}");
        bench.add(driven(name, title, &of_long).judged("≤ 1.2 × the poll of an empty call", checks));
    }
    Ok(())
}

async fn events_poll(server: &Callboard, session: &str) -> Result<Rc<Gets>> {
    let shown = server.ask("GET", &format!("/v1/call/sessions/{session}"), "").await?;
    let head = shown["session"]["latestSequence"]
        .as_u64()
        .or(shown["latestSequence"].as_u64())
        .because("no latestSequence")?;
    let request = get(server, &format!("/v1/realtime/sessions/{session}/events?afterSequence={head}"), "");
    let nothing = |body: &[u8]| body.starts_with(b"{\"events\":[]");
    Ok(Rc::new(Gets { requests: vec![request], status: 200, good: nothing }))
}

async fn tag_poll(server: &Callboard, session: &str) -> Result<Rc<Gets>> {
    let path = format!("/v1/call/sessions/{session}/transcript");
    let revision = server.ask("GET", &path, "").await?["revision"].as_i64().because("no revision")?;
    let request = get(server, &path, &format!("if-none-match: \"{revision}\"\r\n"));
    Ok(Rc::new(Gets { requests: vec![request], status: 304, good: <[u8]>::is_empty }))
}

/// Both in turns, so that a machine that slows down slows down both.
async fn in_turns(bench: &Bench, server: &Callboard, both: &[Rc<Gets>]) -> Result<(Measured, Measured)> {
    const TURNS: u32 = 4;
    let plan = bench.plan();
    let short = Plan { window: plan.window / TURNS, warm_up: Duration::from_millis(100), ..plan };
    let mut sums = [Measured::default(), Measured::default()];
    for _ in 0..TURNS {
        for (requests, sum) in both.iter().zip(&mut sums) {
            let links = Http::many(&server.address, 8, requests).await?;
            let part = drive(links, short, &[server.pid()]).await?;
            sum.events += part.events;
            sum.seconds += part.seconds;
            sum.server_cpu += part.server_cpu;
            sum.client_cpu += part.client_cpu;
            sum.latency.merge(&part.latency);
        }
    }
    let [of_long, of_empty] = sums;
    Ok((of_long, of_empty))
}
