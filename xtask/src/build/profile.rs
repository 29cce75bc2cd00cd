//! How much work a build puts into the Wasm.

/// What the Wasm is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What is shipped, tested and measured: optimized across crates, then by `wasm-opt`.
    Release,
    /// What is tried out between two edits: compiled crate by crate, and left as it is. Larger, slower, much sooner there.
    Quick,
}

/// The choice on a command line.
#[derive(clap::Args, Clone, Copy, Debug, Default)]
#[group(skip)]
pub(crate) struct Choice {
    /// Builds in a fraction of the time what is larger and slower than what is shipped
    #[arg(long, env = "WEFT_QUICK", value_parser = clap::builder::FalseyValueParser::new())]
    quick: bool,
}

impl From<Choice> for Profile {
    fn from(choice: Choice) -> Self {
        if choice.quick { Self::Quick } else { Self::Release }
    }
}

impl Profile {
    /// The profile's name for cargo, and so the folder of what it compiles.
    pub(crate) const fn cargo(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }

    /// Whether `wasm-opt` goes over the module: of all that a build does, what takes longest after a small edit.
    pub(crate) const fn is_optimized(self) -> bool {
        matches!(self, Self::Release)
    }
}
