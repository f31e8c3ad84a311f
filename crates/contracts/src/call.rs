//! `call.*`: the life of a call, its participants, tracks, turns and recordings.

use crate::Fault;
use crate::scalar::{Count, Moment, Text};

choices! {
    /// The medium that a call was made for.
    Channel {
        /// Sound only.
        Voice = "voice",
        /// Sound and pictures.
        Video = "video",
    }
}
choices! {
    /// Who called whom, seen from the tenant.
    Direction {
        /// Someone called the tenant.
        Inbound = "inbound",
        /// The tenant called someone.
        Outbound = "outbound",
    }
}
choices! {
    /// What kind of thing takes part.
    ParticipantKind {
        /// A person with a browser or an app.
        Standard = "standard",
        /// A program that talks.
        Agent = "agent",
        /// A telephone.
        Phone = "phone",
        /// Media that is fed in.
        Ingress = "ingress",
        /// Media that is taken out, such as a recording.
        Egress = "egress",
        /// Anything else that the provider names.
        Other = "other",
    }
}
choices! {
    /// What a participant is to the call.
    ParticipantRole {
        /// The call is for them; it lasts while a caller is there.
        Caller = "caller",
        /// Serves the caller.
        Agent = "agent",
        /// Only listens and watches.
        Observer = "observer",
    }
}
choices! {
    /// What a track carries.
    TrackKind {
        /// Sound.
        Audio = "audio",
        /// A camera.
        Video = "video",
        /// A shared screen.
        Screen = "screen",
    }
}
choices! {
    /// What an agent does at the moment.
    AgentState {
        /// It is starting.
        Initializing = "initializing",
        /// It waits and does not listen.
        Idle = "idle",
        /// It listens.
        Listening = "listening",
        /// It works on an answer.
        Thinking = "thinking",
        /// It speaks.
        Speaking = "speaking",
    }
}
choices! {
    /// Why a call ended.
    EndReason {
        /// It did what it was for.
        Completed = "completed",
        /// The caller left.
        UserHangup = "user_hangup",
        /// A window or the longest duration ran out.
        Timeout = "timeout",
        /// It was handed to a person elsewhere.
        AgentHandover = "agent_handover",
        /// An operator or the server ended it.
        OperatorEnded = "operator_ended",
        /// The provider closed it.
        ProviderEnded = "provider_ended",
    }
}
choices! {
    /// Whose personal text was made unreadable.
    ErasedScope {
        /// Everything that the log held of the call.
        Call = "call",
        /// What some participants said and were called.
        Participants = "participants",
    }
}
choices! {
    /// Whose turn it is to speak.
    TurnOwner {
        /// The caller.
        User = "user",
        /// The agent.
        Agent = "agent",
    }
}

payload! {
    /// A call was created: the first event of every log.
    Started: CallStarted {
        /// The session's id.
        call_id: Text,
        /// The medium that the call was made for.
        channel: Channel,
        /// Who called whom, seen from the tenant.
        direction: Direction,
        /// The media provider, such as `livekit` or `none`.
        provider: Text,
    }
}
payload! {
    /// Media is being set up for the first time.
    Connecting: CallConnecting {
        /// The session's id.
        call_id: Text,
    }
}
payload! {
    /// A caller is in the room: the call's duration counts from here.
    Connected: CallConnected {
        /// The session's id.
        call_id: Text,
        /// When the provider saw the connection.
        connected_at: Moment,
        ? {
            /// The provider's own id of the room's session.
            provider_session_id: Text,
        }
    }
}
payload! {
    /// Someone is in the room.
    ParticipantJoined: CallParticipantJoined {
        /// The session's id.
        call_id: Text,
        /// The participant's id.
        participant_id: Text,
        /// The participant's identity at the provider.
        identity: Text,
        /// What kind of thing takes part.
        kind: ParticipantKind,
        ? {
            /// What the participant is to the call.
            role: ParticipantRole,
            /// A name for people.
            name: Text,
        }
    }
}
payload! {
    /// Someone left the room and will not be waited for.
    ParticipantLeft: CallParticipantLeft {
        /// The session's id.
        call_id: Text,
        /// The participant's id.
        participant_id: Text,
        /// The participant's identity at the provider.
        identity: Text,
        /// What kind of thing took part.
        kind: ParticipantKind,
        ? {
            /// What the participant was to the call.
            role: ParticipantRole,
            /// A name for people.
            name: Text,
            /// Why they left.
            reason: Text,
        }
    }
}
fields! {
    /// A track of a participant.
    Track {
        /// The session's id.
        call_id: Text,
        /// The participant's id.
        participant_id: Text,
        /// The provider's id of the track.
        track_id: Text,
        /// What the track carries.
        kind: TrackKind,
    }
}
kind_of! {
    /// A participant began to send a track.
    TrackPublished(Track): CallTrackPublished
}
kind_of! {
    /// A participant stopped sending a track.
    TrackUnpublished(Track): CallTrackUnpublished
}
payload! {
    /// A connection was lost and is waited for.
    Reconnecting: CallReconnecting {
        /// The session's id.
        call_id: Text,
        /// How many times this connection was lost, this one included.
        attempt: Count,
        /// When it was lost.
        at: Moment,
        ? {
            /// Why, as far as known.
            reason: Text,
            /// Whose connection it is.
            participant_id: Text,
            /// Who noticed: the provider, the participant's page, or Callboard.
            reported_by: Text,
        }
    }
}
payload! {
    /// A lost connection is back.
    Resumed: CallResumed {
        /// The session's id.
        call_id: Text,
        /// When it came back.
        at: Moment,
        /// How long it was gone, milliseconds.
        gap_ms: Count,
        ? {
            /// Whose connection it is.
            participant_id: Text,
            /// Who noticed: the provider, the participant's page, or Callboard.
            reported_by: Text,
        }
    }
}
payload! {
    /// An agent does something else than before.
    AgentStateChanged: CallAgentStateChanged {
        /// The session's id.
        call_id: Text,
        /// The agent's participant id.
        participant_id: Text,
        /// What it does now.
        state: AgentState,
        ? {
            /// Why it changed.
            reason: Text,
        }
    }
}
payload! {
    /// The call is over, as it should be. Terminal.
    Ended: CallEnded, ended_rules {
        /// The session's id.
        call_id: Text,
        /// When it ended.
        ended_at: Moment,
        /// `durationMs` / 1000, rounded down.
        duration_seconds: Count,
        /// How long it lasted, milliseconds.
        duration_ms: Count,
        /// Why it ended.
        end_reason: EndReason,
    }
}

fn ended_rules(ended: &Ended, faults: &mut Vec<Fault>) {
    let seconds = ended.duration_ms.get() / 1000;
    if ended.duration_seconds.get() != seconds {
        faults.push(Fault::new(
            "/payload/durationSeconds",
            format!("must be durationMs / 1000, rounded down: {seconds}"),
        ));
    }
}

payload! {
    /// Something went wrong and the call goes on.
    CallError: CallError {
        /// A stable code, upper snake.
        code: Text,
        /// What went wrong, for people.
        message: Text,
        /// Whether trying again may help.
        retryable: bool,
        ? {
            /// The session's id.
            call_id: Text,
        }
    }
}
payload! {
    /// The call cannot go on. Terminal.
    TerminalFailure: CallTerminalFailure {
        /// The session's id.
        call_id: Text,
        /// When it failed.
        failed_at: Moment,
        /// A stable code, upper snake.
        code: Text,
        /// What went wrong, for people.
        message: Text,
    }
}
fields! {
    /// A recording of the call.
    Recording {
        /// The session's id.
        call_id: Text,
        /// The recording's id.
        recording_id: Text,
        ? {
            /// The provider's word for how it stands.
            status: Text,
            /// Where the recording lies.
            uri: Text,
        }
    }
}
kind_of! {
    /// A recording began.
    RecordingStarted(Recording): CallRecordingStarted
}
kind_of! {
    /// A recording ended; may arrive after the call's end.
    RecordingEnded(Recording): CallRecordingEnded
}
payload! {
    /// The agent's voice was set or changed.
    VoiceConfigUpdated: CallVoiceConfigUpdated {
        /// The session's id.
        call_id: Text,
        /// The persona that speaks.
        persona: Text,
        /// The voice profile's id.
        voice_profile_id: Text,
        /// The profile's name for people.
        label: Text,
        /// Whether this voice may be synthesised.
        synthesis_allowed: bool,
    }
}
payload! {
    /// Someone else has the turn to speak.
    TurnOwnerChanged: CallTurnOwnerChanged {
        /// The session's id.
        call_id: Text,
        /// The turn's id.
        turn_id: Text,
        /// Whose turn it is now.
        owner: TurnOwner,
        ? {
            /// Why it changed.
            reason: Text,
        }
    }
}
payload! {
    /// How long the parts of an agent's turn took.
    TurnTiming: CallTurnTiming {
        /// The session's id.
        call_id: Text,
        /// The turn's id.
        turn_id: Text,
        /// From the captured sound to the backend, milliseconds.
        capture_to_backend_ms: Count,
        /// Spent in the orchestrator, milliseconds.
        orchestrator_ms: Count,
        /// Until the answer was heard, milliseconds.
        playback_start_ms: Count,
        /// The whole turn, milliseconds.
        total_ms: Count,
        /// Whether the turn took longer than agreed.
        slo_breached: bool,
    }
}
payload! {
    /// Personal text of earlier events was made unreadable. They keep their sequences; read them again, and let go of
    /// copies.
    Erased: CallErased {
        /// The session's id.
        call_id: Text,
        /// When it was asked for.
        erased_at: Moment,
        /// Whose text.
        scope: ErasedScope,
        /// How many events lost text.
        events: Count,
    }
}
