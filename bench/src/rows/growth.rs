//! What an event and a page cost when the log is long, on both engines, for ids that begin with the time and for
//! random ones.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::{Bench, driven};
use crate::events::{Events, Ids};
use crate::fault::{Fault, Result};
use crate::judge::{Check, ratio};
use crate::load::http::{self, Http};
use crate::load::{Measured, Plan, drive};
use crate::report::figure;
use crate::systems::callboard::{BATCH, Batches, Callboard, Store};

/// Where the cost is measured first.
const FIRST: u64 = 100_000;
/// Events on a page.
const PAGE: usize = 200;

/// Both engines, both kinds of ids.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    for ids in [Ids::Time, Ids::Random] {
        let server = bench.callboard("growth").await?;
        grow(bench, server, "sqlite", ids, &[]).await?;
        bench.sweep()?;
    }
    let cluster = bench.cluster().await?;
    for ids in [Ids::Time, Ids::Random] {
        let url = cluster.database("bench_growth").await?;
        let setup = bench.setup(&bench.folder("growth")?, Store::Postgres(url));
        let server = Callboard::start(&setup, None).await?;
        grow(bench, server, "postgres", ids, &[cluster.pid]).await?;
        cluster.forget("bench_growth").await?;
    }
    Ok(())
}

/// What it costs at one size.
struct Costs {
    appended: Measured,
    /// Mean time of the first page of a session, milliseconds.
    page_ms: f64,
}

async fn grow(bench: &Bench, server: Callboard, engine: &str, ids: Ids, more: &[u32]) -> Result<()> {
    let first = FIRST.min(bench.options.growth / 2);
    let sessions = server.sessions("s", spread(first, bench.options.sessions)).await?;
    let count = sessions.len();
    let batches = Batches::new(&server, Events::new(sessions, ids, 1));
    let mut watch = vec![server.pid()];
    watch.extend_from_slice(more);
    let mut next = 0;
    let mut costs = Vec::new();
    for size in [first, bench.options.growth] {
        next = fill(&server, &batches, next, size / BATCH).await?;
        let plan = Plan { first: next, ..bench.plan() };
        let links = Http::many(&server.address, 8, &batches).await?;
        let appended = drive(links, plan, &watch).await?;
        if appended.events == 0 {
            return Err(Fault::new("nothing was acknowledged within a window; a longer one is needed"));
        }
        next += appended.sent;
        costs.push(Costs { appended, page_ms: page_ms(&server, count).await? });
    }
    let looked_up = server.reopened(batches.samples.take()).await?;
    let [before, after] = &costs[..] else { return Ok(()) };
    let kind = if ids == Ids::Time { "time-ordered" } else { "random" };
    let per_event = ratio(after.appended.cpu_us(), before.appended.cpu_us());
    let mut check = Check::at_most("CPU of an event / at 100 k", 1.3, per_event);
    let mut time =
        Check::at_most("time of an event / at 100 k", 1.3, ratio(before.appended.rate(), after.appended.rate()));
    if ids == Ids::Random {
        (check, time) = (check.beyond(), time.beyond());
    }
    let page = Check::at_most("time of a page / at 100 k", 1.3, ratio(after.page_ms, before.page_ms)).beyond();
    let title = format!("{engine}, {kind} ids, at {} stored events", figure(bench.options.growth as f64));
    let entry =
        driven(format!("growth-{engine}-{}", if ids == Ids::Time { "time" } else { "random" }), title, &after.appended);
    let mut entry =
        entry.judged(if ids == Ids::Time { "≤ 1.3 × the cost at 100 k" } else { "none" }, vec![check, time, page]);
    entry.looked_up = Some(looked_up);
    bench.add(entry.noted(format!(
        "At 100 k: {}/s, {} µs of processor an event, a page of {PAGE} {} ms; then: {}/s, {} µs, {} ms.",
        figure(before.appended.rate()),
        figure(before.appended.cpu_us()),
        figure(before.page_ms),
        figure(after.appended.rate()),
        figure(after.appended.cpu_us()),
        figure(after.page_ms)
    )));
    Ok(())
}

/// Appends until `until` batches are stored, telling how far it is; the next free number.
async fn fill(server: &Callboard, batches: &Rc<Batches>, next: u64, until: u64) -> Result<u64> {
    let begun = Instant::now();
    let mut at = next;
    while at < until {
        let some = (until - at).min(10_000);
        server.fill_from(batches, at, some).await?;
        at += some;
        // Kept from the filling, they would be millions.
        let kept = batches.samples.take();
        kept.into_iter().step_by(50).for_each(|sample| batches.samples.keep(sample));
        let seconds = begun.elapsed().as_secs_f64();
        println!("    {} events stored, {:.0} s", figure((at * BATCH) as f64), seconds);
    }
    Ok(at.max(next))
}

/// Over how many sessions events go, so that each has a page at the first size: a quarter more than fills one.
fn spread(first: u64, most: usize) -> usize {
    usize::try_from(first).unwrap_or(usize::MAX).div_euclid(PAGE + PAGE / 4).clamp(1, most)
}

async fn page_ms(server: &Callboard, sessions: usize) -> Result<f64> {
    const PAGES: u32 = 200;
    let mut spent = Duration::ZERO;
    for n in 0..PAGES {
        let path = format!("/v1/realtime/sessions/s-{}/events?limit={PAGE}", n as usize * 17 % sessions);
        let mut request = http::head("GET", &path, &server.key).into_bytes();
        request.extend_from_slice(b"\r\n");
        let begun = Instant::now();
        let (status, body) = http::once(&server.address, &request).await?;
        spent += begun.elapsed();
        full(status, &body)?;
    }
    Ok(spent.as_secs_f64() * 1e3 / f64::from(PAGES))
}

/// Whether an answer is a full page: what a refusal or half a page takes is not what is measured.
fn full(status: u16, body: &str) -> Result<()> {
    let page: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    match page["events"].as_array().map(Vec::len) {
        Some(PAGE) if status == 200 => Ok(()),
        had => Err(Fault::new(format!("a page was answered with {status} and {} events", had.unwrap_or(0)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_page_counts() {
        let page = |events: usize| serde_json::json!({ "events": vec![serde_json::json!({}); events] }).to_string();
        assert!(full(200, &page(PAGE)).is_ok());
        assert!(full(200, &page(20)).is_err() && full(503, &page(PAGE)).is_err() && full(200, "").is_err());
        let refused = full(404, "{\"code\":\"SESSION_NOT_FOUND\"}").unwrap_err().to_string();
        assert!(refused.contains("404"), "{refused}");
    }

    #[test]
    fn each_session_has_a_page_at_the_first_size() {
        for first in [1_000, 10_000, FIRST] {
            let sessions = spread(first, 4_000);
            assert!(first as usize / sessions >= PAGE, "{sessions} sessions of {first} events");
        }
        assert_eq!((spread(FIRST, 4_000), spread(FIRST, 50), spread(1, 4_000)), (400, 50, 1));
    }
}
