//! Reads server-sent events as the WHATWG's text says, from whatever pieces the network gives.

/// One event of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// `id:`; empty when none was sent.
    pub id: String,
    /// `event:`; empty when none was sent.
    pub event: String,
    /// `data:` lines, joined by line feeds.
    pub data: String,
}

/// Gathers bytes until they make an event.
#[derive(Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
    message: Message,
}

impl Reader {
    /// Takes bytes, and gives the events that they complete.
    pub fn push(&mut self, piece: &[u8]) -> Vec<Message> {
        self.bytes.extend_from_slice(piece);
        let mut out = Vec::new();
        while let Some(end) = self.bytes.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            out.extend(self.line(line.trim_end_matches(['\r', '\n'])));
        }
        out
    }

    fn line(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            let done = std::mem::take(&mut self.message);
            // An id alone tells the place of a stream that has shown nothing yet.
            return (done != Message::default()).then_some(done);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut self.message.id),
            "event" => value.clone_into(&mut self.message.event),
            "data" => {
                if !self.message.data.is_empty() {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = ": hello\n\nid: 0\n\nid: 1\nevent: call.started\ndata: {\"a\":1}\n\nretry: 5\n\nid:2\ndata: x\ndata: y é\r\n\r\nevent: closed\ndata: {}\n\nid: 3\ndata: cut";

    fn read(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<Message> {
        let mut reader = Reader::default();
        pieces.flat_map(|piece| reader.push(&piece)).collect()
    }

    #[test]
    fn events_are_the_same_however_the_network_cuts_them() {
        let whole = read(std::iter::once(TEXT.as_bytes().to_vec()));
        let told: Vec<_> = whole.iter().map(|m| (m.id.as_str(), m.event.as_str(), m.data.as_str())).collect();
        assert_eq!(
            told,
            [("0", "", ""), ("1", "call.started", "{\"a\":1}"), ("2", "", "x\ny é"), ("", "closed", "{}")]
        );
        for size in 1..TEXT.len() {
            assert_eq!(read(TEXT.as_bytes().chunks(size).map(<[u8]>::to_vec)), whole, "pieces of {size}");
        }
    }
}
