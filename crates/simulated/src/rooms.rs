//! What happens in rooms, and what the server has to say about it. Pure: the time and the randomness are given.

use std::collections::BTreeMap;

use callboard_calls::ports::RoomOptions;
use callboard_kernel::{Entropy, Timestamp};

use crate::hooks::{about_person, about_room, about_track, id};
use crate::model::{Hook, LIFE_MS, Person, Reason, Room, Ticket};

/// Every room of this server.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    rooms: BTreeMap<String, Room>,
}

/// When, and by which chance.
pub(crate) struct At<'a> {
    pub now: Timestamp,
    pub entropy: &'a mut Entropy,
}

impl Rooms {
    /// Creates the room unless it is there.
    pub(crate) fn ensure(&mut self, name: &str, options: RoomOptions, at: &mut At<'_>) -> (Room, Vec<Hook>) {
        if let Some(room) = self.rooms.get(name) {
            return (room.clone(), Vec::new());
        }
        let room = Room {
            sid: id("RM", at.now, at.entropy),
            name: name.to_owned(),
            options,
            created_at: at.now,
            people: Vec::new(),
            empty_since: Some(at.now),
            used: false,
        };
        let said = vec![about_room("room_started", &room, at.now, at.entropy)];
        self.rooms.insert(name.to_owned(), room.clone());
        (room, said)
    }

    /// Somebody connects. The same identity twice: the older connection leaves first. A room that a crash took away is
    /// made again from the token.
    pub(crate) fn connect(&mut self, ticket: &Ticket, token_hash: &str, at: &mut At<'_>) -> (Room, Person, Vec<Hook>) {
        let mut said = self.leave_identity(&ticket.room, &ticket.identity, Reason::DuplicateIdentity, at);
        let person = Person {
            sid: id("PA", at.now, at.entropy),
            identity: ticket.identity.clone(),
            name: ticket.name.clone(),
            agent: ticket.agent,
            metadata: ticket.metadata.clone(),
            can_publish: ticket.can_publish,
            joined_at: at.now,
            heard_at: at.now,
            token_hash: token_hash.to_owned(),
            track: None,
        };
        let (mut room, started) = self.ensure(&ticket.room, ticket.options, at);
        said.extend(started);
        room.people.push(person.clone());
        room.empty_since = None;
        room.used = true;
        self.rooms.insert(ticket.room.clone(), room.clone());
        said.push(about_person(&room, &person, None, at.now, at.entropy));
        (room, person, said)
    }

    fn place(&mut self, token_hash: &str) -> Option<(&mut Room, usize)> {
        self.rooms.values_mut().find_map(|room| {
            let n = room.people.iter().position(|p| p.token_hash == token_hash)?;
            Some((room, n))
        })
    }

    /// Notes that a client is there; `None` when its connection is over.
    pub(crate) fn heard(&mut self, token_hash: &str, now: Timestamp) -> Option<()> {
        let (room, n) = self.place(token_hash)?;
        room.people[n].heard_at = now;
        Some(())
    }

    /// Publishes a microphone, once; `None` when the connection is over, `Some(None)` when it may not publish.
    pub(crate) fn publish(&mut self, token_hash: &str, at: &mut At<'_>) -> Option<Option<(String, Vec<Hook>)>> {
        let (room, n) = self.place(token_hash)?;
        if !room.people[n].can_publish {
            return Some(None);
        }
        room.people[n].heard_at = at.now;
        if let Some(track) = room.people[n].track.clone() {
            return Some(Some((track, Vec::new())));
        }
        let track = id("TR", at.now, at.entropy);
        room.people[n].track = Some(track.clone());
        let said = about_track("track_published", room, &room.people[n], &track, at.now, at.entropy);
        Some(Some((track, vec![said])))
    }

    /// Ends a connection; `None` when it is over already.
    pub(crate) fn leave(&mut self, token_hash: &str, reason: Reason, at: &mut At<'_>) -> Option<Vec<Hook>> {
        let (room, n) = self.place(token_hash)?;
        Some(go(room, n, reason, at))
    }

    /// Sends one identity out; nothing when it is not there.
    pub(crate) fn leave_identity(&mut self, room: &str, identity: &str, reason: Reason, at: &mut At<'_>) -> Vec<Hook> {
        let Some(room) = self.rooms.get_mut(room) else { return Vec::new() };
        match room.people.iter().position(|p| p.identity == identity) {
            Some(n) => go(room, n, reason, at),
            None => Vec::new(),
        }
    }

    /// Ends a room with everybody in it; nothing when it is not there.
    pub(crate) fn close(&mut self, name: &str, reason: Reason, at: &mut At<'_>) -> Vec<Hook> {
        let Some(mut room) = self.rooms.remove(name) else { return Vec::new() };
        let mut said = Vec::new();
        while !room.people.is_empty() {
            said.extend(go(&mut room, 0, reason, at));
        }
        said.push(about_room("room_finished", &room, at.now, at.entropy));
        said
    }

    /// What time does: clients that were not heard of are lost, rooms that stay empty are closed.
    pub(crate) fn tick(&mut self, at: &mut At<'_>) -> Vec<Hook> {
        let mut said = Vec::new();
        for room in self.rooms.values_mut() {
            while let Some(n) = room.people.iter().position(|p| at.now.since_ms(p.heard_at) >= LIFE_MS) {
                said.extend(go(room, n, Reason::ConnectionTimeout, at));
            }
        }
        let over = |room: &&Room| {
            let patience = if room.used { room.options.departure_timeout_s } else { room.options.empty_timeout_s };
            room.empty_since.is_some_and(|since| at.now.since_ms(since) >= i64::from(patience) * 1_000)
        };
        let closed: Vec<String> = self.rooms.values().filter(over).map(|r| r.name.clone()).collect();
        for name in closed {
            said.extend(self.close(&name, Reason::RoomClosed, at));
        }
        said
    }

    /// A room as it is now.
    pub(crate) fn get(&self, name: &str) -> Option<&Room> {
        self.rooms.get(name)
    }

    /// Every room.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Room> {
        self.rooms.values()
    }

    /// A crash: everything is gone and nothing is said.
    pub(crate) fn forget(&mut self) {
        self.rooms.clear();
    }
}

fn go(room: &mut Room, n: usize, reason: Reason, at: &mut At<'_>) -> Vec<Hook> {
    let gone = room.people.remove(n);
    if room.people.is_empty() {
        room.empty_since = Some(at.now);
    }
    let track = gone.track.as_ref().map(|t| about_track("track_unpublished", room, &gone, t, at.now, at.entropy));
    let left = about_person(room, &gone, Some(reason), at.now, at.entropy);
    track.into_iter().chain([left]).collect()
}

#[cfg(test)]
#[path = "rooms_tests.rs"]
mod tests;
