//! What a tenant may spend on models: limits, what calls hold and take, and who is refused why.
//!
//! A call holds an upper bound before it is made and takes what it took when it ends, so that any number of them at once
//! stay within every limit. All is whole numbers: money in billionths of a US dollar.

mod amount;
mod call;
mod limit;
mod price;
mod tally;

pub use amount::Amount;
pub use call::{Call, CallStatus};
pub use limit::{Counter, Limit, LimitError, MOST_LIMITS, Scope, Selector, Unit, Window, check_limits};
pub use price::{Price, PriceError, Tokens, decimal_nanos};
pub use tally::{Reason, Refused, Tally, judge};
