//! The list of types. A new line here needs a payload struct, fixtures and regenerated schemas;
//! `docs/recipes/` leads through it.

use crate::payload::Contract;
use crate::{action, billing, call, orchestration, safety, transcript, usage};

choices! {
    /// What an event is about; the first part of its type.
    Family {
        /// The life of a call and its participants.
        Call = "call",
        /// What was said.
        Transcript = "transcript",
        /// Notes of an orchestrator.
        Orchestration = "orchestration",
        /// What an agent proposed and what became of it.
        Action = "action",
        /// What policies decided.
        Safety = "safety",
        /// Recorded money and billable amounts.
        Billing = "billing",
        /// Meters, warnings and stops.
        Usage = "usage",
    }
}

macro_rules! event_types {
    ($($variant:ident = $text:literal, $family:ident, $payload:ty;)+) => {
        choices! {
            /// A type of contract v1.
            EventType { $(#[doc = concat!("`", $text, "`")] $variant = $text,)+ }
        }

        impl EventType {
            /// The family that the type belongs to.
            pub const fn family(self) -> Family {
                match self { $(Self::$variant => Family::$family,)+ }
            }

            /// How the payload of this type is checked and described.
            pub(crate) const fn contract(self) -> Contract {
                match self { $(Self::$variant => Contract::of::<$payload>(),)+ }
            }
        }
    };
}

event_types! {
    CallStarted = "call.started", Call, call::Started;
    CallConnecting = "call.connecting", Call, call::Connecting;
    CallConnected = "call.connected", Call, call::Connected;
    CallParticipantJoined = "call.participant.joined", Call, call::ParticipantJoined;
    CallParticipantLeft = "call.participant.left", Call, call::ParticipantLeft;
    CallTrackPublished = "call.track.published", Call, call::TrackPublished;
    CallTrackUnpublished = "call.track.unpublished", Call, call::TrackUnpublished;
    CallReconnecting = "call.reconnecting", Call, call::Reconnecting;
    CallResumed = "call.resumed", Call, call::Resumed;
    CallAgentStateChanged = "call.agent.state_changed", Call, call::AgentStateChanged;
    CallEnded = "call.ended", Call, call::Ended;
    CallError = "call.error", Call, call::CallError;
    CallTerminalFailure = "call.terminal_failure", Call, call::TerminalFailure;
    CallRecordingStarted = "call.recording.started", Call, call::RecordingStarted;
    CallRecordingEnded = "call.recording.ended", Call, call::RecordingEnded;
    CallVoiceConfigUpdated = "call.voice.config.updated", Call, call::VoiceConfigUpdated;
    CallErased = "call.erased", Call, call::Erased;
    CallTurnOwnerChanged = "call.turn.owner_changed", Call, call::TurnOwnerChanged;
    CallTurnTiming = "call.turn.timing", Call, call::TurnTiming;
    TranscriptPartial = "transcript.partial", Transcript, transcript::Partial;
    TranscriptFinal = "transcript.final", Transcript, transcript::Final;
    OrchestrationActionRequested = "orchestration.action.requested", Orchestration, orchestration::ActionRequested;
    ActionProposed = "action.proposed", Action, action::Proposed;
    ActionRequiresConfirmation = "action.requires_confirmation", Action, action::RequiresConfirmation;
    ActionExecuted = "action.executed", Action, action::Executed;
    ActionFailed = "action.failed", Action, action::Failed;
    ActionCancelled = "action.cancelled", Action, action::Cancelled;
    SafetyBlocked = "safety.blocked", Safety, safety::Blocked;
    SafetyApproved = "safety.approved", Safety, safety::Approved;
    BillingUsageRecorded = "billing.usage.recorded", Billing, billing::UsageRecorded;
    BillingAdjustmentCreated = "billing.adjustment.created", Billing, billing::AdjustmentCreated;
    UsageTick = "usage.tick", Usage, usage::Tick;
    UsageWarning = "usage.warning", Usage, usage::Warning;
    UsageStopped = "usage.stopped", Usage, usage::Stopped;
}
