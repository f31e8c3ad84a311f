//! Targets and whether they are met; pure.

use serde::{Deserialize, Serialize};

/// Which side of its bound a figure must lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The bound or more.
    AtLeast,
    /// The bound or less.
    AtMost,
}

/// One condition of a row's target.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Check {
    /// What is compared, with its unit: `rate / L2`, `p99 ms`.
    pub what: String,
    /// Which side is good.
    pub side: Side,
    /// The bound.
    pub bound: f64,
    /// What was measured.
    pub measured: f64,
    /// Whether it holds.
    pub met: bool,
    /// A figure of interest, judged by nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beyond: bool,
}

impl Check {
    /// `measured` must be `bound` or more.
    pub fn at_least(what: impl Into<String>, bound: f64, measured: f64) -> Self {
        Self::new(what, Side::AtLeast, bound, measured)
    }

    /// `measured` must be `bound` or less.
    pub fn at_most(what: impl Into<String>, bound: f64, measured: f64) -> Self {
        Self::new(what, Side::AtMost, bound, measured)
    }

    /// The same as an aim beyond the target: told, and not judged.
    #[must_use]
    pub fn beyond(mut self) -> Self {
        self.beyond = true;
        self
    }

    fn new(what: impl Into<String>, side: Side, bound: f64, measured: f64) -> Self {
        // What could not be measured is no success.
        let met = measured.is_finite()
            && match side {
                Side::AtLeast => measured >= bound,
                Side::AtMost => measured <= bound,
            };
        Self { what: what.into(), side, bound, measured, met, beyond: false }
    }
}

/// `a / b`; NaN when there is nothing to divide by.
pub fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 && a.is_finite() { a / b } else { f64::NAN }
}

/// Whether a row's conditions hold; nothing when it has none.
pub fn met(checks: &[Check]) -> Option<bool> {
    let judged: Vec<&Check> = checks.iter().filter(|c| !c.beyond).collect();
    if judged.is_empty() { None } else { Some(judged.iter().all(|c| c.met)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_belong_to_the_good_side() {
        assert!(Check::at_least("r", 0.5, 0.5).met && Check::at_most("p", 5.0, 5.0).met);
        assert!(!Check::at_least("r", 0.5, 0.499).met && !Check::at_most("p", 5.0, 5.01).met);
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        assert!(ratio(1.0, 0.0).is_nan() && ratio(f64::NAN, 2.0).is_nan());
        assert!(!Check::at_least("r", 0.0, ratio(1.0, 0.0)).met);
        assert!(!Check::at_most("r", 1e9, f64::NAN).met);
    }

    #[test]
    fn a_row_needs_all_but_what_lies_beyond() {
        let good = Check::at_least("a", 1.0, 2.0);
        let bad = Check::at_least("b", 1.0, 0.5);
        assert_eq!(met(&[]), None);
        assert_eq!(met(std::slice::from_ref(&good)), Some(true));
        assert_eq!(met(&[good.clone(), bad.clone()]), Some(false));
        assert_eq!(met(&[good, bad.clone().beyond()]), Some(true));
        assert_eq!(met(&[bad.beyond()]), None);
    }
}
