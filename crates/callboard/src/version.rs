//! The version that this binary says it is.

/// In `/health`, in the metrics, and when it begins to serve.
pub fn own() -> &'static str {
    #[cfg(feature = "teeth")]
    if let Some(next) = crate::teeth::next_version() {
        return next;
    }
    env!("CARGO_PKG_VERSION")
}
