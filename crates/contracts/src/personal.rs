//! Which fields hold personal text, and what a payload is once that text is gone.
//!
//! Ids (`callId`, `utteranceId`, `actionId`, a producer's own references) stay: order, counts, dedupe and joins to other
//! systems hang on them. Whatever is free text is personal, and so is every field beyond the contract, since nobody
//! knows what stands in it. What is left is valid under the type's schema: readers need no other code for it.

use serde_json::{Map, Value};

use crate::{EventType, Family};

/// Stands where personal text was.
pub const ERASED: &str = "[erased]";

/// What a field of a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Ids, instants, numbers and words of closed lists: stays.
    Plain,
    /// Text by or about a person: [`ERASED`] when the field is required, else left out.
    Personal,
    /// A participant's name at the provider, perhaps a telephone number: becomes its `participantId`.
    Identity,
}

/// The fields of a type, each with its mark. `inferred` stands in every type and is plain.
pub fn marks(ty: EventType) -> &'static [(&'static str, Mark)] {
    match ty.family() {
        Family::Call => of_people(ty).unwrap_or_else(|| of_call(ty)),
        _ => of_others(ty),
    }
}

/// A type that is missing in these lists has no marks, and the test below fails.
fn of_call(ty: EventType) -> &'static [(&'static str, Mark)] {
    use EventType as T;
    use Mark::{Personal, Plain};
    match ty {
        T::CallStarted => &[("callId", Plain), ("channel", Plain), ("direction", Plain), ("provider", Plain)],
        T::CallConnecting => &[("callId", Plain)],
        T::CallConnected => &[("callId", Plain), ("connectedAt", Plain), ("providerSessionId", Plain)],
        T::CallEnded => &[
            ("callId", Plain),
            ("endedAt", Plain),
            ("durationSeconds", Plain),
            ("durationMs", Plain),
            ("endReason", Plain),
        ],
        T::CallError => &[("code", Plain), ("message", Personal), ("retryable", Plain), ("callId", Plain)],
        T::CallTerminalFailure => &[("callId", Plain), ("failedAt", Plain), ("code", Plain), ("message", Personal)],
        // An address of a recording leads to a voice.
        T::CallRecordingStarted | T::CallRecordingEnded => {
            &[("callId", Plain), ("recordingId", Plain), ("status", Plain), ("uri", Personal)]
        }
        T::CallVoiceConfigUpdated => &[
            ("callId", Plain),
            ("persona", Plain),
            ("voiceProfileId", Plain),
            ("label", Plain),
            ("synthesisAllowed", Plain),
        ],
        T::CallErased => &[("callId", Plain), ("erasedAt", Plain), ("scope", Plain), ("events", Plain)],
        T::CallTurnOwnerChanged => &[("callId", Plain), ("turnId", Plain), ("owner", Plain), ("reason", Personal)],
        T::CallTurnTiming => &[
            ("callId", Plain),
            ("turnId", Plain),
            ("captureToBackendMs", Plain),
            ("orchestratorMs", Plain),
            ("playbackStartMs", Plain),
            ("totalMs", Plain),
            ("sloBreached", Plain),
        ],
        _ => &[],
    }
}

fn of_people(ty: EventType) -> Option<&'static [(&'static str, Mark)]> {
    use EventType as T;
    use Mark::{Identity, Personal, Plain};
    Some(match ty {
        T::CallParticipantJoined => &[
            ("callId", Plain),
            ("participantId", Plain),
            ("identity", Identity),
            ("kind", Plain),
            ("role", Plain),
            ("name", Personal),
        ],
        T::CallParticipantLeft => &[
            ("callId", Plain),
            ("participantId", Plain),
            ("identity", Identity),
            ("kind", Plain),
            ("role", Plain),
            ("name", Personal),
            // Callboard's own words; nobody else writes this type.
            ("reason", Plain),
        ],
        T::CallTrackPublished | T::CallTrackUnpublished => {
            &[("callId", Plain), ("participantId", Plain), ("trackId", Plain), ("kind", Plain)]
        }
        // `reason` and `reportedBy` are Callboard's own words.
        T::CallReconnecting => &[
            ("callId", Plain),
            ("attempt", Plain),
            ("at", Plain),
            ("reason", Plain),
            ("participantId", Plain),
            ("reportedBy", Plain),
        ],
        T::CallResumed => {
            &[("callId", Plain), ("at", Plain), ("gapMs", Plain), ("participantId", Plain), ("reportedBy", Plain)]
        }
        T::CallAgentStateChanged => {
            &[("callId", Plain), ("participantId", Plain), ("state", Plain), ("reason", Personal)]
        }
        _ => return None,
    })
}

fn of_others(ty: EventType) -> &'static [(&'static str, Mark)] {
    use EventType as T;
    use Mark::{Personal, Plain};
    match ty {
        T::TranscriptPartial | T::TranscriptFinal => &[
            ("utteranceId", Plain),
            ("speaker", Plain),
            ("text", Personal),
            ("startMs", Plain),
            ("endMs", Plain),
            ("confidence", Plain),
            ("participantId", Plain),
            ("language", Plain),
            ("source", Plain),
        ],
        T::OrchestrationActionRequested | T::ActionProposed => {
            &[("actionId", Plain), ("actionType", Plain), ("summary", Personal), ("deliverable", Personal)]
        }
        T::ActionRequiresConfirmation => {
            &[("actionId", Plain), ("reason", Personal), ("confirmationToken", Plain), ("expiresAt", Plain)]
        }
        T::ActionExecuted => &[("actionId", Plain), ("durationMs", Plain), ("resultRef", Personal)],
        T::ActionFailed => &[("actionId", Plain), ("code", Plain), ("message", Personal), ("retryable", Plain)],
        T::ActionCancelled => &[("actionId", Plain), ("reason", Personal)],
        T::SafetyBlocked => &[("policyId", Plain), ("reason", Personal), ("decision", Plain), ("actionId", Plain)],
        T::SafetyApproved => &[("policyId", Plain), ("decision", Plain), ("actionId", Plain), ("approvedBy", Personal)],
        T::BillingUsageRecorded | T::UsageTick => {
            &[("meterId", Plain), ("billableSeconds", Plain), ("quantity", Plain), ("unit", Plain)]
        }
        T::BillingAdjustmentCreated => {
            &[("adjustmentId", Plain), ("meterId", Plain), ("amountMinor", Plain), ("currency", Plain)]
        }
        T::UsageWarning => &[
            ("meterId", Plain),
            ("thresholdType", Plain),
            ("thresholdValue", Plain),
            ("currentValue", Plain),
            ("message", Personal),
        ],
        T::UsageStopped => &[("meterId", Plain), ("finalBillableSeconds", Plain), ("reason", Plain)],
        _ => &[],
    }
}

/// The payload without its personal text, as compact JSON that begins with `"erased":true`; `None` when it holds none (or
/// holds none any more).
pub fn erased_payload(ty: EventType, payload: &str) -> Option<String> {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(payload) else {
        // No payload of ours: nothing of it can be vouched for.
        return Some(r#"{"erased":true}"#.to_owned());
    };
    let known = marks(ty);
    let mut kept = Map::new();
    let mut gone = false;
    for (name, value) in &members {
        let mark = known.iter().find(|(n, _)| n == name).map(|(_, mark)| *mark);
        let after = match mark {
            _ if name == "inferred" => Some(value.clone()),
            // Written again below; a producer's own field of this name is a field beyond the contract.
            _ if name == "erased" => {
                gone |= *value != Value::Bool(true);
                None
            }
            Some(Mark::Plain) => Some(value.clone()),
            Some(Mark::Identity) => members.get("participantId").cloned(),
            Some(Mark::Personal) if is_required(ty, name) => Some(Value::from(ERASED)),
            Some(Mark::Personal) | None => None,
        };
        gone |= name != "erased" && after.as_ref() != Some(value);
        if let Some(after) = after {
            kept.insert(name.clone(), after);
        }
    }
    if !gone {
        return None;
    }
    let mut out = String::from(r#"{"erased":true"#);
    for (name, _) in known.iter().chain(&[("inferred", Mark::Plain)]) {
        if let Some(value) = kept.get(*name) {
            out.push_str(&format!(",\"{name}\":{value}"));
        }
    }
    out.push('}');
    Some(out)
}

fn is_required(ty: EventType, name: &str) -> bool {
    let required = crate::schema::cached(ty)["required"].as_array();
    required.is_some_and(|names| names.iter().any(|n| n == name))
}

/// The id of an event's actor without personal text: ids of our own stay, names that a producer gave do not.
pub fn erased_actor(id: &str) -> Option<&'static str> {
    let typed = ["usr_", "key_", "par_"].iter().any(|prefix| {
        id.strip_prefix(prefix).is_some_and(|rest| rest.len() == 26 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
    });
    let own = ["callboard", "livekit", "simulated", ERASED].contains(&id);
    (!typed && !own).then_some(ERASED)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{schema, validate_payload};

    #[test]
    fn every_field_is_marked_once() {
        for ty in EventType::ALL {
            let schema = schema(*ty);
            let mut fields: Vec<&str> =
                schema["properties"].as_object().expect("fields").keys().map(String::as_str).collect();
            fields.retain(|name| *name != "inferred");
            let mut marked: Vec<&str> = marks(*ty).iter().map(|(name, _)| *name).collect();
            fields.sort_unstable();
            marked.sort_unstable();
            assert_eq!(fields, marked, "{ty}: a new field is personal or plain; say which in personal.rs");
        }
    }

    /// Numbers, instants and closed lists can be nobody's text.
    #[test]
    fn only_text_is_personal() {
        for ty in EventType::ALL {
            for (name, mark) in marks(*ty).iter().filter(|(_, mark)| *mark != Mark::Plain) {
                assert_eq!(schema(*ty)["properties"][name]["type"], "string", "{ty}.{name} is {mark:?}");
            }
        }
    }

    #[test]
    fn erased_payloads_are_valid_and_hold_nothing() {
        for ty in EventType::ALL {
            let mut payload = json!({ "beyond": { "the": "planted contract" }, "inferred": true });
            let schema = schema(*ty);
            for (name, mark) in marks(*ty) {
                let field = &schema["properties"][name];
                let pattern = field["pattern"].as_str().unwrap_or_default();
                payload[name] = match (field["type"].as_str(), mark) {
                    (Some("string"), Mark::Plain) if field["enum"].is_array() => field["enum"][0].clone(),
                    (Some("string"), Mark::Plain) if pattern.contains("[Tt]") || field["format"] == "date-time" => {
                        json!("2026-01-31T12:00:00Z")
                    }
                    (Some("string"), Mark::Plain) if pattern.contains("[A-Z]") => json!("EUR"),
                    (Some("string"), Mark::Plain) => json!("plain"),
                    (Some("string"), _) => json!(format!("planted {name}")),
                    (Some("boolean"), _) => json!(true),
                    _ => json!(1),
                };
            }
            let amounts = [T::BillingUsageRecorded, T::UsageTick];
            if amounts.contains(ty) {
                payload.as_object_mut().expect("an object").remove("billableSeconds");
            }
            if *ty == T::CallEnded {
                payload["durationSeconds"] = json!(0);
            }
            let text = payload.to_string();
            assert_eq!(validate_payload(*ty, &text), Ok(()), "{ty}: {text}");
            let erased = erased_payload(*ty, &text).expect("the field beyond the contract goes");
            assert_eq!(validate_payload(*ty, &erased), Ok(()), "{ty}: {erased}");
            assert!(!erased.contains("planted") && erased.starts_with(r#"{"erased":true"#), "{erased}");
            assert_eq!(erased_payload(*ty, &erased), None, "{ty}: nothing is left to erase");
            for (name, mark) in marks(*ty).iter().filter(|(_, mark)| *mark == Mark::Plain) {
                let after: Value = serde_json::from_str(&erased).expect("JSON");
                assert_eq!(after[name], payload[name], "{ty}.{name} is {mark:?}");
            }
        }
    }

    use EventType as T;

    #[test]
    fn plain_payloads_stay_byte_for_byte_and_producers_cannot_pretend() {
        assert_eq!(erased_payload(T::CallConnecting, r#"{"callId" : "s"}"#), None);
        let pretended = r#"{"erased":"planted","callId":"s"}"#;
        assert_eq!(erased_payload(T::CallConnecting, pretended).as_deref(), Some(r#"{"erased":true,"callId":"s"}"#));
        assert_eq!(erased_payload(T::CallConnecting, "planted").as_deref(), Some(r#"{"erased":true}"#));
    }

    #[test]
    fn actors_that_producers_named_go() {
        assert_eq!(erased_actor("par_01j00000000000000000000000"), None);
        assert_eq!(erased_actor("callboard"), None);
        assert_eq!(erased_actor("+49 30 1234"), Some(ERASED));
        assert_eq!(erased_actor("usr_and some text that is long"), Some(ERASED));
        assert_eq!(erased_actor(ERASED), None);
    }
}
