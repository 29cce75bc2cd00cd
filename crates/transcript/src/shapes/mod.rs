//! The shapes that are understood: one module each, tried in order, the source's own first.
//!
//! A shape says `None` unless it is sure that the payload is its own, and reads only; how a conversation becomes a
//! document is `draft`'s. To add a provider, add a module and a line in [`SHAPES`].

mod call_completed;
mod chat;
mod elevenlabs;
mod fathom;
mod fireflies;
mod generic;
mod gong;
mod vtt;
mod zoom;

use serde_json::Value;

use crate::draft::Draft;

/// A shape: the source it belongs to, and its reader.
struct Shape {
    source: &'static str,
    read: for<'v> fn(&'v Value) -> Option<Draft<'v>>,
}

/// From the most to the least telling; `generic` takes what is left.
const SHAPES: [Shape; 9] = [
    Shape { source: "standard", read: call_completed::read },
    Shape { source: "fathom", read: fathom::read },
    Shape { source: "gong", read: gong::read },
    Shape { source: "zoom", read: zoom::read },
    Shape { source: "fireflies", read: fireflies::read },
    Shape { source: "elevenlabs", read: elevenlabs::read },
    Shape { source: "chat", read: chat::read },
    Shape { source: "vtt", read: vtt::read },
    Shape { source: "generic", read: generic::read },
];

/// Fields that hold nothing but another payload.
const ENVELOPES: [&str; 6] = ["payload", "data", "body", "event", "object", "conversation"];

/// How many envelopes are looked through.
const MAX_ENVELOPES: usize = 3;

/// The conversation in `root`, by the first shape that knows it.
pub(crate) fn read<'v>(source: &str, root: &'v Value) -> Option<Draft<'v>> {
    let mut layers = vec![root];
    opened(root, MAX_ENVELOPES, &mut layers);
    let own = SHAPES.iter().filter(|shape| shape.source == source && source != "generic");
    let (innermost, mut draft) = own
        .chain(&SHAPES)
        .find_map(|shape| layers.iter().find_map(|layer| Some((*layer, (shape.read)(layer)?))))?;
    draft.fill(innermost);
    // What an envelope says comes last: its `timestamp` is when it was sent, not when the call took place.
    for layer in layers.iter().rev() {
        draft.fill(layer);
    }
    Some(draft)
}

/// Adds what lies in the envelopes of `value`, outermost first.
fn opened<'v>(value: &'v Value, depth: usize, layers: &mut Vec<&'v Value>) {
    if depth == 0 {
        return;
    }
    for inner in ENVELOPES.iter().filter_map(|key| value.get(key)).filter(|inner| inner.is_object()) {
        layers.push(inner);
        opened(inner, depth - 1, layers);
    }
}
