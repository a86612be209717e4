//! What the liars of an instance send.

use comrade::attack::{Attack, Message, View};
use comrade::compress::{Compressor, Identity};
use comrade::stream::Stream;

/// A liar that always sends these numbers.
#[derive(Debug)]
pub(super) struct Fixed(pub(super) Vec<f64>);

impl Attack for Fixed {
    fn send(&self, _: &View<'_>, stream: &mut Stream) -> Message {
        // As bytes: an adversary is not bound to the compressor.
        Message::Bytes(Identity.encode(&self.0, stream))
    }

    fn name(&self) -> String {
        "fixed".into()
    }
}

/// A liar that says nothing.
#[derive(Debug)]
pub(super) struct Silent;

impl Attack for Silent {
    fn send(&self, _: &View<'_>, _: &mut Stream) -> Message {
        Message::Nothing
    }

    fn name(&self) -> String {
        "silent".into()
    }
}
