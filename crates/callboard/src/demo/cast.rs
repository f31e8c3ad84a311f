//! One participant of a simulated call: a client of the public API and of the simulated media server, as a page or an
//! agent is.

use std::sync::Arc;
use std::time::Duration;

use callboard_kernel::{Timestamp, World};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::pace::Chance;
use super::script::{Part, Role};
use crate::terminal::client::{Failure, Server, escaped};

/// How often something is asked for again while the server is busy or something has still to arrive.
const TRIES: u32 = 200;
/// The pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The wait after a refusal that passes by itself, such as a rate limit.
const CALM: Duration = Duration::from_secs(2);

/// The server's clock and the zero of a call's transcript times, as its participants know them.
#[derive(Clone)]
pub struct Clock {
    world: Arc<dyn World>,
    ahead_ms: i64,
    /// When the call was connected, by the server's clock.
    pub zero: Option<Timestamp>,
}

impl Clock {
    /// A clock that has not heard of the server's yet.
    pub fn new(world: Arc<dyn World>) -> Self {
        Self { world, ahead_ms: 0, zero: None }
    }

    fn read(&mut self, server_time: &Value) {
        if let Some(at) = server_time.as_str().and_then(Timestamp::parse_rfc3339) {
            self.ahead_ms = at.since_ms(self.world.now());
        }
    }

    /// Milliseconds since the call was connected, as the server counts them.
    pub fn call_ms(&self) -> i64 {
        let now = self.world.now().plus_ms(self.ahead_ms);
        self.zero.map_or(0, |zero| now.since_ms(zero).max(0))
    }
}

/// A connection to the simulated media server; its pings end with it.
struct Connection {
    token: String,
    pings: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.pings.abort();
    }
}

/// Somebody in a call.
pub struct Actor {
    role: Role,
    session: String,
    /// Speaks to the server under the session pass.
    own: Server,
    participant: String,
    resume_token: String,
    connection: Option<Connection>,
    utterances: u32,
    reports: u32,
    lost_at: Option<i64>,
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    let found = value[name].as_str().map(str::to_owned);
    found.ok_or_else(|| Failure::Unreachable(format!("the server's answer has no {name}; is it of another version?")))
}

/// Asks until the answer is not "later": a rate limit, a server that is busy.
pub async fn patient(server: &Server, path: &str, body: &Value) -> Result<Value, Failure> {
    let mut tries = 0;
    loop {
        match server.post(path, body).await {
            Err(Failure::Refused { status: 429 | 503, .. }) if tries < 30 => {
                tries += 1;
                tokio::time::sleep(CALM).await;
            }
            other => return other,
        }
    }
}

impl Actor {
    /// Takes a seat: by a join link, as a person does, or by the token route, as a builder's own page does.
    pub async fn seated(
        by: &Server,
        session: &str,
        role: &Role,
        by_link: bool,
        clock: &mut Clock,
    ) -> Result<(Self, Value), Failure> {
        let path = format!("/v1/call/sessions/{}", escaped(session));
        let seat = if by_link {
            let ask = json!({ "kind": role.part.as_str(), "displayName": role.name });
            let link = patient(by, &format!("{path}/join-links"), &ask).await?;
            let url = text(&link, "joinUrl")?;
            let token = url.split_once('#').map_or("", |(_, token)| token);
            patient(by, "/v1/join", &json!({ "token": token })).await?
        } else {
            let ask = json!({ "kind": role.part.as_str(), "participantName": role.name });
            patient(by, &format!("{path}/livekit/token"), &ask).await?
        };
        clock.read(&seat["serverTime"]);
        let actor = Self {
            role: role.clone(),
            session: session.to_owned(),
            own: by.as_bearer(text(&seat, "pass")?.into()),
            participant: text(&seat, "participantId")?,
            resume_token: text(&seat, "resumeToken")?,
            connection: None,
            utterances: 0,
            reports: 0,
            lost_at: None,
        };
        Ok((actor, seat["transport"].clone()))
    }

    /// The participant's id.
    pub fn id(&self) -> &str {
        &self.participant
    }

    /// Connects to the media server with a transport, and switches the microphone on.
    pub async fn connect(&mut self, transport: &Value) -> Result<(), Failure> {
        if transport["provider"] != "simulated" {
            return Err(Failure::Usage("this call is not on the simulated media server".to_owned()));
        }
        let ask = json!({ "accessToken": text(transport, "accessToken")? });
        let opened = self.own.post("/v1/simulated/connect", &ask).await?;
        let token = text(&opened, "connectionToken")?;
        let every = Duration::from_millis(opened["pingEveryMs"].as_u64().unwrap_or(5_000));
        self.connection = Some(Connection { pings: tokio::spawn(ping(self.own.clone(), token.clone(), every)), token });
        if self.role.part != Part::Observer {
            self.media("publish").await?;
        }
        Ok(())
    }

    async fn media(&self, what: &str) -> Result<(), Failure> {
        let Some(connection) = &self.connection else { return Ok(()) };
        self.own.post(&format!("/v1/simulated/{what}"), &json!({ "connectionToken": connection.token })).await?;
        Ok(())
    }

    /// Waits until the call shows this participant in a state: the media server's word has arrived. Gives the session.
    pub async fn seen_as(&self, by: &Server, state: &str) -> Result<Value, Failure> {
        let path = format!("/v1/call/sessions/{}", escaped(&self.session));
        for _ in 0..TRIES {
            let session = by.get(&path).await?;
            let people = session["participants"].as_array().cloned().unwrap_or_default();
            let shown = people.iter().find(|p| p["participantId"] == self.participant.as_str());
            if shown.is_some_and(|p| p["state"] == state) || is_over(&session) {
                return Ok(session);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Err(Failure::Unreachable(format!(
            "{} did not turn {state} within 10 s: no webhook of the simulated media server arrived",
            self.role.name
        )))
    }

    /// Speaks: what has been heard so far, again and again, and at the end all of it.
    pub async fn say(&mut self, words: &str, chance: &mut Chance, clock: &Clock) -> Result<(), Failure> {
        self.utterances += 1;
        let id = format!("{}-{}", self.role.word, self.utterances);
        self.agent_state("speaking").await?;
        let begun = clock.call_ms();
        for (n, heard) in chance.spoken(words).into_iter().enumerate() {
            tokio::time::sleep(heard.after).await;
            let kind = if heard.last { "transcript.final" } else { "transcript.partial" };
            let (speaker, source) = if self.role.part == Part::Agent { ("agent", "agent") } else { ("user", "speech") };
            let payload = json!({
                "utteranceId": id, "participantId": self.participant, "speaker": speaker, "source": source,
                "text": heard.text, "startMs": begun, "endMs": clock.call_ms().max(begun), "language": "en",
            });
            self.append(kind, &format!("sim-{id}-{n}"), payload).await?;
        }
        self.agent_state("listening").await
    }

    async fn agent_state(&self, state: &str) -> Result<(), Failure> {
        if self.role.part != Part::Agent {
            return Ok(());
        }
        let id = format!("sim-{}-{}-{state}", self.role.word, self.utterances);
        let payload = json!({ "callId": self.session, "participantId": self.participant, "state": state });
        self.append("call.agent.state_changed", &id, payload).await
    }

    async fn append(&self, kind: &str, id: &str, payload: Value) -> Result<(), Failure> {
        let event = json!({ "eventId": id, "sessionId": self.session, "type": kind, "payload": payload });
        patient(&self.own, "/v1/realtime/events", &event).await.map(drop)
    }

    /// The network goes: the page notices and says so, and the media server hears nothing any more.
    pub async fn lose(&mut self, by: &Server, clock: &Clock) -> Result<(), Failure> {
        self.lost_at = Some(clock.call_ms());
        self.report("reconnecting", None).await?;
        self.media("drop").await?;
        self.connection = None;
        self.seen_as(by, "reconnecting").await.map(drop)
    }

    async fn report(&mut self, state: &str, lost_ms: Option<i64>) -> Result<(), Failure> {
        self.reports += 1;
        let mut ask = json!({ "reportId": format!("r{}", self.reports), "state": state, "kind": "media" });
        if let Some(ms) = lost_ms {
            ask["lostForMs"] = json!(ms.clamp(0, 3_600_000));
        }
        let path = format!("/v1/call/sessions/{}/participants/{}/connection", escaped(&self.session), self.participant);
        patient(&self.own, &path, &ask).await.map(drop)
    }

    /// Comes back: the resume token gives a new one, what was missed, and a transport.
    pub async fn come_back(&mut self, by: &Server, clock: &mut Clock) -> Result<(), Failure> {
        let ask = json!({ "resumeToken": self.resume_token, "consumerId": format!("page-{}", self.role.word) });
        let path = format!("/v1/call/sessions/{}/reconnect", escaped(&self.session));
        let back = patient(&self.own, &path, &ask).await?;
        self.resume_token = text(&back, "resumeToken")?;
        clock.read(&back["serverTime"]);
        self.connect(&back["transport"]).await?;
        self.seen_as(by, "connected").await?;
        let lost = self.lost_at.take().map(|at| clock.call_ms() - at);
        self.report("connected", lost).await
    }

    /// Hangs up: the call is told first, then the connection is closed.
    pub async fn leave(&mut self) -> Result<(), Failure> {
        patient(&self.own, &format!("/v1/call/sessions/{}/leave", escaped(&self.session)), &json!({})).await?;
        self.hang_up().await;
        Ok(())
    }

    /// Closes the connection, when there is one. The server may have closed it already.
    pub async fn hang_up(&mut self) {
        if let Err(failure) = self.media("disconnect").await {
            tracing::debug!("A simulated connection was closed already: {failure}");
        }
        self.connection = None;
    }
}

/// Whether a session has its outcome.
pub fn is_over(session: &Value) -> bool {
    matches!(session["status"].as_str(), Some("ended" | "failed"))
}

/// Says again and again that the client is there, until the connection is over.
async fn ping(own: Server, token: String, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        if let Err(Failure::Refused { status: 404, .. }) =
            own.post("/v1/simulated/ping", &json!({ "connectionToken": token })).await
        {
            return;
        }
    }
}
