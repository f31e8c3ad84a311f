//! One call from its creation to its outcome, by script.

use std::sync::Arc;
use std::time::Duration;

use callboard_kernel::{Timestamp, World};
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::cast::{Actor, Clock, is_over, patient};
use super::pace::Chance;
use super::script::{Outcome, Script, Step};
use crate::terminal::client::{Failure, Server, escaped};

/// Longest simulated call, milliseconds: whatever becomes of its script, it ends.
const LONGEST_MS: i64 = 30 * 60 * 1_000;
/// Joins by link that all calls of one process may take in a minute; the server counts them by address, and people
/// join from the same one.
const LINKS_A_MINUTE: usize = 4;

/// What all calls of a process share.
pub struct Stage {
    /// Speaks to the server under the API key.
    pub server: Server,
    /// The clock.
    pub world: Arc<dyn World>,
    /// Stands in the metadata of each call as `demo`.
    pub mark: String,
    links: Mutex<Vec<Timestamp>>,
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// As its script says.
    AsWritten,
    /// Somebody else ended it, or took part in it in a way that the script does not know.
    Otherwise(String),
}

impl Stage {
    /// A stage before its first call.
    pub fn new(server: Server, world: Arc<dyn World>, mark: &str) -> Self {
        Self { server, world, mark: mark.to_owned(), links: Mutex::default() }
    }

    /// Whether one more may join by a link now.
    fn link(&self) -> bool {
        let (now, mut links) = (self.world.now(), self.links.lock());
        links.retain(|at| now.since_ms(*at) < 60_000);
        let free = links.len() < LINKS_A_MINUTE;
        if free {
            links.push(now);
        }
        free
    }

    async fn session(&self, id: &str) -> Result<Value, Failure> {
        self.server.get(&format!("/v1/call/sessions/{}", escaped(id))).await
    }

    /// Makes the call of a script; gives its id.
    pub async fn create(&self, script: &Script) -> Result<String, Failure> {
        let ask = json!({
            "simulated": true,
            "metadata": { "title": script.title, "demo": self.mark },
            "limits": { "reconnectWindowMs": script.window_s * 1_000, "maxDurationMs": LONGEST_MS },
        });
        let made = patient(&self.server, "/v1/call/sessions", &ask).await?;
        let id = made["session"]["sessionId"].as_str().map(str::to_owned);
        id.ok_or_else(|| Failure::Unreachable("the server made no session".to_owned()))
    }

    /// Ends a call that still goes on; what is over stays as it is.
    pub async fn end(&self, id: &str, reason: &str) -> Result<(), Failure> {
        let path = format!("/v1/call/sessions/{}/state", escaped(id));
        match self.server.post(&path, &json!({ "status": "ended", "endReason": reason })).await {
            Ok(_) => Ok(()),
            Err(Failure::Refused { status: 409, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Plays a script in a call that was made for it. Whatever happens, everybody's connection is closed at the end.
    pub async fn play(&self, id: &str, script: &Script, chance: &mut Chance) -> Result<Went, Failure> {
        let mut play = Play { stage: self, id, script, cast: Vec::new(), clock: Clock::new(Arc::clone(&self.world)) };
        play.cast.resize_with(script.roles.len(), || None);
        let went = play.all(chance).await;
        for actor in play.cast.iter_mut().flatten() {
            actor.hang_up().await;
        }
        went
    }
}

struct Play<'a> {
    stage: &'a Stage,
    id: &'a str,
    script: &'a Script,
    cast: Vec<Option<Actor>>,
    clock: Clock,
}

impl Play<'_> {
    async fn all(&mut self, chance: &mut Chance) -> Result<Went, Failure> {
        for step in &self.script.steps {
            if let Err(failure) = self.step(step, chance).await {
                if let Some(went) = self.disturbed(&failure).await? {
                    return Ok(went);
                }
                return Err(failure);
            }
        }
        self.outcome().await
    }

    async fn step(&mut self, step: &Step, chance: &mut Chance) -> Result<(), Failure> {
        let server = &self.stage.server;
        match step {
            Step::Joins(who) => {
                tokio::time::sleep(chance.breath()).await;
                self.join(*who).await?;
            }
            Step::Says(who, text) => {
                tokio::time::sleep(chance.breath()).await;
                if let Some(actor) = &mut self.cast[*who] {
                    actor.say(text, chance, &self.clock).await?;
                }
            }
            Step::Loses(who, seconds) => {
                if let Some(actor) = &mut self.cast[*who] {
                    actor.lose(server, &self.clock).await?;
                }
                tokio::time::sleep(chance.real(*seconds)).await;
            }
            Step::Returns(who) => {
                if let Some(actor) = &mut self.cast[*who] {
                    actor.come_back(server, &mut self.clock).await?;
                }
            }
            Step::Leaves(who) => {
                tokio::time::sleep(chance.breath()).await;
                if let Some(actor) = &mut self.cast[*who] {
                    actor.leave().await?;
                }
            }
            Step::Pause(seconds) => tokio::time::sleep(chance.real(*seconds)).await,
            Step::End(reason) => self.stage.end(self.id, reason).await?,
        }
        Ok(())
    }

    async fn join(&mut self, who: usize) -> Result<(), Failure> {
        let (stage, role) = (self.stage, &self.script.roles[who]);
        let (mut actor, transport) = Actor::seated(&stage.server, self.id, role, stage.link(), &mut self.clock).await?;
        actor.connect(&transport).await?;
        let session = actor.seen_as(&stage.server, "connected").await?;
        self.clock.zero = session["connectedAt"].as_str().and_then(Timestamp::parse_rfc3339).or(self.clock.zero);
        self.cast[who] = Some(actor);
        Ok(())
    }

    /// A refusal may mean that somebody else had a hand in the call: then that is how it went, and no failure of ours.
    async fn disturbed(&self, failure: &Failure) -> Result<Option<Went>, Failure> {
        if !matches!(failure, Failure::Refused { .. }) {
            return Ok(None);
        }
        let session = self.stage.session(self.id).await?;
        if is_over(&session) {
            let how = session["endReason"].as_str().or(session["status"].as_str()).unwrap_or_default();
            return Ok(Some(Went::Otherwise(format!("it was over before its script: {how}"))));
        }
        let left = |actor: &Actor| {
            let mut people = session["participants"].as_array().into_iter().flatten();
            people.any(|p| p["participantId"] == actor.id() && p["leaveReason"] == "removed")
        };
        if self.cast.iter().flatten().any(left) {
            self.stage.end(self.id, "completed").await?;
            return Ok(Some(Went::Otherwise("somebody was removed from it".to_owned())));
        }
        Ok(None)
    }

    /// Waits for the outcome that the script names, and compares.
    async fn outcome(&self) -> Result<Went, Failure> {
        let patience = match self.script.outcome {
            Outcome::Ended => 10,
            Outcome::Failed => self.script.window_s + 15,
        };
        let mut session = self.stage.session(self.id).await?;
        for _ in 0..patience * 4 {
            if is_over(&session) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            session = self.stage.session(self.id).await?;
        }
        let status = session["status"].as_str().unwrap_or_default();
        if status == self.script.outcome.status() {
            return Ok(Went::AsWritten);
        }
        if is_over(&session) {
            return Ok(Went::Otherwise(format!("it {status}")));
        }
        // People who joined from elsewhere keep the call; it is theirs now.
        Ok(Went::Otherwise("others are still in it".to_owned()))
    }
}
