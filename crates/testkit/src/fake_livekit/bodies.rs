//! Webhook bodies. Written by LiveKit's own types: camelCase, 64-bit integers as strings, enums by name, zero
//! fields absent, `createdAt` in seconds.

use livekit_protocol as proto;

use super::Webhook;
use super::rooms::Room;

impl super::Inner {
    /// A webhook with everything that the event carries.
    pub(crate) fn webhook(&self, event: &str, fill: impl FnOnce(&mut proto::WebhookEvent)) -> Webhook {
        let mut body = proto::WebhookEvent {
            event: event.to_owned(),
            id: self.id("EV"),
            created_at: self.world.now().seconds(),
            ..Default::default()
        };
        fill(&mut body);
        let text = serde_json::to_string(&body).expect("LiveKit's own types can be written");
        Webhook { id: body.id, event: body.event, body: text }
    }

    /// `room_started`, `room_finished`: the whole room.
    pub(crate) fn room_event(&self, event: &str, room: &Room) -> Webhook {
        self.webhook(event, |e| e.room = Some(room.info.clone()))
    }

    /// `participant_*`: the whole room and the person.
    pub(crate) fn person_event(&self, event: &str, room: &Room, person: &proto::ParticipantInfo) -> Webhook {
        self.webhook(event, |e| {
            e.room = Some(room.info.clone());
            e.participant = Some(person.clone());
        })
    }

    /// `track_*`: room and person with their ids only.
    pub(crate) fn track_event(
        &self,
        event: &str,
        room: &Room,
        person: &proto::ParticipantInfo,
        track: &proto::TrackInfo,
    ) -> Webhook {
        self.webhook(event, |e| {
            e.room =
                Some(proto::Room { sid: room.info.sid.clone(), name: room.info.name.clone(), ..Default::default() });
            e.participant = Some(proto::ParticipantInfo {
                sid: person.sid.clone(),
                identity: person.identity.clone(),
                ..Default::default()
            });
            e.track = Some(track.clone());
        })
    }
}
