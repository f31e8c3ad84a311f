//! Closed sets of words, for the API description alone: the rules read and write them as text.

use utoipa::ToSchema;

/// What a call carries.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Channel)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum ChannelName {
    Voice,
    Video,
}

/// Who called whom.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Direction)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum DirectionName {
    Inbound,
    Outbound,
}

/// What a participant is to the call.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ParticipantRole)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum RoleName {
    Caller,
    Agent,
    Observer,
}

/// What the provider says a participant is.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ParticipantKind)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum KindName {
    Standard,
    Agent,
    Phone,
    Ingress,
    Egress,
    Other,
}

/// Where a participant stands.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ParticipantState)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum PresenceName {
    Invited,
    Ringing,
    Connected,
    Reconnecting,
    Left,
}

/// A status that can be asked for.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AskedStatus)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum AskedStatusName {
    Active,
    Ended,
    Failed,
}

/// Why a call ended.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = EndReason)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum EndReasonName {
    Completed,
    UserHangup,
    Timeout,
    AgentHandover,
    OperatorEnded,
    ProviderEnded,
}
