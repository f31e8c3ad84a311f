//! Traces by option: what a span is, and who takes it. Whoever is given no [`Trace`] makes no span, so that without a
//! [`Tracer`] nothing is made and nothing is kept.
//!
//! A span carries what this code names and nothing that a client wrote: no path, query, header, address or text.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::Timestamp;

/// A place in a trace, by the ids of W3C Trace Context. Neither is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanContext {
    /// The trace.
    pub trace: [u8; 16],
    /// The span.
    pub span: [u8; 8],
}

impl SpanContext {
    /// The place that a `traceparent` names, and whether its sender keeps spans of it (`sampled`):
    /// `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append fields.
    pub fn parse(text: &str) -> Option<(Self, bool)> {
        let mut parts = text.split('-');
        let [version] = unhex::<1>(parts.next()?)?;
        let at = Self { trace: unhex(parts.next()?)?, span: unhex(parts.next()?)? };
        let [flags] = unhex::<1>(parts.next()?)?;
        let whole = version != 0xff && (version != 0 || parts.next().is_none());
        (whole && at.trace != [0; 16] && at.span != [0; 8]).then_some((at, flags & 1 == 1))
    }
}

/// As a `traceparent` of a sampled trace.
impl fmt::Display for SpanContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-01", hex(&self.trace), hex(&self.span))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(b"0123456789abcdef"[usize::from(n & 15)]);
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}

/// Exactly `N` bytes of lower-case hexadecimal digits.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |d: u8| match d {
        b'0'..=b'9' => Some(d - b'0'),
        b'a'..=b'f' => Some(d - b'a' + 10),
        _ => None,
    };
    let mut out = [0; N];
    let pairs = text.as_bytes().chunks_exact(2);
    if text.len() != 2 * N {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(pairs) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

/// What a span is to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// A step inside.
    Internal,
    /// A request that came.
    Server,
    /// A request that was sent.
    Client,
    /// Something that was left for later and is carried out now.
    Consumer,
}

/// What an attribute says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanValue {
    /// A number.
    Int(i64),
    /// A text of ours: a name from a list, a template, an id that Callboard made.
    Text(Cow<'static, str>),
}

impl From<i64> for SpanValue {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<&'static str> for SpanValue {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for SpanValue {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

/// A finished span.
#[derive(Clone, Debug)]
pub struct Span {
    /// What was done; from a list or a template.
    pub name: Cow<'static, str>,
    /// What it is to the others.
    pub kind: SpanKind,
    /// Where it stands.
    pub at: SpanContext,
    /// The span that it is a part of; in the same trace.
    pub parent: Option<[u8; 8]>,
    /// What it follows from without being a part of it; in any trace.
    pub link: Option<SpanContext>,
    /// When it began.
    pub begun: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// More about it.
    pub attributes: Vec<(&'static str, SpanValue)>,
    /// Whether it failed.
    pub failed: bool,
}

/// What became of finished spans since the start of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanCounts {
    /// Taken by the collector.
    pub exported: u64,
    /// Lost: more came than could be sent in time.
    pub full: u64,
    /// Lost: the collector refused them.
    pub refused: u64,
    /// Lost: the collector did not answer, or was too busy for too long.
    pub unreachable: u64,
}

/// Takes finished spans. Implemented by the binary.
pub trait Tracer: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// A fresh span id.
    fn span_id(&self) -> [u8; 8];
    /// Whether a trace that begins here is kept.
    fn samples(&self, trace: &[u8; 16]) -> bool;
    /// Takes a finished span. It neither waits nor fails: what has no room is counted and dropped.
    fn take(&self, span: Span);
    /// What became of them.
    fn counts(&self) -> SpanCounts;
}

/// A kept trace under way: where new spans hang, and who takes them. Cheap to clone.
#[derive(Clone)]
pub struct Trace {
    at: SpanContext,
    tracer: Arc<dyn Tracer>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trace({})", self.at)
    }
}

impl Trace {
    /// A trace that was begun elsewhere.
    pub const fn at(at: SpanContext, tracer: Arc<dyn Tracer>) -> Self {
        Self { at, tracer }
    }

    /// Where new spans hang.
    pub const fn context(&self) -> SpanContext {
        self.at
    }

    /// Now, by the clock of its spans.
    pub fn now(&self) -> Timestamp {
        self.tracer.now()
    }

    /// Begins a part.
    pub fn begin(&self, name: &'static str, kind: SpanKind) -> OpenSpan {
        let at = SpanContext { trace: self.at.trace, span: self.tracer.span_id() };
        OpenSpan::new(&self.tracer, name, kind, (at, Some(self.at.span)))
    }

    /// Begins a trace of its own that follows from this one.
    pub fn follow(&self, name: &'static str, kind: SpanKind) -> OpenSpan {
        let (one, two, span) = (self.tracer.span_id(), self.tracer.span_id(), self.tracer.span_id());
        let mut trace = [0; 16];
        trace[..8].copy_from_slice(&one);
        trace[8..].copy_from_slice(&two);
        let mut open = OpenSpan::new(&self.tracer, name, kind, (SpanContext { trace, span }, None));
        open.span.link = Some(self.at);
        open
    }
}

/// A span that has not ended. It ends, and is handed over, when it is dropped.
pub struct OpenSpan {
    span: Span,
    tracer: Arc<dyn Tracer>,
}

impl OpenSpan {
    /// The first span of this process in a trace: its place, and the caller's span when there is one.
    pub fn new(
        tracer: &Arc<dyn Tracer>,
        name: impl Into<Cow<'static, str>>,
        kind: SpanKind,
        (at, parent): (SpanContext, Option<[u8; 8]>),
    ) -> Self {
        let begun = tracer.now();
        let (name, attributes) = (name.into(), Vec::new());
        let span = Span { name, kind, at, parent, link: None, begun, ended: begun, attributes, failed: false };
        Self { span, tracer: Arc::clone(tracer) }
    }

    /// It began at this instant, not now.
    #[must_use]
    pub fn since(mut self, begun: Timestamp) -> Self {
        self.span.begun = begun;
        self
    }

    /// Says more about it.
    pub fn set(&mut self, name: &'static str, value: impl Into<SpanValue>) {
        self.span.attributes.push((name, value.into()));
    }

    /// It failed.
    pub const fn fail(&mut self) {
        self.span.failed = true;
    }

    /// What hangs below it.
    pub fn trace(&self) -> Trace {
        Trace { at: self.span.at, tracer: Arc::clone(&self.tracer) }
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        let span = Span {
            name: std::mem::take(&mut self.span.name),
            attributes: std::mem::take(&mut self.span.attributes),
            // A clock that was set back makes no span end before it began.
            ended: self.tracer.now().max(self.span.begun),
            ..self.span
        };
        self.tracer.take(span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparents() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        for (text, good) in [
            (format!("00-{id}-b7ad6b7169203331-01"), Some(true)),
            (format!("00-{id}-b7ad6b7169203331-00"), Some(false)),
            (format!("00-{id}-b7ad6b7169203331-03"), Some(true)),
            (format!("01-{id}-b7ad6b7169203331-01-more"), Some(true)),
            (format!("00-{id}-b7ad6b7169203331-01-more"), None),
            (format!("00-{id}-b7ad6b7169203331-1"), None),
            (format!("ff-{id}-b7ad6b7169203331-01"), None),
            (format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), None),
            (format!("00-{id}-0000000000000000-01"), None),
            (format!("00-{}-b7ad6b7169203331-01", id.to_uppercase()), None),
            ("nonsense".to_owned(), None),
            ("é0-".to_owned(), None),
        ] {
            let read = SpanContext::parse(&text);
            assert_eq!(read.map(|(at, sampled)| (hex(&at.trace), sampled)), good.map(|s| (id.to_owned(), s)), "{text}");
        }
        let text = format!("00-{id}-b7ad6b7169203331-01");
        assert_eq!(SpanContext::parse(&text).expect("a place").0.to_string(), text);
    }
}
