//! Rows that append.

use super::{Bench, driven};
use crate::fault::Result;
use crate::judge::{Check, ratio};
use crate::load::streams::{Ask, Readers};
use crate::load::{Plan, http};
use crate::systems::callboard::{Batches, Callboard, Singles};

/// One follower of one session, so that live delivery has somebody to wake.
async fn follower(server: &Callboard, session: &str) -> Result<Readers> {
    let path = format!("/v1/realtime/sessions/{session}/stream?afterSequence=0");
    let mut request = http::head("GET", &path, &server.key).into_bytes();
    request.extend_from_slice(b"\r\n");
    Readers::open(&server.address, vec![Ask { request, frame: None, looks: false }], 0).await
}

/// Single events in a closed loop.
pub(super) async fn singles(bench: &Bench, connections: usize) -> Result<()> {
    let l2 = bench.l2(connections).await?;
    let l4 = if connections == 64 { Some(bench.l4().await?) } else { None };
    let (measured, looked_up) = measure_singles(bench, connections, bench.plan()).await?;
    let mut checks = vec![Check::at_least("rate / L2", 0.5, ratio(measured.rate(), l2))];
    checks.push(Check::at_least("rate / L2", 0.65, ratio(measured.rate(), l2)).beyond());
    if let Some(l4) = l4 {
        checks.push(Check::at_least("rate / L4", 0.8, ratio(measured.rate(), l4)));
    }
    let (p99, target) = match connections {
        64 => (5.0, "≥ 0.50 L2 and ≥ 0.8 L4, p99 ≤ 5 ms"),
        _ => (10.0, "≥ 0.50 L2, p99 ≤ 10 ms"),
    };
    checks.push(Check::at_most("p99 ms", p99, measured.ms(0.99)));
    let name = format!("singles-{connections}");
    bench.learn(&name, measured.rate());
    let mut entry = driven(name, format!("single events, {connections} connections"), &measured).judged(target, checks);
    entry.looked_up = Some(looked_up);
    bench.add(entry);
    Ok(())
}

/// Drives a fresh server with single events, and looks up what it acknowledged.
async fn measure_singles(bench: &Bench, connections: usize, plan: Plan) -> Result<(crate::load::Measured, u64)> {
    let (server, sessions) = bench.with_sessions("singles").await?;
    let follower = follower(&server, &sessions[0]).await?;
    let requests = Singles::new(&server, bench.events());
    let measured = server.drive(&requests, connections, plan).await?;
    drop(follower);
    Ok((measured, server.reopened(requests.samples.take()).await?))
}

impl Bench {
    /// The rate of single events over 64 connections, measured now if it was not yet.
    pub(super) async fn singles_rate(&self) -> Result<f64> {
        match self.known("singles-64") {
            Some(known) => Ok(known),
            None => {
                let rate = measure_singles(self, 64, self.plan()).await?.0.rate();
                self.learn("singles-64", rate);
                Ok(rate)
            }
        }
    }
}

/// Batches of a hundred.
pub(super) async fn batches(bench: &Bench) -> Result<()> {
    let l3 = bench.l3().await?;
    let (server, sessions) = bench.with_sessions("batches").await?;
    let follower = follower(&server, &sessions[0]).await?;
    let requests = Batches::new(&server, bench.events());
    let measured = server.drive(&requests, 8, bench.plan()).await?;
    drop(follower);
    let ratio = ratio(measured.rate(), l3);
    let checks = vec![
        Check::at_least("rate / L3", 0.5, ratio),
        Check::at_least("rate / L3", 0.8, ratio).beyond(),
        Check::at_most("p99 ms", 20.0, measured.ms(0.99)),
    ];
    let title = format!("batches of 100 over {} sessions, 8 connections", sessions.len());
    let mut entry = driven("batches", title, &measured).judged("≥ 0.50 L3, p99 ≤ 20 ms", checks);
    entry.looked_up = Some(server.reopened(requests.samples.take()).await?);
    bench.add(entry);
    Ok(())
}

/// Ten thousand events a second, whether or not earlier ones were answered.
pub(super) async fn open_loop(bench: &Bench) -> Result<()> {
    const RATE: f64 = 10_000.0;
    let l0 = bench.l0().await?;
    let (measured, looked_up) = measure_singles(bench, 128, bench.plan_at(RATE)).await?;
    let checks = vec![
        Check::at_most("p50 / L0", 7.0, ratio(measured.ms(0.5), l0)),
        Check::at_most("p99 / L0", 30.0, ratio(measured.ms(0.99), l0)),
        Check::at_most("cores", 0.6, measured.cores()),
        // Less than was due is no open loop.
        Check::at_least("rate / due", 0.99, ratio(measured.rate(), RATE)),
    ];
    let target = "p50 ≤ 7 L0, p99 ≤ 30 L0, ≤ 0.6 core";
    let mut entry = driven("open-10k", "open loop, 10,000 events/s", &measured).judged(target, checks);
    entry.looked_up = Some(looked_up);
    bench.add(entry);
    Ok(())
}

/// One client that waits.
pub(super) async fn one(bench: &Bench) -> Result<()> {
    let l0 = bench.l0().await?;
    let (measured, looked_up) = measure_singles(bench, 1, bench.plan()).await?;
    let p50 = ratio(measured.ms(0.5), l0);
    let checks = vec![Check::at_most("p50 / L0", 3.5, p50), Check::at_most("p50 / L0", 2.5, p50).beyond()];
    let mut entry = driven("one", "one client, each acknowledgement awaited", &measured).judged("≤ 3.5 L0", checks);
    entry.looked_up = Some(looked_up);
    bench.add(entry);
    Ok(())
}
