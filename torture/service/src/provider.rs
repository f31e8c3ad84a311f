//! A media server: rooms, connections, webhooks. It knows what is true; the instances only hear of it.

use std::collections::BTreeMap;

use callboard_calls::model::ParticipantKind;
use callboard_calls::ports::{ProviderParticipant, ProviderRoom};
use callboard_kernel::Timestamp;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET, Forgery, Signer};
use serde_json::{Value, json};

use crate::core::{Core, Ev, MS, SEC, Seat, Us, Waiter};
use crate::ports::{PortAsk, PortSaid};
use crate::template::BEGIN;
use crate::wire::{Ask, Said, What};

/// An empty room stays so long after the last one left.
const DEPARTURE: Us = 20 * SEC;

/// Something that the media server does by itself.
#[derive(Clone, Debug)]
pub enum Timer {
    /// An empty room goes, if this is still its life and nobody came.
    Close(String, String, Us),
}

/// A connection of somebody to a room.
#[derive(Clone, Debug)]
pub struct Person {
    /// `PA_…`.
    pub sid: String,
    /// Since when.
    pub since: Us,
    /// Whether it is an agent.
    pub agent: bool,
}

/// A room in one of its lives.
#[derive(Clone, Debug)]
pub struct Room {
    /// `RM_…`.
    pub sid: String,
    /// Since when.
    pub since: Us,
    /// Who is in it.
    pub people: BTreeMap<String, Person>,
    /// Since when it is empty, once somebody was there.
    pub left: Option<Us>,
}

/// A webhook with its fate.
pub struct Hook {
    /// The session that it is about.
    pub session: usize,
    /// Its body.
    pub body: String,
    /// `participant_left` and so on.
    pub event: &'static str,
    /// The connection that it is about.
    pub sid: String,
    /// The room.
    pub room: String,
    /// Nobody's: it must be refused.
    pub forged: Option<Forgery>,
    /// When it happened.
    pub made: Us,
}

/// The media server.
#[derive(Default)]
pub struct Provider {
    /// Rooms by name.
    pub rooms: BTreeMap<String, Room>,
    /// Until when it does not answer.
    pub down: Us,
    /// Which session has a room of this name.
    pub owners: BTreeMap<String, usize>,
    /// Webhooks, in the order of what they tell.
    pub hooks: Vec<Hook>,
    ids: u64,
}

impl Provider {
    fn id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}_sim{:09}", self.ids)
    }
}

fn at(us: Us) -> Timestamp {
    Timestamp::from_micros(BEGIN.micros() + us)
}

impl Core {
    /// Somebody connects; `false` when the server is not there. An identity that is there already replaces itself.
    pub fn connect(&mut self, room: &str, identity: &str, agent: bool) -> bool {
        if self.provider.down > self.now {
            return false;
        }
        self.room_named(room);
        let sid = self.provider.id("PA");
        let person = Person { sid: sid.clone(), since: self.now, agent };
        let Some(found) = self.provider.rooms.get_mut(room) else { return false };
        found.left = None;
        let room_sid = found.sid.clone();
        let old = found.people.insert(identity.to_owned(), person.clone());
        self.book.connected(identity, &sid, room, &room_sid, self.now);
        self.tell(room, "participant_joined", Some((identity, &person, "")));
        if let Some(old) = old {
            self.book.disconnected(&old.sid, "DUPLICATE_IDENTITY", self.now);
            self.book.situations.add("rejoin before the old connection's leave");
            self.tell(room, "participant_left", Some((identity, &old, "DUPLICATE_IDENTITY")));
        }
        true
    }

    /// Somebody's connection ends.
    pub fn disconnect(&mut self, room: &str, identity: &str, reason: &'static str) {
        let Some(person) = self.provider.rooms.get_mut(room).and_then(|r| r.people.remove(identity)) else { return };
        self.book.disconnected(&person.sid, reason, self.now);
        self.tell(room, "participant_left", Some((identity, &person, reason)));
        if let Some(found) = self.provider.rooms.get_mut(room).filter(|r| r.people.is_empty()) {
            found.left = Some(self.now);
            let timer = Timer::Close(room.to_owned(), found.sid.clone(), self.now);
            self.after(DEPARTURE, Ev::Provider(timer));
        }
    }

    /// Whether somebody is connected.
    pub fn is_connected(&self, room: &str, identity: &str) -> bool {
        self.provider.rooms.get(room).is_some_and(|r| r.people.contains_key(identity))
    }

    fn room_named(&mut self, name: &str) -> ProviderRoom {
        if !self.provider.rooms.contains_key(name) {
            let sid = self.provider.id("RM");
            let room = Room { sid, since: self.now, people: BTreeMap::new(), left: None };
            self.provider.rooms.insert(name.to_owned(), room);
            self.tell(name, "room_started", None);
        }
        let room = &self.provider.rooms[name];
        ProviderRoom { sid: room.sid.clone(), name: name.to_owned(), created_at: at(room.since) }
    }

    /// A room goes, with everybody in it.
    pub fn close_room(&mut self, name: &str, by: &'static str) {
        let Some(room) = self.provider.rooms.get(name).cloned() else { return };
        for (identity, person) in &room.people {
            self.book.disconnected(&person.sid, "ROOM_DELETED", self.now);
            self.tell(name, "participant_left", Some((identity, person, "ROOM_DELETED")));
        }
        self.tell(name, "room_finished", None);
        self.provider.rooms.remove(name);
        self.book.rooms_closed.push((name.to_owned(), by, self.now));
    }

    /// The server crashes: all rooms are gone, and no webhook says so.
    pub fn crash_provider(&mut self, down: Us) {
        self.provider.down = self.now + down;
        for room in std::mem::take(&mut self.provider.rooms).into_values() {
            for person in room.people.values() {
                self.book.disconnected(&person.sid, "CRASH", self.now);
            }
        }
        self.trace.line(self.now, None, || "the media server crashes".to_owned());
    }

    pub(crate) fn provider_timer(&mut self, timer: &Timer) {
        let Timer::Close(name, sid, since) = timer;
        if self.provider.rooms.get(name).is_some_and(|r| r.sid == *sid && r.left == Some(*since)) {
            self.close_room(name, "empty");
        }
    }

    /// An instance asks the server; how long the answer takes, and what it is.
    pub(crate) fn ask_provider(&mut self, seat: Seat, ask: &PortAsk) -> (Us, PortSaid) {
        let cut = self.instances[seat.0].no_provider > self.now;
        if cut || self.provider.down > self.now {
            self.book.faults.add(if cut { "media server cut off" } else { "media server down" });
            return (3 * SEC, PortSaid::Nothing);
        }
        // A list may take nearly as long as anybody waits for it.
        let slow = matches!(ask, PortAsk::ListPeople(_)) && self.rng.chance(20);
        let us = if slow { self.rng.between(200, 2_500) } else { self.rng.between(1, 30) } * MS;
        let said = match ask {
            PortAsk::EnsureRoom(name) => PortSaid::Rooms(vec![self.room_named(name)]),
            PortAsk::DeleteRoom(name) => {
                self.close_room(name, "us");
                self.book.deleted.insert(name.clone());
                PortSaid::Done
            }
            PortAsk::ListRooms(names) => {
                let wanted = |n: &&String| names.is_empty() || names.contains(n);
                let found: Vec<String> = self.provider.rooms.keys().filter(wanted).cloned().collect();
                PortSaid::Rooms(found.iter().map(|n| self.room_named(n)).collect())
            }
            PortAsk::ListPeople(name) => {
                self.instances[seat.0].polls.insert(name.clone(), false);
                PortSaid::People(self.people_of(name))
            }
            PortAsk::Remove(name, identity) => {
                self.disconnect(name, identity, "PARTICIPANT_REMOVED");
                PortSaid::Done
            }
            PortAsk::Post { .. } => PortSaid::Nothing,
        };
        (us, said)
    }

    fn people_of(&self, room: &str) -> Vec<ProviderParticipant> {
        let people = self.provider.rooms.get(room).into_iter().flat_map(|r| &r.people);
        people
            .map(|(identity, p)| ProviderParticipant {
                sid: p.sid.clone(),
                identity: identity.clone(),
                name: String::new(),
                kind: if p.agent { ParticipantKind::Agent } else { ParticipantKind::Standard },
                active: true,
                joined_at: at(p.since),
            })
            .collect()
    }

    /// Makes a webhook and decides its fate: lost, late, repeated.
    fn tell(&mut self, room: &str, event: &'static str, who: Option<(&str, &Person, &str)>) {
        let Some(&session) = self.provider.owners.get(room) else { return };
        let Some(found) = self.provider.rooms.get(room) else { return };
        let id = format!("EV_sim{:09}", self.provider.hooks.len());
        let body = body(event, &id, (room, found), who, self.now);
        let sid = who.map(|(_, p, _)| p.sid.clone()).unwrap_or_default();
        let n = self.provider.hooks.len();
        self.trace.line(self.now, Some(session), || {
            let who = who.map(|(i, p, r)| format!(" {i} {} {r}", p.sid)).unwrap_or_default();
            format!("media server: {event}{who} in {} (webhook {n})", found.sid)
        });
        let room = room.to_owned();
        self.provider.hooks.push(Hook { session, body, event, sid, room, forged: None, made: self.now });
        if self.rng.chance(3) {
            self.forge(&self.provider.hooks[n].room.clone());
        }
        let weather = &self.weather;
        let (lost, late, again) = (weather.hook_lost, weather.hook_late, weather.hook_again);
        if self.rng.chance(lost) {
            self.book.faults.add("webhook lost");
            self.trace.line(self.now, Some(session), || format!("webhook {n} is lost"));
            return;
        }
        let us = if self.rng.chance(late) { self.rng.between(500, 40_000) } else { self.rng.between(5, 300) } * MS;
        self.after(us, Ev::Hook(n, 1));
        if self.rng.chance(again) {
            self.book.faults.add("webhook repeated");
            let us = us + self.rng.between(1, 20_000) * MS;
            self.after(us, Ev::Hook(n, 1));
        }
    }

    /// Somebody who does not know the secret says that everybody has left.
    pub fn forge(&mut self, room: &str) {
        let Some(&session) = self.provider.owners.get(room) else { return };
        let Some(found) = self.provider.rooms.get(room) else { return };
        let Some((identity, person)) = found.people.iter().next() else { return };
        let id = format!("EV_forged{:06}", self.provider.hooks.len());
        let body =
            body("participant_left", &id, (room, found), Some((identity, person, "PARTICIPANT_REMOVED")), self.now);
        let plain = self.rng.chance(40);
        let forged = Some(if plain { Forgery::WrongSecret } else { *self.rng.pick(&Forgery::ALL) });
        let (n, sid) = (self.provider.hooks.len(), person.sid.clone());
        let hook =
            Hook { session, body, event: "participant_left", sid, room: room.to_owned(), forged, made: self.now };
        self.provider.hooks.push(hook);
        self.book.faults.add("forged webhook");
        self.after(10 * MS, Ev::Hook(n, 1));
    }

    pub(crate) fn send_hook(&mut self, n: usize, nth: u32) {
        let hook = &self.provider.hooks[n];
        if nth == 1 && self.book.hooks_sent.last().is_some_and(|last| *last > n) {
            self.book.faults.add("webhook out of order");
        }
        self.book.hooks_sent.push(n);
        let signer = Signer::new(API_KEY, API_SECRET);
        let signed = match hook.forged {
            None => signer.sign(&hook.body, at(self.now)),
            Some(how) => signer.forge(&hook.body, at(self.now), how),
        };
        let ask = Ask {
            what: What::Hook,
            session: hook.session,
            method: "POST",
            path: "/v1/call/livekit/events".to_owned(),
            authorization: signed.authorization.unwrap_or_default(),
            idempotency: None,
            body: signed.body,
        };
        self.send(ask, Waiter::Hook(n, nth));
    }

    pub(crate) fn hook_answered(&mut self, n: usize, nth: u32, said: &Said) {
        let hook = &self.provider.hooks[n];
        if hook.forged.is_some() {
            if said.good().is_some() {
                let what = format!("a forged webhook ({:?}) was accepted", hook.forged);
                self.book.violation(Some(hook.session), what);
            }
            return;
        }
        if said.good().is_none() {
            if matches!(said, Said::Answer(400..=499, _)) {
                let what = format!("a genuine webhook was refused: {}", said.code());
                self.book.violation(Some(hook.session), what);
            } else if nth < 3 {
                self.after(SEC, Ev::Hook(n, nth + 1));
            } else {
                self.book.faults.add("webhook given up");
            }
            return;
        }
        for poll in self.instances.iter_mut().filter_map(|i| i.polls.get_mut(&hook.room)) {
            if !std::mem::replace(poll, true) {
                self.book.situations.add("a poll's conclusion against a webhook that it missed");
            }
        }
        let (event, sid) = (hook.event, hook.sid.clone());
        self.book.hook_taken(event, &sid, self.now);
    }
}

/// A webhook as LiveKit writes it: camelCase, 64-bit numbers as texts, names of enums.
fn body(event: &str, id: &str, room: (&str, &Room), who: Option<(&str, &Person, &str)>, now: Us) -> String {
    let mut body = json!({
        "event": event, "id": id, "createdAt": at(now).seconds().to_string(),
        "room": {
            "sid": room.1.sid, "name": room.0, "emptyTimeout": 300, "departureTimeout": 20,
            "creationTime": at(room.1.since).seconds().to_string(),
            "creationTimeMs": at(room.1.since).millis().to_string(),
        },
    });
    if let Some((identity, person, reason)) = who {
        let mut about = json!({
            "sid": person.sid, "identity": identity, "state": "ACTIVE",
            "joinedAt": at(person.since).seconds().to_string(), "joinedAtMs": at(person.since).millis().to_string(),
        });
        if person.agent {
            about["kind"] = Value::from("AGENT");
        }
        if !reason.is_empty() {
            about["state"] = Value::from("DISCONNECTED");
            about["disconnectReason"] = Value::from(reason);
        }
        body["participant"] = about;
    }
    body.to_string()
}
