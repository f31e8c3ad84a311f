//! A call on a stage: short scripts of what happens, short lines of what the log then holds.
//!
//! Steps are separated by `;`: `@5` sets the clock to second 5, `in R2` the room of later facts, `^3` the second at
//! which the next fact is said to have happened. Identities: `ann`, `bob` are minted callers, `agt` a minted agent,
//! `obs` a minted observer; others are met, and their first two letters choose the provider's kind.

use callboard_contracts::call::{Channel, Direction, EndReason, ParticipantKind, ParticipantRole, TrackKind};
use callboard_contracts::{EventType, validate_in_session};
use callboard_kernel::{ParticipantId, SessionId, TenantId, Timestamp};

use crate::decide::{Ask, FreshIds, ProviderFields, Report};
use crate::model::{Call, ConnectionState, ParticipantRow, Pending, Phase, Session, SessionState, Status};
use crate::provider::{FactKind, LeaveReason, Peer, ProviderFact};

pub(super) const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// A call that plays a script.
#[derive(Clone)]
pub(super) struct Stage {
    pub call: Call,
    pub now: Timestamp,
    pub log: Vec<Pending>,
    room: String,
    said_at: Option<Timestamp>,
    fresh: u32,
}

pub(super) fn pid(name: &str) -> ParticipantId {
    ParticipantId::from_stored(format!("par_{name}"))
}

fn minted(name: &str, role: ParticipantRole) -> ParticipantRow {
    let agent = role == ParticipantRole::Agent;
    ParticipantRow {
        id: pid(name),
        identity: name.to_owned(),
        kind: if agent { ParticipantKind::Agent } else { ParticipantKind::Standard },
        role: Some(role),
        name: None,
        user: None,
        phase: Phase::Invited,
        since: T0,
        deadline: None,
        attempt: 0,
        lost_at: None,
        reported_lost_at: None,
        generation: 1,
        created_at: T0,
    }
}

fn session() -> Session {
    Session {
        tenant: TenantId::from_stored("ten_1".to_owned()),
        id: SessionId::from_stored("ses_1".to_owned()),
        owner: None,
        channel: Channel::Voice,
        direction: Direction::Inbound,
        correlation_id: None,
        provider: "livekit".to_owned(),
        provider_room_id: Some("cb_room".to_owned()),
        provider_participant_id: None,
        provider_call_id: None,
        metadata: serde_json::Map::new(),
        max_duration_ms: None,
        reconnect_window_ms: 120_000,
        leave_grace_ms: 10_000,
        created_at: T0,
        version: 1,
        provider_version: 0,
        missing_polls: 0,
        connection: ConnectionState::Idle,
        slot_held: false,
        last_error: None,
        erased_at: None,
        state: SessionState {
            status: Status::Created,
            started_at: None,
            ended_at: None,
            failed_at: None,
            end_reason: None,
        },
    }
}

pub(super) fn peer(identity: &str, sid: &str) -> Peer {
    let kind = match identity.get(..2) {
        Some("ph") => ParticipantKind::Phone,
        Some("ai" | "ag") => ParticipantKind::Agent,
        Some("eg") => ParticipantKind::Egress,
        Some("in") => ParticipantKind::Ingress,
        Some("ot") => ParticipantKind::Other,
        _ => ParticipantKind::Standard,
    };
    Peer { sid: sid.to_owned(), identity: identity.to_owned(), name: None, kind, active: true }
}

fn reason(text: &str) -> LeaveReason {
    match text {
        "client" => LeaveReason::ClientInitiated,
        "twin" => LeaveReason::DuplicateIdentity,
        "timeout" => LeaveReason::ConnectionTimeout,
        "removed" => LeaveReason::ParticipantRemoved,
        "deleted" => LeaveReason::RoomDeleted,
        "rejected" => LeaveReason::UserRejected,
        "shutdown" => LeaveReason::ServerShutdown,
        "migration" => LeaveReason::Migration,
        "signal" => LeaveReason::SignalClose,
        "closed" => LeaveReason::RoomClosed,
        "absent" => LeaveReason::Absent,
        other => LeaveReason::Other(other.to_owned()),
    }
}

impl Stage {
    pub fn new() -> Self {
        let participants = vec![
            minted("ann", ParticipantRole::Caller),
            minted("bob", ParticipantRole::Caller),
            minted("agt", ParticipantRole::Agent),
            minted("obs", ParticipantRole::Observer),
        ];
        let (connections, rooms, pending) = (Vec::new(), Vec::new(), Vec::new());
        let call = Call { session: session(), participants, connections, rooms, sequence: 1, pending, note: None };
        Self { call, now: T0, log: Vec::new(), room: "R1".to_owned(), said_at: None, fresh: 0 }
    }

    /// Plays a script from the beginning.
    pub fn play(script: &str) -> Self {
        let mut stage = Self::new();
        stage.go(script);
        stage
    }

    pub fn go(&mut self, script: &str) {
        for step in script.split(';') {
            let words: Vec<&str> = step.split_whitespace().collect();
            if let Some((verb, rest)) = words.split_first() {
                self.step(verb, rest);
                self.settle();
            }
        }
    }

    fn second(text: &str) -> Timestamp {
        T0.plus_ms((text.parse::<f64>().expect("seconds") * 1_000.0) as i64)
    }

    fn step(&mut self, verb: &str, w: &[&str]) {
        let now = self.now;
        let report = |connected: bool, w: &[&str]| Report {
            report_id: w[1].to_owned(),
            connected,
            kind: "signal".to_owned(),
            lost_for_ms: w.get(2).map(|ms| ms.parse().expect("milliseconds")),
        };
        let fields = ProviderFields::default();
        match verb {
            "in" => w[0].clone_into(&mut self.room),
            "leave" => self.call.leave(&pid(w[0]), "left", now),
            "lost" => drop(self.call.report(&pid(w[0]), &report(false, w), now)),
            "back" => drop(self.call.report(&pid(w[0]), &report(true, w), now)),
            "expire" => self.call.expire(now),
            "miss" => self.call.room_missing(now),
            "poll" => self.poll(w),
            "activate" => drop(self.call.change_state(&Ask::Activate(fields), "call_1", now)),
            "end" => drop(self.call.change_state(&Ask::End(EndReason::Completed, fields), "call_1", now)),
            "fail" => {
                let ask = Ask::Fail("CODE".to_owned(), "why".to_owned(), fields);
                drop(self.call.change_state(&ask, "call_1", now));
            }
            _ if verb.starts_with('@') => self.now = Self::second(&verb[1..]),
            _ if verb.starts_with('^') => self.said_at = Some(Self::second(&verb[1..])),
            _ => {
                let what = Self::what(verb, w);
                let at = self.said_at.take().unwrap_or(now);
                let room_sid = if verb == "room" || verb == "finish" { w[0].to_owned() } else { self.room.clone() };
                self.apply(&ProviderFact { room_sid, at, inferred: false, what });
            }
        }
    }

    fn what(verb: &str, w: &[&str]) -> FactKind {
        let someone = || peer(w[0], w[1]);
        let own = |text: &str| text.to_owned();
        match verb {
            "room" => FactKind::RoomStarted,
            "finish" => FactKind::RoomFinished,
            "join" => FactKind::Joined(someone()),
            "ring" => FactKind::Joined(Peer { active: false, ..someone() }),
            "left" => FactKind::Left(Peer { active: false, ..someone() }, reason(w[2])),
            "abort" => FactKind::ConnectionAborted(someone(), reason(w[2])),
            "pub" => FactKind::TrackPublished { peer: someone(), track_sid: own(w[2]), kind: TrackKind::Audio },
            "unpub" => FactKind::TrackUnpublished { peer: someone(), track_sid: own(w[2]), kind: TrackKind::Audio },
            "rec" => FactKind::RecordingStarted { recording_id: own(w[0]), status: Some(String::new()) },
            "recend" => FactKind::RecordingEnded {
                recording_id: own(w[0]),
                status: Some("egress_complete".to_owned()),
                uri: Some(" ".to_owned()),
                error: w.get(1).map(|e| own(e)),
            },
            "say" => FactKind::Transcript {
                source_id: own(w[1]),
                identity: Some(own(w[0])),
                utterance_id: own(w[1]),
                text: w[2..].join(" "),
                is_final: true,
                start_ms: 5,
                end_ms: 1,
                language: None,
            },
            "signal" => FactKind::ActionSignal {
                source_id: own(w[0]),
                action_id: own(w[0]),
                action_type: own("refund"),
                summary: own("asked"),
            },
            other => panic!("no step {other}"),
        }
    }

    pub fn apply(&mut self, fact: &ProviderFact) {
        self.fresh += 1;
        let fresh = FreshIds { participant: pid(&format!("met{}", self.fresh)), call: "call_1".to_owned() };
        let now = self.now;
        self.call.note = None;
        self.call.apply(fact, &fresh, now);
        self.settle();
    }

    /// `poll R1 ann:A1 ph1:P1?` (`?`: not active).
    fn poll(&mut self, w: &[&str]) {
        let listed: Vec<Peer> = w[1..]
            .iter()
            .map(|entry| {
                let (identity, sid) = entry.split_once(':').expect("identity:sid");
                Peer { active: !sid.ends_with('?'), ..peer(identity, sid.trim_end_matches('?')) }
            })
            .collect();
        let now = self.now;
        self.call.session.missing_polls = 0;
        for fact in self.call.missed_facts(w[0], &listed, now) {
            self.apply(&fact);
        }
    }

    /// What the command does after the rules: facts that the log has are skipped, the others must be lawful.
    pub fn settle(&mut self) {
        for p in std::mem::take(&mut self.call.pending) {
            if self.log.iter().any(|known| known.event_id == p.event_id) {
                continue;
            }
            let text = p.payload.to_string();
            assert_eq!(validate_in_session(p.ty, "ses_1", &text), Ok(()), "{:?} {text}", p.ty);
            self.call.sequence += 1;
            self.log.push(p);
        }
    }

    fn name(&self, p: &Pending) -> String {
        let id = p.payload["participantId"].as_str().unwrap_or("-");
        self.call.participants.iter().find(|p| p.id.as_str() == id).map_or("-", |p| &p.identity).to_owned()
    }

    fn line(&self, p: &Pending) -> String {
        let (who, v) = (self.name(p), |name: &str| p.payload[name].as_str().unwrap_or("-").to_owned());
        match p.ty {
            EventType::CallConnecting => "connecting".to_owned(),
            EventType::CallConnected => "connected".to_owned(),
            EventType::CallParticipantJoined => format!("+{who}"),
            EventType::CallParticipantLeft => format!("-{who} {}", v("reason")),
            EventType::CallReconnecting => format!("lost {who} {}", p.payload["attempt"]),
            EventType::CallResumed => format!("back {who} {}", p.payload["gapMs"]),
            EventType::CallEnded => format!("ended {}", v("endReason")),
            EventType::CallError => format!("error {}", v("code")),
            EventType::CallTerminalFailure => format!("failed {}", v("code")),
            EventType::CallTrackPublished => format!("track+ {who}"),
            EventType::CallTrackUnpublished => format!("track- {who}"),
            EventType::CallRecordingStarted => "rec+".to_owned(),
            EventType::CallRecordingEnded => "rec-".to_owned(),
            EventType::TranscriptFinal => format!("said {} {who}", v("speaker")),
            other => other.as_str().to_owned(),
        }
    }

    /// The log in short.
    pub fn told(&self) -> String {
        self.log.iter().map(|p| self.line(p)).collect::<Vec<_>>().join(", ")
    }

    /// Who is in the call, with the phase.
    pub fn phase(&self, identity: &str) -> Phase {
        self.call.participants.iter().find(|p| p.identity == identity).expect("somebody known").phase
    }

    /// What must hold after any history.
    pub fn check_invariants(&self) {
        let count = |ty| self.log.iter().filter(|p| p.ty == ty).count();
        assert!(count(EventType::CallConnecting) <= 1 && count(EventType::CallConnected) <= 1, "{}", self.told());
        assert!(count(EventType::CallEnded) + count(EventType::CallTerminalFailure) <= 1, "{}", self.told());
        for p in &self.call.participants {
            let own = |log: &Pending| log.payload["participantId"] == p.id.as_str();
            let (mut inside, mut lost) = (false, false);
            for e in self.log.iter().filter(|e| own(e)) {
                match e.ty {
                    EventType::CallParticipantJoined => {
                        assert!(!inside, "{} joins twice: {}", p.identity, self.told());
                        (inside, lost) = (true, false);
                    }
                    EventType::CallParticipantLeft => {
                        assert!(inside, "{} leaves from outside: {}", p.identity, self.told());
                        inside = false;
                    }
                    EventType::CallReconnecting => {
                        assert!(inside && !lost, "{} is lost twice: {}", p.identity, self.told());
                        lost = true;
                    }
                    EventType::CallResumed => {
                        assert!(inside && lost, "{} is back unlost: {}", p.identity, self.told());
                        lost = false;
                    }
                    _ => {}
                }
            }
            assert_eq!(inside, p.phase.is_present(), "{}: {:?}, {}", p.identity, p.phase, self.told());
        }
    }
}

/// Plays a script and compares the log and `status connection`.
#[track_caller]
pub(super) fn check(name: &str, script: &str, log: &str, state: &str) {
    let stage = Stage::play(script);
    stage.check_invariants();
    assert_eq!(stage.told(), log, "{name}");
    let now = format!("{} {}", stage.call.status(), stage.call.connection());
    assert_eq!(now, state, "{name}");
}
