//! What the machine, the HTTP stack, a file, SQLite and the peers reach by themselves.

use std::time::Duration;

use super::{Bench, driven};
use crate::fault::{Context as _, Result};
use crate::load::drive;
use crate::load::http::Http;
use crate::probe;
use crate::report::Entry;
use crate::systems::limits::{Limits, Singles};
use crate::systems::{nats, postgres, redis};

/// All limits, as lines of their own.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    bench.l0().await?;
    bench.handler("L1", "/empty", 64).await?;
    bench.l2(64).await?;
    bench.l2(256).await?;
    bench.l3().await?;
    Ok(())
}

/// What a user would pick instead.
pub(super) async fn peers(bench: &Bench) -> Result<()> {
    bench.l4().await?;
    nats_line(bench).await?;
    plain_table(bench).await
}

impl Bench {
    /// L0: median of `fdatasync` after 4 KB, milliseconds.
    pub(super) async fn l0(&self) -> Result<f64> {
        if let Some(known) = self.known("L0") {
            return Ok(known);
        }
        let (folder, window) = (self.folder("l0")?, self.window().min(Duration::from_secs(3)));
        let all = tokio::task::spawn_blocking(move || probe::fdatasync(&folder, window)).await.because("L0")??;
        let (p50, p99) = (all.percentile(0.5) as f64 / 1e6, all.percentile(0.99) as f64 / 1e6);
        let mut entry = Entry::new("L0", "fdatasync of 4 KB, median", p50 * 1e3, "µs");
        (entry.p50_ms, entry.p99_ms) = (Some(p50), Some(p99));
        self.add(entry);
        self.learn("L0", p50);
        Ok(p50)
    }

    /// L2 at so many connections, events a second.
    pub(super) async fn l2(&self, connections: usize) -> Result<f64> {
        self.handler(&format!("L2-{connections}"), "/append", connections).await
    }

    async fn handler(&self, name: &str, path: &str, connections: usize) -> Result<f64> {
        if let Some(known) = self.known(name) {
            return Ok(known);
        }
        let mut server = Limits::start(&self.folder("limits")?).await?;
        let requests = Singles::new(path, self.events());
        let links = Http::many(&server.address, connections, &requests).await?;
        let measured = drive(links, self.plan(), &[server.pid()]).await?;
        let title = if path == "/empty" { "an empty handler" } else { "HTTP and an append-only file, group fsync" };
        let mut entry = driven(name, format!("{title}, {connections} connections"), &measured);
        if path == "/append" {
            entry.looked_up = Some(server.reopened(&requests.samples.take())?);
        }
        self.add(entry);
        self.learn(name, measured.rate());
        Ok(measured.rate())
    }

    /// L3, rows a second.
    pub(super) async fn l3(&self) -> Result<f64> {
        if let Some(known) = self.known("L3") {
            return Ok(known);
        }
        for (name, title, indexed) in [
            ("L3", "raw SQLite, 100 rows a commit", false),
            ("L3-indexed", "the same with unique (session, sequence) and unique id", true),
        ] {
            let (folder, window) = (self.folder("l3")?, self.window());
            let raw =
                tokio::task::spawn_blocking(move || probe::sqlite(&folder, window, indexed)).await.because("L3")??;
            let mut entry = Entry::new(name, title, raw.rate, "/s");
            entry.cpu_us = Some(raw.cpu_us);
            self.add(entry);
            self.learn(name, raw.rate);
        }
        self.known("L3").because("L3 was not measured")
    }

    /// L4, events a second over 64 connections.
    pub(super) async fn l4(&self) -> Result<f64> {
        if let Some(known) = self.known("L4") {
            return Ok(known);
        }
        let server = redis::Redis::start(&self.folder("redis")?).await?;
        let feed = redis::Feed::new(self.events());
        let measured = drive(server.links(64, &feed).await?, self.plan(), &[server.pid()]).await?;
        let title = "Redis Streams, appendfsync always, dedupe and sequences in Lua, 64 connections";
        let mut entry = driven("L4", title, &measured);
        entry.looked_up = Some(server.reopened(&feed.samples.take()).await?);
        self.add(entry);
        self.learn("L4", measured.rate());
        Ok(measured.rate())
    }
}

async fn nats_line(bench: &Bench) -> Result<()> {
    let binary = bench.options.nats.as_ref().because("nats-server is missing; scripts/install-nats.sh builds it")?;
    let server = nats::Nats::start(binary, &bench.folder("nats")?).await?;
    let feed = nats::Feed::new(bench.events());
    let measured = drive(server.links(64, &feed).await?, bench.plan(), &[server.pid()]).await?;
    let mut entry = driven("nats", "NATS JetStream, sync always, dedupe by id, 64 connections", &measured);
    entry.looked_up = Some(server.reopened(&feed.samples.take()).await?);
    bench.add(entry);
    Ok(())
}

async fn plain_table(bench: &Bench) -> Result<()> {
    let cluster = bench.cluster().await?;
    let url = cluster.database("bench_plain").await?;
    let feed = postgres::Feed::new(bench.events());
    let measured = drive(cluster.links(&url, 64, &feed).await?, bench.plan(), &[cluster.pid]).await?;
    let mut entry = driven("postgres-table", "a plain PostgreSQL table, an insert a commit, 64 connections", &measured);
    entry.looked_up = Some(feed.found(&url).await?);
    bench.add(entry.noted("No rules and no index but the key; looked up while the server runs on."));
    cluster.forget("bench_plain").await
}
