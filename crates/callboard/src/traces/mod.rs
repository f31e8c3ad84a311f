//! Traces by option: finished spans leave as OTLP over HTTP, to the collector that the settings name. Without one there is
//! no [`Tracer`], and nobody makes a span.
//!
//! Nothing of a request waits for the collector: what cannot be sent in time is dropped and counted.

mod queue;
mod settings;
mod wire;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use callboard_http::Shutdown;
use callboard_kernel::{Entropy, Error, Result, Timestamp, Tracer, World, hex};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::config::Values;
use queue::{BATCH, Spans};
use settings::Settings;
use wire::Resource;

/// Spans wait at most so long for others.
const EVERY: Duration = Duration::from_secs(1);
/// For one request to the collector.
const LIMIT: Duration = Duration::from_secs(5);
/// Waits between the attempts at one batch; after the last it is dropped.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// The most that a collector may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// What is left at a stop is sent within this time, after everything else has ended.
const LAST: Duration = Duration::from_secs(2);

/// A world whose requests are traced.
struct Traced {
    world: Arc<dyn World>,
    tracer: Arc<dyn Tracer>,
}

impl World for Traced {
    fn now(&self) -> Timestamp {
        self.world.now()
    }
    fn entropy(&self) -> Entropy {
        self.world.entropy()
    }
    fn tracer(&self) -> Option<&Arc<dyn Tracer>> {
        Some(&self.tracer)
    }
}

/// The running export.
pub struct Export {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Export {
    /// Starts it when a collector is named; `world` then hands out the tracer.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn start(values: &Values, world: &mut Arc<dyn World>, shutdown: &Shutdown) -> Result<Option<Self>> {
        let Some(Settings { url, headers, ratio }) = settings::read(values)? else { return Ok(None) };
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .default_headers(headers)
            .build()
            .map_err(Error::internal)?;
        let spans = Arc::new(Spans::new(Arc::clone(world), ratio));
        let resource = Resource::new(crate::version::own(), hex(&world.entropy().bytes16()));
        tracing::info!("Traces go to {url}, {ratio} of those that begin here");
        *world = Arc::new(Traced { world: Arc::clone(world), tracer: spans.clone() });
        let sender = Sender { client, url, resource, spans, shutdown: shutdown.clone(), failing: false };
        let (stop, stopped) = oneshot::channel();
        Ok(Some(Self { stop, task: tokio::spawn(sender.run(stopped)) }))
    }

    /// Sends what is left, as far as time allows; when everything else has ended.
    pub async fn finish(self) {
        // It may still be at a batch from before; that one is cut as well.
        if self.stop.send(()).is_err() || timeout(LAST, self.task).await.is_err() {
            tracing::warn!("The last spans were not sent: the collector did not answer in time");
        }
    }
}

/// What became of an attempt.
enum Came {
    /// It was taken, but for so many.
    Taken(u64),
    /// It will never be taken.
    Refused(String),
    /// It may be taken later; not before so long.
    Later(String, Option<Duration>),
}

struct Sender {
    client: reqwest::Client,
    url: reqwest::Url,
    resource: Resource,
    spans: Arc<Spans>,
    shutdown: Shutdown,
    /// Said once, not with each batch.
    failing: bool,
}

impl Sender {
    async fn run(mut self, mut stopped: oneshot::Receiver<()>) {
        let spans = Arc::clone(&self.spans);
        loop {
            tokio::select! {
                _told = &mut stopped => break,
                () = spans.filled() => {}
                () = sleep(EVERY) => {}
            }
            while self.send().await == BATCH {}
        }
        while self.send().await > 0 {}
    }

    /// Sends the oldest spans, or drops them; how many they were.
    async fn send(&mut self) -> usize {
        let batch = self.spans.batch();
        if batch.is_empty() {
            return 0;
        }
        let body = wire::request(&self.resource, &batch);
        let mut waits = WAITS.iter();
        let count = batch.len() as u64;
        drop(batch);
        let (to, why) = loop {
            match self.post(body.clone()).await {
                Came::Taken(rejected) => {
                    let rejected = rejected.min(count);
                    self.spans.exported.fetch_add(count - rejected, Ordering::Relaxed);
                    self.spans.refused.fetch_add(rejected, Ordering::Relaxed);
                    self.well();
                    return usize::try_from(count).unwrap_or(BATCH);
                }
                Came::Refused(why) => break (&self.spans.refused, why),
                Came::Later(why, asked) => {
                    let wait = waits.next().filter(|_| !self.shutdown.has_begun());
                    let Some(wait) = wait else { break (&self.spans.unreachable, why) };
                    tokio::select! {
                        () = sleep(asked.unwrap_or(*wait).clamp(*wait, LONGEST_WAIT)) => {}
                        // Once more at once, then no more.
                        () = self.shutdown.begun() => {}
                    }
                }
            }
        };
        to.fetch_add(count, Ordering::Relaxed);
        self.ill(&why);
        usize::try_from(count).unwrap_or(BATCH)
    }

    async fn post(&self, body: Vec<u8>) -> Came {
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/x-protobuf").body(body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Came::Later(chain(&error.without_url()), None),
        };
        let status = answer.status();
        match status.as_u16() {
            200..=299 => Came::Taken(answer.bytes().await.map_or(0, |body| wire::rejected(&body))),
            429 | 502 | 503 | 504 => {
                let asked = answer.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse().ok());
                Came::Later(format!("it answered {status}"), asked.map(Duration::from_secs))
            }
            _ => Came::Refused(format!("it answered {status}")),
        }
    }

    fn ill(&mut self, why: &str) {
        if !std::mem::replace(&mut self.failing, true) {
            tracing::warn!("The collector does not take spans; they are dropped until it does: {why}");
        }
    }

    fn well(&mut self) {
        if std::mem::take(&mut self.failing) {
            tracing::info!("The collector takes spans again");
        }
    }
}

/// An error and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    callboard_kernel::short(&causes.map(ToString::to_string).collect::<Vec<_>>().join(": "), 300)
}
