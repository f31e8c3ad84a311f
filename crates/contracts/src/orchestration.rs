//! `orchestration.*`: notes of an orchestrator. From the provider bridge they are notes, never actions.

use crate::action::Plan;

kind_of! {
    /// An orchestrator asks for an action.
    ActionRequested(Plan): OrchestrationActionRequested
}
