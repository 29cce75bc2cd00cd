//! How far one run through a provider's history goes.

/// Pages of one run at most: with their steps they stay within what an instance may have.
pub const MOST_PAGES: u32 = 1_000;
/// Pages of a run where nobody says.
pub const USUAL_PAGES: u32 = 200;
/// How often a provider may ask one run to leave it alone. Then the run ends, and another goes on.
pub const MOST_RESTS: u32 = 100;
