//! Live delivery: many subscribers to everything, and many sessions with a stream each.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Bench;
use crate::cpu;
use crate::events::mix;
use crate::fault::{Fault, Result};
use crate::histogram::Histogram;
use crate::judge::{Check, ratio};
use crate::load::http::{self, Answer, Http, Requests};
use crate::load::streams::{Ask, Board, Readers};
use crate::load::{Measured, Plan, drive};
use crate::report::Entry;
use crate::systems::callboard::{Callboard, settle};

/// Events a second.
const RATE: f64 = 1_000.0;
/// Sessions with a stream each.
const STREAMS: usize = 8_000;

/// Numbered events over sessions.
struct Ticks {
    head: String,
    sessions: Vec<String>,
    board: Arc<Board>,
    salt: u64,
    most: Cell<u64>,
}

impl Requests for Ticks {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let session = &self.sessions[(n % self.sessions.len() as u64) as usize];
        let id = mix(n ^ self.salt);
        let body = format!(
            "{{\"eventId\":\"tick-{n}-{id:016x}\",\"sessionId\":\"{session}\",\"type\":\"usage.tick\",\
             \"payload\":{{\"meterId\":\"voice\",\"billableSeconds\":{n},\"note\":\"as long as what is said on a call, about a hundred letters\"}}}}"
        );
        http::put(out, self.head.as_bytes(), body.as_bytes());
    }
    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status != 201 {
            return Err(answer.unexpected());
        }
        self.board.acked(n);
        self.most.set(self.most.get().max(n));
        Ok(1)
    }
}

struct Seen {
    measured: Measured,
    from_due: Histogram,
    from_ack: Histogram,
    /// Events delivered over all readers.
    delivered: u64,
    /// Of the server, over the whole delivery.
    server_cpu: f64,
}

/// Writes `RATE` events a second to the sessions while the readers read; each event must reach `each` readers.
async fn deliver(bench: &Bench, server: &Callboard, sessions: Vec<String>, asks: Vec<Ask>, each: u64) -> Result<Seen> {
    let plan = bench.plan();
    let events = ((plan.window + plan.warm_up).as_secs_f64() * RATE) as usize + 1_000;
    let readers = Readers::open(&server.address, asks, events).await?;
    settle(0.3).await;
    let ticks = Rc::new(Ticks {
        head: http::head("POST", "/v1/realtime/events", &server.key),
        sessions,
        board: Arc::clone(&readers.board),
        salt: 1,
        most: Cell::new(0),
    });
    let links = Http::many(&server.address, 32, &ticks).await?;
    let begin = Instant::now() + Duration::from_millis(50);
    readers.board.begin(begin, RATE, plan.warm_up);
    let before = cpu::of_trees(&[server.pid()]);
    let measured = drive(links, Plan { rate: Some(RATE), begin: Some(begin), ..plan }, &[server.pid()]).await?;
    let written = ticks.most.get() + 1;
    readers.board.await_delivered(written * each, Duration::from_secs(15)).await?;
    let (from_due, from_ack) = readers.board.latencies();
    let delivered = readers.board.delivered();
    Ok(Seen { measured, from_due, from_ack, delivered, server_cpu: cpu::of_trees(&[server.pid()]) - before })
}

fn sse(server: &Callboard, path: &str, looks: bool) -> Ask {
    let mut request = http::head("GET", path, &server.key).into_bytes();
    request.extend_from_slice(b"\r\n");
    Ask { request, frame: None, looks }
}

fn line(name: String, title: String, seen: &Seen, latency: &Histogram) -> Entry {
    let mut entry = Entry::new(name, title, latency.percentile(0.99) as f64 / 1e6, "ms p99");
    let ms = |share| Some(latency.percentile(share) as f64 / 1e6);
    (entry.p50_ms, entry.p99_ms) = (ms(0.5), ms(0.99));
    let deliveries = seen.delivered.max(1) as f64;
    entry.cpu_us = Some(seen.server_cpu / deliveries);
    entry.client_cpu_us = Some(seen.measured.client_cpu / deliveries);
    entry
}

/// A thousand subscribers to everything of the tenant; two thousand in the whole form.
pub(super) async fn firehose(bench: &Bench) -> Result<()> {
    let counts: &[usize] = if bench.options.quick { &[1_000] } else { &[1_000, 2_000] };
    for &wanted in counts {
        let count = wanted.min(bench.options.streams);
        let server = bench.callboard("firehose").await?;
        let sessions = server.sessions("s", 200).await?;
        // Each event is looked into by 16 of them.
        let asks = (0..count).map(|n| sse(&server, "/v1/realtime/stream", n % (count / 16).max(1) == 0)).collect();
        let seen = deliver(bench, &server, sessions, asks, count as u64).await?;
        let p99 = seen.from_due.percentile(0.99) as f64 / 1e6;
        let mut checks = vec![
            Check::at_most("p99 ms from due", 50.0, p99),
            Check::at_least("rate / due", 0.99, ratio(seen.measured.rate(), RATE)),
            Check::at_least("subscribers", wanted as f64, count as f64),
        ];
        if wanted > 1_000 {
            checks = checks.into_iter().map(Check::beyond).collect();
        }
        let title = format!("SSE firehose, {count} subscribers, 1,000 events/s");
        let entry = line(format!("firehose-{wanted}"), title, &seen, &seen.from_due);
        let note = format!(
            "{} deliveries, none lost or repeated; costs are per delivery, latency from when the event was due.",
            seen.delivered
        );
        bench.add(entry.judged("1,000 subscribers, p99 < 50 ms", checks).noted(note));
    }
    Ok(())
}

/// What is asked of `count` streams.
fn of_streams(seen: &Seen, count: usize) -> Vec<Check> {
    let ms = |latency: &Histogram| latency.percentile(0.99) as f64 / 1e6;
    let p99 = ms(&seen.from_ack);
    vec![
        Check::at_most("p99 ms commit → client", 5.0, p99),
        Check::at_most("p99 ms commit → client", 2.0, p99).beyond(),
        // What a late reading of acknowledgements hides from the figure above is in this one.
        Check::at_most("p99 ms from due", 50.0, ms(&seen.from_due)),
        Check::at_least("rate / due", 0.99, ratio(seen.measured.rate(), RATE)),
        Check::at_least("streams", STREAMS as f64, count as f64),
    ]
}

/// A stream for each of eight thousand sessions.
pub(super) async fn streams(bench: &Bench) -> Result<()> {
    let count = STREAMS.min(bench.options.streams);
    let server = bench.callboard("streams").await?;
    let sessions = server.sessions("s", count).await?;
    let asks = sessions.iter().map(|s| sse(&server, &format!("/v1/realtime/sessions/{s}/stream"), true)).collect();
    let seen = deliver(bench, &server, sessions, asks, 1).await?;
    let ms = |latency: &Histogram, share| latency.percentile(share) as f64 / 1e6;
    if seen.from_ack.count() == 0 {
        return Err(Fault::new("no event was delivered within the window"));
    }
    let checks = of_streams(&seen, count);
    let entry = line("streams".to_owned(), format!("{count} session streams, 1,000 events/s"), &seen, &seen.from_ack);
    let note = format!(
        "The commit is taken for the moment at which the writer reads its acknowledgement, which is sent after it; {:.0} % of the \
         events were read before that and count as 0 ms. From when the event was due, commit included: p50 {:.2} ms, p99 {:.2} ms. \
         {} deliveries, none lost or repeated.",
        seen.from_ack.zeros() * 100.0,
        ms(&seen.from_due, 0.5),
        ms(&seen.from_due, 0.99),
        seen.delivered
    );
    bench.add(entry.judged("commit → client p99 ≤ 5 ms, due → client p99 ≤ 50 ms", checks).noted(note));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::met;

    #[test]
    fn streams_that_are_late_are_missed_also_when_their_acknowledgements_are_read_later_still() {
        let seen = |due_ms: u64| {
            let (mut from_due, mut from_ack) = (Histogram::default(), Histogram::default());
            from_due.record(due_ms * 1_000_000);
            from_ack.record(0);
            let measured = Measured { events: 1_000, seconds: 1.0, ..Measured::default() };
            Seen { measured, from_due, from_ack, delivered: 1, server_cpu: 1.0 }
        };
        assert_eq!(met(&of_streams(&seen(20), STREAMS)), Some(true));
        assert_eq!(met(&of_streams(&seen(80), STREAMS)), Some(false));
    }
}
