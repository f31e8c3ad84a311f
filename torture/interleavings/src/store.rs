//! What the product's request log writes through.

use callboard_kernel::{Entropy, Result};

use crate::{RequestNote, Tx};

pub(crate) fn requests_insert(tx: &Tx<'_>, notes: &[RequestNote], _: &mut Entropy) -> Result<()> {
    tx.0.lock().notes.extend(notes.iter().map(|note| note.number));
    Ok(())
}
