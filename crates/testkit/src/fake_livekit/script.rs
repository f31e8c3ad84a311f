//! What a test lets happen in the rooms. Each step queues the webhooks that the real server was seen to send.

use livekit_protocol as proto;
use proto::DisconnectReason;
use proto::participant_info::State as PersonState;

use super::rooms::{Person, Room};
use super::{FakeLiveKit, Inner, Webhook};

impl FakeLiveKit {
    /// Somebody joins; the room comes to be if it is not there. The same identity twice: the older connection
    /// leaves with `DUPLICATE_IDENTITY` first. Gives the new connection's id.
    pub fn join(&self, room: &str, person: &Person) -> String {
        let inner = &self.inner;
        inner.open(room, 0, 0);
        if inner.find(room, &person.identity).is_some() {
            inner.leave(room, &person.identity, DisconnectReason::DuplicateIdentity);
        }
        let info = inner.new_person(person);
        inner.with_room(room, |r| {
            r.people.push(info.clone());
            r.info.num_participants += 1;
            vec![inner.person_event("participant_joined", r, &info)]
        });
        info.sid
    }

    /// Somebody leaves for a reason.
    ///
    /// # Panics
    /// When they are not in the room.
    pub fn leave(&self, room: &str, identity: &str, reason: DisconnectReason) {
        assert!(self.inner.leave(room, identity, reason), "{identity} is not in {room}");
    }

    /// A client of this identity began to join and did not come through: a new connection, never joined.
    pub fn abort_join(&self, room: &str, person: &Person, reason: DisconnectReason) -> String {
        let inner = &self.inner;
        let mut info = inner.new_person(person);
        info.state = PersonState::Disconnected as i32;
        info.disconnect_reason = reason as i32;
        inner.with_room(room, |r| vec![inner.person_event("participant_connection_aborted", r, &info)]);
        info.sid
    }

    /// Somebody publishes a microphone; gives the track's id.
    pub fn publish(&self, room: &str, identity: &str) -> String {
        let inner = &self.inner;
        let track = proto::TrackInfo {
            sid: inner.id("TR"),
            source: proto::TrackSource::Microphone as i32,
            mime_type: "audio/red".to_owned(),
            mid: "0".to_owned(),
            stream: "camera".to_owned(),
            ..Default::default()
        };
        inner.with_room(room, |r| {
            let Some(at) = r.people.iter().position(|p| p.identity == identity) else { return vec![] };
            r.people[at].is_publisher = true;
            r.people[at].tracks.push(track.clone());
            vec![inner.track_event("track_published", r, &r.people[at], &track)]
        });
        track.sid
    }

    /// Sets an attribute; the real server sends no webhook for that.
    pub fn set_attribute(&self, room: &str, identity: &str, name: &str, value: &str) {
        self.inner.with_room(room, |r| {
            for person in r.people.iter_mut().filter(|p| p.identity == identity) {
                person.attributes.insert(name.to_owned(), value.to_owned());
            }
            vec![]
        });
    }

    /// The room's time-out passed: agents are sent out, the room is finished.
    pub fn finish_room(&self, room: &str) {
        self.inner.close(room, DisconnectReason::RoomClosed);
    }

    /// The server is killed and started again: rooms, people and unsent webhooks are gone, and nothing is said.
    pub fn crash(&self) {
        self.inner.state.lock().rooms.clear();
        self.inner.outgoing.lock().clear();
    }

    /// Any webhook at all: queued as it is given.
    pub fn say(&self, webhook: Webhook) {
        self.inner.emit(webhook);
    }

    /// A webhook of a name, filled in by the test.
    pub fn webhook(&self, event: &str, fill: impl FnOnce(&mut proto::WebhookEvent)) -> Webhook {
        self.inner.webhook(event, fill)
    }

    /// The room's id now, when it exists.
    pub fn room_sid(&self, room: &str) -> Option<String> {
        self.inner.state.lock().rooms.get(room).map(|r| r.info.sid.clone())
    }

    /// The identities in a room.
    pub fn identities(&self, room: &str) -> Vec<String> {
        let state = self.inner.state.lock();
        state.rooms.get(room).map(|r| r.people.iter().map(|p| p.identity.clone()).collect()).unwrap_or_default()
    }

    /// The secret password in the room's webhooks, for tests that look for it where it must not be.
    pub fn turn_password(&self, room: &str) -> Option<String> {
        self.inner.state.lock().rooms.get(room).map(|r| r.info.turn_password.clone())
    }
}

impl Inner {
    /// Creates the room unless it is there; gives it.
    pub(crate) fn open(&self, name: &str, empty: u32, departure: u32) -> Room {
        let mut state = self.state.lock();
        if let Some(room) = state.rooms.get(name) {
            return room.clone();
        }
        let room = self.new_room(name, empty, departure);
        state.rooms.insert(name.to_owned(), room.clone());
        drop(state);
        self.emit(self.room_event("room_started", &room));
        room
    }

    pub(crate) fn find(&self, room: &str, identity: &str) -> Option<proto::ParticipantInfo> {
        self.state.lock().rooms.get(room)?.people.iter().find(|p| p.identity == identity).cloned()
    }

    /// Takes somebody out; whether they were there.
    pub(crate) fn leave(&self, room: &str, identity: &str, reason: DisconnectReason) -> bool {
        let mut there = false;
        // A server that hands people over or shuts down does not take their tracks down first.
        let quiet = matches!(reason, DisconnectReason::ServerShutdown | DisconnectReason::Migration);
        self.with_room(room, |r| {
            let Some(at) = r.people.iter().position(|p| p.identity == identity) else { return vec![] };
            there = true;
            let mut gone = r.people.remove(at);
            r.info.num_participants = r.info.num_participants.saturating_sub(1);
            let tracks = std::mem::take(&mut gone.tracks);
            gone.state = PersonState::Disconnected as i32;
            gone.disconnect_reason = reason as i32;
            let mut said: Vec<Webhook> = Vec::new();
            if !quiet {
                said.extend(tracks.iter().map(|t| self.track_event("track_unpublished", r, &gone, t)));
            }
            said.push(self.person_event("participant_left", r, &gone));
            said
        });
        there
    }

    /// Sends everybody out and ends the room; whether it was there.
    pub(crate) fn close(&self, name: &str, reason: DisconnectReason) -> bool {
        let Some(room) = self.state.lock().rooms.get(name).cloned() else { return false };
        for person in &room.people {
            self.leave(name, &person.identity, reason);
        }
        if let Some(room) = self.state.lock().rooms.remove(name) {
            self.emit(self.room_event("room_finished", &room));
        }
        true
    }

    /// Changes a room, if it exists, and queues what the change has to say.
    pub(crate) fn with_room(&self, name: &str, change: impl FnOnce(&mut Room) -> Vec<Webhook>) {
        let mut state = self.state.lock();
        let said = state.rooms.get_mut(name).map(change).unwrap_or_default();
        drop(state);
        for webhook in said {
            self.emit(webhook);
        }
    }
}
