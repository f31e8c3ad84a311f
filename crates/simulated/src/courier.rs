//! Delivery of webhooks, as LiveKit delivers: in order per room, a few times, then forgotten.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use callboard_kernel::{Error, Result, World};
use callboard_livekit::{LiveKitConfig, webhook_token};
use parking_lot::Mutex;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::model::Hook;

/// How often one webhook is tried.
const ATTEMPTS: u32 = 5;
/// The pause after the first failure; each further one is twice as long: 7.5 s in all.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// A webhook older than this is dropped, milliseconds.
const MAX_AGE_MS: i64 = 30_000;
/// Webhooks that may wait in one room.
const MAX_WAITING: usize = 200;
/// How long one delivery may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What waits, by room. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    waiting: Arc<Mutex<BTreeMap<String, VecDeque<Hook>>>>,
    news: Arc<Notify>,
    open: Arc<watch::Sender<usize>>,
}

impl Default for Courier {
    fn default() -> Self {
        Self { waiting: Arc::default(), news: Arc::default(), open: Arc::new(watch::Sender::new(0)) }
    }
}

impl Courier {
    /// Queues webhooks behind those of their room.
    pub(crate) fn take(&self, hooks: Vec<Hook>) {
        let mut waiting = self.waiting.lock();
        for hook in hooks {
            let queue = waiting.entry(hook.room.clone()).or_default();
            if queue.len() >= MAX_WAITING {
                tracing::warn!("A simulated room has {MAX_WAITING} webhooks waiting; one more is dropped");
                continue;
            }
            self.open.send_modify(|n| *n += 1);
            queue.push_back(hook);
        }
        drop(waiting);
        self.news.notify_one();
    }

    /// Returns when nothing waits and nothing is under way.
    pub async fn settled(&self) {
        let mut open = self.open.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _count = open.wait_for(|n| *n == 0).await;
    }

    fn one_done(&self) {
        self.open.send_modify(|n| *n = n.saturating_sub(1));
    }

    /// Delivers to an address for ever; end it by dropping the future.
    pub(crate) async fn run(&self, url: &str, config: &LiveKitConfig, world: &Arc<dyn World>) -> Result<()> {
        // Another part of the process may have installed the provider already.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().timeout(LIMIT).build().map_err(Error::internal)?;
        let post = Post { client, url: url.to_owned(), config: config.clone(), world: Arc::clone(world) };
        let (mut busy, mut under_way): (BTreeMap<String, ()>, JoinSet<String>) = (BTreeMap::new(), JoinSet::new());
        loop {
            for room in self.rooms_with_news() {
                if busy.insert(room.clone(), ()).is_none() {
                    under_way.spawn(self.clone().drain(room, post.clone()));
                }
            }
            tokio::select! {
                () = self.news.notified() => {}
                Some(done) = under_way.join_next() => match done {
                    Ok(room) => drop(busy.remove(&room)),
                    Err(error) => return Err(Error::internal(error)),
                },
            }
        }
    }

    fn rooms_with_news(&self) -> Vec<String> {
        self.waiting.lock().keys().cloned().collect()
    }

    /// Sends what waits for one room, one after the other.
    async fn drain(self, room: String, post: Post) -> String {
        loop {
            let next = {
                let mut waiting = self.waiting.lock();
                let next = waiting.get_mut(&room).and_then(VecDeque::pop_front);
                if next.is_none() {
                    waiting.remove(&room);
                }
                next
            };
            let Some(hook) = next else { return room };
            post.deliver(&hook).await;
            self.one_done();
        }
    }
}

#[derive(Clone)]
struct Post {
    client: reqwest::Client,
    url: String,
    config: LiveKitConfig,
    world: Arc<dyn World>,
}

impl Post {
    async fn deliver(&self, hook: &Hook) {
        let body = hook.body.to_string();
        let mut pause = FIRST_PAUSE;
        for attempt in 1..=ATTEMPTS {
            if self.world.now().since_ms(hook.at) > MAX_AGE_MS {
                break;
            }
            match self.once(&body).await {
                Ok(()) => return,
                Err(why) => tracing::info!("A simulated webhook was not taken (attempt {attempt}): {why}"),
            }
            if attempt < ATTEMPTS {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
        tracing::warn!("A simulated webhook was given up; repair will find what it said");
    }

    /// A 4xx is an answer: the receiver has it and does not want it.
    async fn once(&self, body: &str) -> Result<(), String> {
        let token = webhook_token(&self.config, body.as_bytes(), self.world.now()).map_err(|e| e.to_string())?;
        let request = self.client.post(&self.url).header(AUTHORIZATION, token);
        let request = request.header(CONTENT_TYPE, "application/webhook+json").body(body.to_owned());
        let answer = request.send().await.map_err(|e| e.without_url().to_string())?;
        let status = answer.status();
        if status.is_server_error() {
            return Err(format!("status {status}"));
        }
        if !status.is_success() {
            tracing::warn!("A simulated webhook was refused with status {status}");
        }
        Ok(())
    }
}
