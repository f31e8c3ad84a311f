//! The rooms of the fake server and who is in them.

use std::collections::{BTreeMap, HashMap};

use livekit_protocol as proto;
use proto::participant_info::{Kind, State as PersonState};

/// Somebody who joins.
#[derive(Clone, Debug)]
pub struct Person {
    /// The identity.
    pub identity: String,
    /// A name to show.
    pub name: String,
    /// The kind.
    pub kind: Kind,
    /// Attributes, `sip.callStatus` for phones.
    pub attributes: HashMap<String, String>,
    /// Metadata, from the token.
    pub metadata: String,
}

impl Person {
    /// A browser or an app.
    pub fn standard(identity: &str) -> Self {
        Self::of(identity, Kind::Standard)
    }
    /// A dispatched agent.
    pub fn agent(identity: &str) -> Self {
        Self::of(identity, Kind::Agent)
    }
    /// A phone that rings: its attribute is not yet `active`.
    pub fn ringing_phone(identity: &str) -> Self {
        let mut phone = Self::of(identity, Kind::Sip);
        phone.attributes.insert("sip.callStatus".to_owned(), "ringing".to_owned());
        phone
    }
    /// Somebody of a kind.
    pub fn of(identity: &str, kind: Kind) -> Self {
        let (name, metadata) = (String::new(), String::new());
        Self { identity: identity.to_owned(), name, kind, attributes: HashMap::new(), metadata }
    }
    /// With a name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }
}

/// A room with its people and dispatches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    pub(crate) info: proto::Room,
    pub(crate) people: Vec<proto::ParticipantInfo>,
    pub(crate) dispatches: Vec<proto::AgentDispatch>,
}

/// Everything that a crash forgets.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) rooms: BTreeMap<String, Room>,
}

impl super::Inner {
    /// A room as the real server makes it, secret password included.
    pub(crate) fn new_room(&self, name: &str, empty: u32, departure: u32) -> Room {
        let now = self.world.now();
        let codecs = [
            "audio/opus",
            "audio/red",
            "video/VP8",
            "video/H264",
            "video/VP9",
            "video/AV1",
            "video/H265",
            "audio/PCMU",
            "audio/PCMA",
            "video/rtx",
        ];
        let info = proto::Room {
            sid: self.id("RM"),
            name: name.to_owned(),
            empty_timeout: if empty == 0 { 300 } else { empty },
            departure_timeout: if departure == 0 { 20 } else { departure },
            creation_time: now.seconds(),
            creation_time_ms: now.millis(),
            turn_password: self.id("turnpw").replace("turnpw_", "TURNPASSWORD"),
            enabled_codecs: codecs
                .iter()
                .map(|m| proto::Codec { mime: (*m).to_owned(), ..Default::default() })
                .collect(),
            ..Default::default()
        };
        // Every room has this entry, with no name and never a job, for workers that take any room.
        let automatic = proto::AgentDispatch { id: self.id("AD"), room: name.to_owned(), ..Default::default() };
        Room { info, people: Vec::new(), dispatches: vec![automatic] }
    }

    /// Somebody as the real server lists them.
    pub(crate) fn new_person(&self, person: &Person) -> proto::ParticipantInfo {
        let now = self.world.now();
        let permission = proto::ParticipantPermission {
            can_subscribe: true,
            can_publish: true,
            can_publish_data: true,
            ..Default::default()
        };
        proto::ParticipantInfo {
            sid: self.id("PA"),
            identity: person.identity.clone(),
            name: person.name.clone(),
            state: PersonState::Active as i32,
            joined_at: now.seconds(),
            joined_at_ms: now.millis(),
            version: 2,
            client_protocol: 2,
            kind: person.kind as i32,
            attributes: person.attributes.clone(),
            metadata: person.metadata.clone(),
            permission: Some(permission),
            ..Default::default()
        }
    }
}
