//! Limits of the disk and of SQLite, without any network: L0 and L3.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::cpu;
use crate::fault::{Context as _, Fault, Result};
use crate::histogram::Histogram;

/// L0: how long `fdatasync` takes after 4 KB were written, again and again for `window`.
pub fn fdatasync(folder: &Path, window: Duration) -> Result<Histogram> {
    let path = folder.join("fdatasync.probe");
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(&path).because("the file of L0")?;
    // Appending within what is allocated, as logs that grow in steps do.
    file.write_all_at(&vec![1_u8; 16 << 20], 0)?;
    file.sync_all()?;
    let (mut all, block, begun) = (Histogram::default(), [7_u8; 4096], Instant::now());
    let mut at = 0;
    while begun.elapsed() < window || all.count() < 20 {
        file.write_all_at(&block, at)?;
        let before = Instant::now();
        file.sync_data()?;
        all.record(u64::try_from(before.elapsed().as_nanos()).unwrap_or(u64::MAX));
        at = (at + 4096) % (16 << 20);
    }
    std::fs::remove_file(&path)?;
    Ok(all)
}

/// Rows a second, and processor microseconds a row.
#[derive(Clone, Copy, Debug)]
pub struct Raw {
    /// Rows a second.
    pub rate: f64,
    /// Microseconds of processor for each row.
    pub cpu_us: f64,
}

/// Rows of one commit.
const PER_COMMIT: i64 = 100;

/// L3: rows of the size of an event into SQLite, 100 a commit, on one thread, durable. With `indexed`, the two unique
/// indexes that any store with sequences and dedupe needs; without, none at all.
pub fn sqlite(folder: &Path, window: Duration, indexed: bool) -> Result<Raw> {
    let path = folder.join(if indexed { "indexed.db" } else { "raw.db" });
    let mut db = Connection::open(&path)?;
    db.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full;
         create table event (position integer primary key, session integer not null, sequence integer not null,
           event_id text not null, type text not null, ts integer not null, payload text not null);",
    )?;
    if indexed {
        db.execute_batch(
            "create unique index a on event (session, sequence); create unique index b on event (event_id, session);",
        )?;
    }
    let payload = "{\"utteranceId\":\"u3-17\",\"speaker\":\"user\",\"text\":\"Of course. Thursday at half past ten is free, \
                   and so is Friday.\",\"startMs\":68000,\"endMs\":71000}";
    let (begun, cpu_before) = (Instant::now(), cpu::of_self());
    let (mut rows, mut id) = (0_i64, String::new());
    while begun.elapsed() < window {
        let tx = db.transaction()?;
        {
            let mut insert = tx.prepare_cached(
                "insert into event (session, sequence, event_id, type, ts, payload) values (?, ?, ?, ?, ?, ?)",
            )?;
            for n in rows..rows + PER_COMMIT {
                id.clear();
                std::fmt::Write::write_fmt(&mut id, format_args!("0193f5c0-{n:08x}-7000-8000-{n:012x}"))
                    .map_err(|_| Fault::new("an id"))?;
                let session = (n % 4_000).wrapping_mul(1237) % 4_000;
                insert.execute((session, n / 4_000, &id, "transcript.final", n, payload))?;
            }
        }
        tx.commit()?;
        rows += PER_COMMIT;
    }
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu::of_self() - cpu_before);
    drop(db);
    let kept: i64 = Connection::open(&path)?.query_row("select count(*) from event", [], |row| row.get(0))?;
    if kept != rows {
        return Err(Fault::new(format!("{rows} rows were committed to SQLite and {kept} are there")));
    }
    for end in ["", "-wal", "-shm"] {
        // A file that was folded in already is gone.
        let _gone = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    Ok(Raw { rate: rows as f64 / seconds, cpu_us: cpu / rows as f64 })
}
