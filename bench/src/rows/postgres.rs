//! The PostgreSQL engine, with one and with two instances, beside pgbench on the same cluster.

use super::{Bench, driven};
use crate::cpu;
use crate::events::{Events, Ids};
use crate::fault::Result;
use crate::judge::{Check, ratio};
use crate::load::drive;
use crate::load::http::Http;
use crate::report::Entry;
use crate::systems::callboard::{Batches, Callboard, Singles, Store};
use crate::systems::postgres::Cluster;

/// Connections, over all instances.
const CONNECTIONS: usize = 8;

/// pgbench, then one instance, then two, each on a database of its own.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let cluster = bench.cluster().await?;
    let url = cluster.database("bench_pgbench").await?;
    let seconds = bench.window().as_secs().max(2);
    let before = cpu::of_trees(&[cluster.pid]);
    let (pgbench, mean_ms) = cluster.pgbench(&url, CONNECTIONS, seconds).await?;
    let cost = (cpu::of_trees(&[cluster.pid]) - before) / (pgbench * seconds as f64);
    let title = format!("pgbench: the same rows, 100 a commit, {CONNECTIONS} connections");
    let mut entry = Entry::new("pgbench", title, pgbench, "/s");
    entry.cpu_us = Some(cost);
    bench.add(
        entry.noted(format!(
            "A commit took {mean_ms:.2} ms on average; the rows are part of a statement prepared once."
        )),
    );
    cluster.forget("bench_pgbench").await?;
    for instances in [1, 2] {
        let name = format!("bench_cb{instances}");
        batches(bench, &cluster, &cluster.database(&name).await?, instances, pgbench).await?;
        cluster.forget(&name).await?;
    }
    let url = cluster.database("bench_single").await?;
    singles(bench, &cluster, &url).await?;
    cluster.forget("bench_single").await
}

async fn instances(bench: &Bench, url: &str, count: usize) -> Result<Vec<Callboard>> {
    let mut servers: Vec<Callboard> = Vec::new();
    let folder = bench.folder("postgres")?;
    for n in 0..count {
        let mut setup = bench.setup(&folder, Store::Postgres(url.to_owned()));
        setup.name = format!("callboard-{n}");
        let key = servers.first().map(|s| s.key.clone());
        servers.push(Callboard::start(&setup, key.as_deref()).await?);
    }
    Ok(servers)
}

async fn batches(bench: &Bench, cluster: &Cluster, url: &str, count: usize, pgbench: f64) -> Result<()> {
    let mut servers = instances(bench, url, count).await?;
    let sessions = servers[0].sessions("s", bench.options.sessions).await?;
    let requests = Batches::new(&servers[0], Events::new(sessions, Ids::Time, 1));
    let mut links = Vec::new();
    for server in &servers {
        links.extend(Http::many(&server.address, CONNECTIONS / count, &requests).await?);
    }
    let mut watch: Vec<u32> = servers.iter().map(Callboard::pid).collect();
    watch.push(cluster.pid);
    let measured = drive(links, bench.plan(), &watch).await?;
    let last = servers.remove(0);
    // The others are killed first, as they are.
    drop(servers);
    let looked_up = last.reopened(requests.samples.take()).await?;
    let name = if count == 1 { "postgres" } else { "postgres-2" };
    let title = format!("PostgreSQL engine, {count} instance(s), batches of 100, {CONNECTIONS} connections");
    let checks = vec![Check::at_least("rate / pgbench", 0.5, ratio(measured.rate(), pgbench))];
    let target = if count == 1 { "≥ 0.5 pgbench" } else { "≥ 0.5 pgbench, nothing lost" };
    let mut entry = driven(name, title, &measured).judged(target, checks);
    entry.looked_up = Some(looked_up);
    bench.add(entry.noted(
        "Processor time is that of Callboard and PostgreSQL together; all instances were killed before the look-up.",
    ));
    Ok(())
}

/// Single events, without a target: what a small installation sees.
async fn singles(bench: &Bench, cluster: &Cluster, url: &str) -> Result<()> {
    let mut servers = instances(bench, url, 1).await?;
    let server = servers.remove(0);
    server.sessions("s", bench.options.sessions).await?;
    let requests = Singles::new(&server, bench.events());
    let links = Http::many(&server.address, 64, &requests).await?;
    let measured = drive(links, bench.plan(), &[server.pid(), cluster.pid]).await?;
    let mut entry = driven("postgres-singles", "PostgreSQL engine, single events, 64 connections", &measured);
    entry.looked_up = Some(server.reopened(requests.samples.take()).await?);
    bench.add(entry);
    Ok(())
}
