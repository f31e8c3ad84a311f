//! `action.*`: what an agent proposed and what became of it.

use crate::scalar::{Count, Moment, Text};

fields! {
    /// An action that someone wants done.
    Plan {
        /// The action's id.
        action_id: Text,
        /// What kind of action it is, such as `calendar.book`.
        action_type: Text,
        /// What will be done, for people.
        summary: Text,
        ? {
            /// What the action will produce.
            deliverable: Text,
        }
    }
}
kind_of! {
    /// An agent proposes an action.
    Proposed(Plan): ActionProposed
}
payload! {
    /// The action waits for a person's decision.
    RequiresConfirmation: ActionRequiresConfirmation {
        /// The action's id.
        action_id: Text,
        /// Why it needs a decision.
        reason: Text,
        /// The approval's public id; the secret confirmation goes to the approver alone.
        confirmation_token: Text,
        ? {
            /// When the question lapses.
            expires_at: Moment,
        }
    }
}
payload! {
    /// The action was done.
    Executed: ActionExecuted {
        /// The action's id.
        action_id: Text,
        /// How long it took, milliseconds.
        duration_ms: Count,
        ? {
            /// Where the result is.
            result_ref: Text,
        }
    }
}
payload! {
    /// The action was tried and failed.
    Failed: ActionFailed {
        /// The action's id.
        action_id: Text,
        /// A stable code, upper snake.
        code: Text,
        /// What went wrong, for people.
        message: Text,
        /// Whether trying again may help.
        retryable: bool,
    }
}
payload! {
    /// The action will not be done.
    Cancelled: ActionCancelled {
        /// The action's id.
        action_id: Text,
        /// Why not.
        reason: Text,
    }
}
