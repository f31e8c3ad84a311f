//! `billing.*`: what will be charged, and corrections of it.

use crate::scalar::{Currency, Integer, Text};
use crate::usage::{Measured, either_rule};

kind_of! {
    /// An amount that will be charged.
    UsageRecorded(Measured): BillingUsageRecorded, either_rule
}
payload! {
    /// A correction of what is charged.
    AdjustmentCreated: BillingAdjustmentCreated {
        /// The adjustment's id.
        adjustment_id: Text,
        /// The meter that is corrected.
        meter_id: Text,
        /// The correction in minor units; negative is in the tenant's favour.
        amount_minor: Integer,
        /// ISO 4217 code of the currency.
        currency: Currency,
    }
}
