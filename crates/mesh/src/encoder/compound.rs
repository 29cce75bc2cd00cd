//! A sequence or map under way, as `serde` hands out its parts.

use serde::ser::{self, Serialize};

use super::{EncodeError, Encoder, Outcome};

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Array,
    Map,
}

/// A sequence or map under way.
pub(crate) enum Compound<'a, 'b> {
    /// Its length was known and is written.
    Counted(&'b mut Encoder<'a>),
    /// Its length comes before its elements and is known only after them (`#[serde(flatten)]`, iterators).
    Uncounted { encoder: &'b mut Encoder<'a>, kind: Kind, elements: Vec<u8>, count: usize },
}

impl<'a, 'b> Compound<'a, 'b> {
    pub(super) fn uncounted(encoder: &'b mut Encoder<'a>, kind: Kind) -> Self {
        Self::Uncounted { encoder, kind, elements: Vec::new(), count: 0 }
    }

    fn element<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        match self {
            Self::Counted(encoder) => value.serialize(&mut **encoder),
            Self::Uncounted { elements, count, .. } => {
                *count += 1;
                value.serialize(&mut Encoder::new(elements))
            }
        }
    }

    fn named<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Outcome {
        match self {
            Self::Counted(encoder) => {
                encoder.text(name);
                value.serialize(&mut **encoder)
            }
            Self::Uncounted { .. } => {
                self.element(name)?;
                self.element(value)
            }
        }
    }

    fn finish(self) -> Outcome {
        if let Self::Uncounted { encoder, kind, elements, count } = self {
            match kind {
                Kind::Array => encoder.array_of(count)?,
                Kind::Map => encoder.map_of(count / 2)?,
            }
            encoder.out.extend_from_slice(&elements);
        }
        Ok(())
    }
}

impl ser::SerializeSeq for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        self.element(value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeTuple for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        self.element(value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        self.element(value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        self.element(value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Outcome {
        self.element(key)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Outcome {
        self.element(value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeStruct for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Outcome {
        self.named(name, value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}

impl ser::SerializeStructVariant for Compound<'_, '_> {
    type Ok = ();
    type Error = EncodeError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Outcome {
        self.named(name, value)
    }

    fn end(self) -> Outcome {
        self.finish()
    }
}
