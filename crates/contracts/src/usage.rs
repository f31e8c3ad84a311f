//! `usage.*`: meters, warnings and stops.

use crate::Fault;
use crate::scalar::{Count, Text};

choices! {
    /// What a quantity counts.
    Unit {
        /// Seconds.
        Seconds = "seconds",
        /// Things.
        Count = "count",
        /// Tokens of a model.
        Tokens = "tokens",
        /// Characters of text.
        Characters = "characters",
        /// Bytes.
        Bytes = "bytes",
    }
}
choices! {
    /// What a threshold is set on.
    ThresholdType {
        /// Billable seconds.
        Seconds = "seconds",
        /// Money, minor units of the tenant's currency.
        Cost = "cost",
    }
}
choices! {
    /// Why usage was stopped.
    StopReason {
        /// The budget is used up.
        BudgetExceeded = "budget_exceeded",
        /// A policy's limit was reached.
        PolicyLimit = "policy_limit",
        /// Someone stopped it by hand.
        ManualStop = "manual_stop",
    }
}

fields! {
    /// An amount on a meter: billable seconds, or a quantity with its unit, never both.
    #[schemars(extend("oneOf" = [
        { "required": ["billableSeconds"], "not": { "anyOf": [{ "required": ["quantity"] }, { "required": ["unit"] }] } },
        { "required": ["quantity", "unit"], "not": { "required": ["billableSeconds"] } },
    ]))]
    Measured {
        /// The meter's id.
        meter_id: Text,
        ? {
            /// Billable time, whole seconds; instead of `quantity` and `unit`.
            billable_seconds: Count,
            /// How much, in `unit`; instead of `billableSeconds`.
            quantity: Count,
            /// What `quantity` counts.
            unit: Unit,
        }
    }
}

pub(crate) fn either_rule(measured: &Measured, faults: &mut Vec<Fault>) {
    let Measured { billable_seconds, quantity, unit, .. } = measured;
    match (billable_seconds, quantity, unit) {
        (Some(_), None, None) | (None, Some(_), Some(_)) => {}
        (None, None, None) => {
            faults.push(Fault::new("/payload/billableSeconds", "is required, or else quantity and unit"))
        }
        (None, Some(_), None) => {
            faults.push(Fault::new("/payload/unit", "is required with quantity"));
        }
        (None, None, Some(_)) => {
            faults.push(Fault::new("/payload/quantity", "is required with unit"));
        }
        (Some(_), _, _) => faults.push(Fault::new(
            "/payload/billableSeconds",
            "must not stand beside quantity or unit: one amount, said once",
        )),
    }
}

kind_of! {
    /// An agent's own count: evidence, never billed by itself.
    Tick(Measured): UsageTick, either_rule
}
payload! {
    /// A meter comes near its limit.
    Warning: UsageWarning {
        /// The meter's id.
        meter_id: Text,
        /// What the threshold is set on.
        threshold_type: ThresholdType,
        /// The threshold: seconds, or minor units of money.
        threshold_value: Count,
        /// Where the meter stands, in the threshold's unit.
        current_value: Count,
        /// The warning, for people.
        message: Text,
    }
}
payload! {
    /// Usage was stopped.
    Stopped: UsageStopped {
        /// The meter's id.
        meter_id: Text,
        /// Billable time up to the stop, whole seconds.
        final_billable_seconds: Count,
        /// Why it was stopped.
        reason: StopReason,
    }
}
