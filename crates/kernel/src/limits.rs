//! Limits that more than one crate must agree on. Units are in the names.

/// Largest integer that every JSON reader keeps exact: 2^53 - 1.
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
/// Largest request body, bytes, unless a route says otherwise.
pub const BODY_BYTES: usize = 1024 * 1024;
/// Largest batch ingest body, bytes.
pub const BATCH_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Largest event payload after white space is taken out, bytes.
pub const PAYLOAD_BYTES: usize = 64 * 1024;
/// Most events in one batch.
pub const BATCH_EVENTS: usize = 1000;
/// Deepest nesting of arrays and objects in any JSON we read.
pub const JSON_DEPTH: usize = 32;
/// Longest `eventId`, characters.
pub const EVENT_ID_CHARS: usize = 128;
/// Most keys in a session's metadata.
pub const METADATA_KEYS: usize = 50;
/// Largest metadata document, bytes.
pub const METADATA_BYTES: usize = 16 * 1024;
/// How long clients may add late transcripts after a session's end, milliseconds.
pub const LATE_WINDOW_MS: i64 = 15 * 60 * 1000;
