//! `safety.*`: what policies decided.

use crate::scalar::Text;

payload! {
    /// A policy stopped something.
    Blocked: SafetyBlocked {
        /// The policy's id.
        policy_id: Text,
        /// Why it was stopped.
        reason: Text,
        /// The decision in the policy's words.
        decision: Text,
        ? {
            /// The action that was stopped.
            action_id: Text,
        }
    }
}
payload! {
    /// A policy or an approver let something pass.
    Approved: SafetyApproved {
        /// The policy's id.
        policy_id: Text,
        /// The decision in the policy's words.
        decision: Text,
        ? {
            /// The action that may go on.
            action_id: Text,
            /// Who approved it.
            approved_by: Text,
        }
    }
}
