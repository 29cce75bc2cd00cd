//! Weft's command line: set-up, development, tests and builds.
fn main() {}
