//! What did not fit, and where: each level adds its part of the path on the way out.

use std::fmt::{self, Display};

use serde::de;

/// Something did not fit. Boxed, because every step of reading hands a result on, and nearly none is this.
#[derive(Debug)]
pub(crate) struct DecodeError(Box<Misfit>);

#[derive(Debug)]
struct Misfit {
    problem: String,
    /// From the innermost part outwards.
    path: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    Field(String),
    Element(usize),
}

impl DecodeError {
    #[cold]
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(Box::new(Misfit { problem: problem.into(), path: Vec::new() }))
    }

    #[cold]
    pub(super) fn within(mut self, part: Part) -> Self {
        self.0.path.push(part);
        self
    }
}

impl Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misfit { problem, path } = &*self.0;
        if path.is_empty() {
            return f.write_str(problem);
        }
        f.write_str("at `")?;
        for (index, part) in path.iter().rev().enumerate() {
            match part {
                Part::Field(name) if index == 0 => f.write_str(name)?,
                Part::Field(name) => write!(f, ".{name}")?,
                Part::Element(number) => write!(f, "[{number}]")?,
            }
        }
        write!(f, "`: {problem}")
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}
