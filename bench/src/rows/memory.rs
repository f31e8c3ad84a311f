//! Resident memory: of a server that waits, of one under load, and what a stream and a socket add.

use super::Bench;
use crate::fault::Result;
use crate::judge::Check;
use crate::load::http;
use crate::load::streams::{Ask, Readers};
use crate::report::Entry;
use crate::systems::callboard::{Batches, Callboard, Singles, settle};

const KB: f64 = 1e3;
const MB: f64 = 1e6;

/// Idle, under load, per connection.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let server = bench.callboard("memory").await?;
    settle(if bench.options.quick { 2.0 } else { 10.0 }).await;
    let idle = server.resident()? as f64 / MB;
    bench.add(
        Entry::new("memory-idle", "resident memory, idle", idle, "MB")
            .judged("≤ 40 MB", vec![Check::at_most("MB", 40.0, idle)]),
    );
    let most = under_load(bench, &server).await? / MB;
    bench.add(
        Entry::new("memory-load", "resident memory, under load (256 single writers, then batches)", most, "MB")
            .judged("≤ 130 MB", vec![Check::at_most("MB", 130.0, most)]),
    );
    drop(server);
    for (name, title, most_kb, socket) in [
        ("memory-sse", "memory of an open SSE stream", 22.0, false),
        ("memory-ws", "memory of an open WebSocket with a subscription", 8.0, true),
    ] {
        let (each, count) = each_costs(bench, socket).await?;
        let entry =
            Entry::new(name, title, each / KB, "KB").noted(format!("{count} of them, each of a session of its own."));
        bench.add(entry.judged(&format!("≤ {most_kb:.0} KB"), vec![Check::at_most("KB", most_kb, each / KB)]));
    }
    Ok(())
}

/// The most that was resident while both kinds of writers wrote, bytes.
async fn under_load(bench: &Bench, server: &Callboard) -> Result<f64> {
    server.sessions("s", bench.options.sessions).await?;
    let singles = Singles::new(server, bench.events());
    let batches = Batches::new(server, crate::events::Events::new(bench.names(), crate::events::Ids::Time, 2));
    let load = async {
        server.drive(&singles, 256, bench.plan()).await?;
        server.drive(&batches, 8, bench.plan()).await
    };
    let most = std::cell::Cell::new(0);
    let watch = async {
        loop {
            most.set(most.get().max(server.resident().unwrap_or(0)));
            settle(0.05).await;
        }
    };
    tokio::select! {
        done = load => drop(done?),
        () = watch => {}
    }
    Ok(most.get() as f64)
}

/// What one more connection adds, bytes, and how many there were.
async fn each_costs(bench: &Bench, socket: bool) -> Result<(f64, usize)> {
    let count = if bench.options.quick { 2_000 } else { 8_000 }.min(bench.options.streams);
    let server = bench.callboard("memory").await?;
    let sessions = server.sessions("s", count).await?;
    settle(1.0).await;
    let before = server.resident()?;
    let asks = sessions.iter().map(|s| if socket { web_socket(&server, s) } else { stream(&server, s) }).collect();
    let readers = Readers::open(&server.address, asks, 0).await?;
    settle(1.0).await;
    let after = server.resident()?;
    drop(readers);
    Ok((after.saturating_sub(before) as f64 / count as f64, count))
}

fn stream(server: &Callboard, session: &str) -> Ask {
    let path = format!("/v1/realtime/sessions/{session}/stream");
    Ask { request: format!("{}\r\n", http::head("GET", &path, &server.key)).into_bytes(), frame: None, looks: false }
}

fn web_socket(server: &Callboard, session: &str) -> Ask {
    let upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: YmVuY2hiZW5jaGJlbmNoYg==\r\n\r\n";
    let request = format!("{}{upgrade}", http::head("GET", "/v1/realtime/ws", &server.key)).into_bytes();
    let subscribe = format!("{{\"op\":\"subscribe\",\"id\":\"a\",\"sessionId\":\"{session}\"}}");
    Ask { request, frame: text_frame(subscribe.as_bytes()), looks: false }
}

/// A text frame of a client: masked, as it must be, with a mask of zeros; none when it is longer than a byte tells.
fn text_frame(text: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(text.len()).ok().filter(|l| *l < 126)?;
    let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
    frame.extend_from_slice(text);
    Some(frame)
}

#[cfg(test)]
mod tests {
    #[test]
    fn units_are_those_that_the_table_names() {
        assert_eq!((40_000_000.0 / super::MB, 22_000.0 / super::KB), (40.0, 22.0));
    }

    #[test]
    fn a_frame_says_its_length_and_that_it_is_masked() {
        assert_eq!(super::text_frame(b"hi").unwrap(), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        assert_eq!(super::text_frame(&[0; 126]), None);
    }
}
