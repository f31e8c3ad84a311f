//! What can go wrong on the way to the fake server and back.

use std::time::Duration;

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The answer comes late; the effect takes place.
    Delay(Duration),
    /// A refusal with this status and Twirp code; no effect.
    Refuse(u16, &'static str),
    /// No answer ever; no effect.
    Hang,
    /// The effect takes place, the answer breaks off.
    CutOff,
    /// The answer is not what the API promises: an HTML page with status 200; no effect.
    Garbage,
    /// An answer without content (lists are empty); no effect.
    Empty,
}

/// A fault for one method, or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The method (`ListParticipants`); `None`: every one.
    pub method: Option<&'static str>,
    /// What happens.
    pub kind: FaultKind,
    /// How many calls it hits before it is gone; `None`: until healed.
    pub times: Option<u32>,
}

impl Fault {
    /// A fault of every method until healed.
    pub const fn always(kind: FaultKind) -> Self {
        Self { method: None, kind, times: None }
    }

    /// A fault that hits a method once.
    pub const fn once(method: &'static str, kind: FaultKind) -> Self {
        Self { method: Some(method), kind, times: Some(1) }
    }
}

/// The fault that hits this call, used up by one.
pub(crate) fn pick(faults: &mut Vec<Fault>, method: &str) -> Option<FaultKind> {
    let at = faults.iter().position(|f| f.method.is_none_or(|m| m == method))?;
    let kind = faults[at].kind.clone();
    match &mut faults[at].times {
        Some(left) if *left > 1 => *left -= 1,
        Some(_) => {
            faults.remove(at);
        }
        None => {}
    }
    Some(kind)
}
