//! Wake-ups between instances. `NOTIFY` inside a transaction takes a lock of the whole cluster at COMMIT, so hints
//! leave afterwards, gathered, from a connection of their own. A hint can be lost; who needs certainty looks at the
//! clock too.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;

use super::link::Link;
use crate::Connection;
use crate::queue::{Queue, Taken};

const LISTEN: &str = "listen callboard_hint";
const NOTIFY: &str = "select pg_notify('callboard_hint', payload) from unnest($1::text[]) as payload";

/// The server takes less than 8,000 bytes in one notification.
const PAYLOAD_MAX: usize = 7_900;
/// How often a listener looks whether the store closes.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Hints on their way to the other instances.
pub(super) struct Notifier {
    queue: Queue<Vec<String>>,
    /// The sending connection's process on the server, so that our own hints are not heard twice.
    pid: AtomicI32,
}

impl Notifier {
    pub(super) fn new() -> Self {
        Self { queue: Queue::new(), pid: AtomicI32::new(0) }
    }

    pub(super) fn push(&self, topics: Vec<String>) {
        if self.queue.push(topics).is_err() {
            tracing::debug!("A hint to the other instances was dropped: too many wait");
        }
    }
}

/// Sends what gathers, one statement for everything that waits.
pub(super) fn send(mut link: Link, notifier: &Notifier) {
    let shared = link.shared.clone();
    let mut waiting = VecDeque::new();
    while !shared.is_closing() {
        if notifier.queue.take(&mut waiting, usize::MAX, Some(LOOK_EVERY)) != Taken::Items {
            continue;
        }
        let topics: BTreeSet<String> = waiting.drain(..).flatten().collect();
        let Some(connection) = link.ready() else { return };
        let pid = connection.client.query_one("select pg_backend_pid()", &[]).and_then(|row| row.try_get(0));
        let sent = pid.and_then(|pid: i32| {
            notifier.pid.store(pid, Ordering::Release);
            connection.client.execute(NOTIFY, &[&payloads(topics)])
        });
        if let Err(e) = sent {
            tracing::warn!("Hints to the other instances were lost: {}", super::link::say(&e));
            link.drop_connection();
        }
    }
}

/// Joins topics into as few notifications as their size allows.
fn payloads(topics: BTreeSet<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for topic in topics.into_iter().filter(|t| t.len() <= PAYLOAD_MAX && !t.contains(['\n', '\0'])) {
        match out.last_mut() {
            Some(last) if last.len() + 1 + topic.len() <= PAYLOAD_MAX => {
                last.push('\n');
                last.push_str(&topic);
            }
            _ => out.push(topic),
        }
    }
    out
}

/// Hands the other instances' hints to this process's listeners.
pub(super) fn listen(mut link: Link, notifier: &Notifier) {
    let shared = link.shared.clone();
    while !shared.is_closing() {
        let Some(connection) = link.ready() else { return };
        let mut working = connection.batch(LISTEN).is_ok();
        while working && !shared.is_closing() {
            let heard = connection.client.notifications().timeout_iter(LOOK_EVERY).next();
            match heard {
                Ok(Some(n)) if n.process_id() != notifier.pid.load(Ordering::Acquire) => {
                    shared.publish(n.payload().split('\n').map(str::to_owned).collect());
                }
                Ok(_) => working = !connection.client.is_closed(),
                Err(_) => working = false,
            }
        }
        link.drop_connection();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_stay_below_the_servers_limit() {
        let topics: BTreeSet<String> = (0..1_000).map(|n| format!("session/{n:032}")).collect();
        let out = payloads(topics.clone());
        assert!(out.len() > 1 && out.iter().all(|p| p.len() <= PAYLOAD_MAX));
        let back: BTreeSet<String> = out.iter().flat_map(|p| p.split('\n')).map(str::to_owned).collect();
        assert_eq!(back, topics);
        assert!(payloads(BTreeSet::from(["a\nb".to_owned()])).is_empty());
    }
}
