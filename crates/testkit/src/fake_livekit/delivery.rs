//! Sending webhooks: in order as the real server, or by a seeded plan that repeats, delays, reorders, drops, forges.

use std::time::Duration;

use callboard_kernel::{Entropy, Timestamp};

use super::{FakeLiveKit, Forgery, Signed, Webhook};
use crate::app::http_client;

/// How deliveries go wrong, in percent. The same seed gives the same deliveries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// Webhooks sent once more, some places later, with a token of its own.
    pub repeat: u64,
    /// Webhooks that never arrive.
    pub drop: u64,
    /// Webhooks moved up to `reach` places.
    pub reorder: u64,
    /// How far a webhook is moved.
    pub reach: u64,
    /// Forgeries sent beside the genuine ones.
    pub forge: u64,
}

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What is delivered.
    pub webhook: Webhook,
    /// How it is forged; `None`: genuine.
    pub forged: Option<Forgery>,
}

/// What a receiver answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The webhook's id.
    pub id: String,
    /// Whether it was forged.
    pub forged: bool,
    /// The status; 0: no answer.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Plan {
    /// The deliveries for webhooks in their true order.
    pub fn deliveries(&self, webhooks: &[Webhook]) -> Vec<Delivery> {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        let mut dice = Entropy::from_seed(seed);
        let mut placed: Vec<(u64, Delivery)> = Vec::new();
        for (at, webhook) in (0_u64..).zip(webhooks) {
            let at = at * 10;
            let genuine = || Delivery { webhook: webhook.clone(), forged: None };
            if dice.below(100) < self.forge {
                let kinds = Forgery::ALL.len() as u64;
                let kind = Forgery::ALL[usize::try_from(dice.below(kinds)).unwrap_or(0)];
                placed.push((at, Delivery { forged: Some(kind), ..genuine() }));
            }
            if dice.below(100) < self.drop {
                continue;
            }
            let moved = if dice.below(100) < self.reorder { dice.below(self.reach * 10 + 1) } else { 0 };
            placed.push((at + moved, genuine()));
            if dice.below(100) < self.repeat {
                placed.push((at + moved + 1 + dice.below(self.reach * 10 + 10), genuine()));
            }
        }
        // The sort is stable, so equal places keep the order in which they were drawn.
        placed.sort_by_key(|(at, _)| *at);
        placed.into_iter().map(|(_, delivery)| delivery).collect()
    }
}

impl FakeLiveKit {
    /// Delivers everything that waits, in order; gives the answers.
    pub async fn deliver(&self, url: &str) -> Vec<Delivered> {
        let webhooks = self.take_webhooks();
        self.deliver_by(url, &Plan::default().deliveries(&webhooks)).await
    }

    /// Delivers a plan's deliveries; gives the answers.
    pub async fn deliver_by(&self, url: &str, deliveries: &[Delivery]) -> Vec<Delivered> {
        let client = http_client();
        let mut answers = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let signed = self.signed(delivery, self.inner.world.now());
            let (status, body) = post(&client, url, &signed).await;
            let (id, forged) = (delivery.webhook.id.clone(), delivery.forged.is_some());
            answers.push(Delivered { id, forged, status, body });
        }
        answers
    }

    /// From now on sends every webhook as it comes up, in order, with the attempts of the real server: five within
    /// about 15 seconds, a 4xx counting as delivered. Runs until the task is aborted.
    pub fn deliver_live(&self, url: &str) -> tokio::task::JoinHandle<()> {
        let (fake, url) = (self.clone(), url.to_owned());
        tokio::spawn(async move {
            let client = http_client();
            loop {
                for webhook in fake.take_webhooks() {
                    fake.persist(&client, &url, webhook).await;
                }
                fake.inner.queued.notified().await;
            }
        })
    }

    async fn persist(&self, client: &reqwest::Client, url: &str, webhook: Webhook) {
        let delivery = Delivery { webhook, forged: None };
        for pause_ms in [1_000, 2_000, 4_000, 8_000, 0] {
            let signed = self.signed(&delivery, self.inner.world.now());
            if matches!(post(client, url, &signed).await.0, 200..500) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
    }

    fn signed(&self, delivery: &Delivery, now: Timestamp) -> Signed {
        match delivery.forged {
            None => self.signer().sign(&delivery.webhook.body, now),
            Some(how) => self.signer().forge(&delivery.webhook.body, now, how),
        }
    }
}

async fn post(client: &reqwest::Client, url: &str, signed: &Signed) -> (u16, String) {
    let mut request = client.post(url).header("content-type", "application/webhook+json").body(signed.body.clone());
    if let Some(token) = &signed.authorization {
        request = request.header("authorization", token);
    }
    match request.send().await {
        Ok(response) => (response.status().as_u16(), response.text().await.unwrap_or_default()),
        Err(_) => (0, String::new()),
    }
}
