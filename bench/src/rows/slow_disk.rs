//! A disk whose fsync takes 5 ms more. strace delays the calls; by seccomp it stops at these alone, so that all others
//! are as fast as ever.

use super::{Bench, driven};
use crate::fault::{Context as _, Result};
use crate::judge::Check;
use crate::process::output;
use crate::systems::callboard::{Callboard, Singles, Store};

const CONNECTIONS: usize = 256;

fn wrap() -> Vec<String> {
    let flags =
        "strace -f --seccomp-bpf -qq -o /dev/null -e trace=fsync,fdatasync -e inject=fsync,fdatasync:delay_exit=5000";
    flags.split(' ').map(str::to_owned).collect()
}

/// Single events over 256 connections.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let (l0, slow) = (bench.l0().await?, probe(bench).await?);
    let folder = bench.folder("slow")?;
    let mut setup = bench.setup(&folder, Store::Sqlite(folder.join("data")));
    setup.wrap = wrap();
    let server = Callboard::start(&setup, None).await?;
    server.sessions("s", bench.options.sessions).await?;
    let requests = Singles::new(&server, bench.events());
    let measured = server.drive(&requests, CONNECTIONS, bench.plan()).await?;
    let looked_up = server.reopened(requests.samples.take()).await?;
    let checks = vec![
        Check::at_least("rate /s", 12_000.0, measured.rate()),
        // The row is worth nothing if the disk is not slow.
        Check::at_least("fdatasync ms", 5.0, slow),
    ];
    let entry =
        driven("slow-disk", format!("a disk whose fsync takes 5 ms more, {CONNECTIONS} connections"), &measured);
    let mut entry = entry.judged("≥ 12 k/s", checks);
    entry.looked_up = Some(looked_up);
    bench.add(entry.noted(format!("fdatasync of 4 KB took {l0:.2} ms, {slow:.2} ms with the delay.")));
    Ok(())
}

/// L0 as a program under the same delay sees it, milliseconds.
async fn probe(bench: &Bench) -> Result<f64> {
    let mut command = wrap();
    let folder = bench.folder("slow-probe")?;
    command.push(std::env::current_exe()?.to_string_lossy().into_owned());
    command.extend(["probe".to_owned(), "--folder".to_owned(), folder.to_string_lossy().into_owned()]);
    let said = output("strace", &command[1..]).await.because("strace is missing or may not trace")?;
    said.trim().parse().because("the probe said no number")
}
