//! What tokens cost.

/// Tokens of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Read, those of the upstream's cache among them.
    pub input: u64,
    /// Those of them that came from the upstream's own cache.
    pub cached: u64,
    /// Written.
    pub output: u64,
}

impl Tokens {
    /// The most of each that one call may have: no model reads more than some millions, and with the dearest price a sum
    /// of money still is a number that every store holds exactly.
    pub const MOST: u64 = 100_000_000;

    /// Read and written together.
    #[must_use]
    pub const fn all(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// What a million tokens of a model cost, in billionths of a US dollar: fine enough for the cheapest of price lists, where
/// a token costs a fraction of one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Price {
    /// Of those that it reads.
    pub input: u64,
    /// Of those that it reads from the upstream's own cache.
    pub cached: u64,
    /// Of those that it writes.
    pub output: u64,
}

/// A text that is no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` must be US dollars for a million tokens with at most nine decimals, such as `0.15`, and at most 10,000"
)]
pub struct PriceError(String);

const MILLION: u128 = 1_000_000;
const NANOS: u64 = 1_000_000_000;

impl Price {
    /// The dearest price, in dollars for a million tokens.
    pub const MOST_DOLLARS: u64 = 10_000;

    /// What so many tokens cost, rounded up once, to a whole billionth.
    #[must_use]
    pub fn of(self, tokens: Tokens) -> u64 {
        let cached = tokens.cached.min(tokens.input);
        let parts =
            [(tokens.input - cached, self.input), (cached, self.cached), (tokens.output, self.output)];
        let sum = parts.into_iter().fold(0_u128, |sum, (tokens, price)| {
            sum.saturating_add(u128::from(tokens).saturating_mul(price.into()))
        });
        u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX)
    }

    /// The most that so many tokens can cost, however many of them come from the upstream's cache.
    #[must_use]
    pub fn most_of(self, input: u64, output: u64) -> u64 {
        let dearest = Self { input: self.input.max(self.cached), ..self };
        dearest.of(Tokens { input, cached: 0, output })
    }

    /// From US dollars for a million tokens; an empty text is nothing. Cached tokens cost as much as others.
    ///
    /// # Errors
    /// [`PriceError`].
    pub fn per_million(input: &str, output: &str) -> Result<Self, PriceError> {
        let input = dollars(input)?;
        Ok(Self { input, cached: input, output: dollars(output)? })
    }

    /// The same, with another price for tokens from the upstream's own cache.
    ///
    /// # Errors
    /// [`PriceError`].
    pub fn with_cached(self, cached: &str) -> Result<Self, PriceError> {
        Ok(Self { cached: dollars(cached)?, ..self })
    }
}

/// A decimal number of dollars as billionths, exactly: money is never a float. None where it is no such number, has more
/// than nine decimals, or is more than can be counted.
#[must_use]
pub fn decimal_nanos(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<9}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(NANOS)?.checked_add(fraction)
}

fn dollars(text: &str) -> Result<u64, PriceError> {
    if text.is_empty() {
        return Ok(0);
    }
    let nanos = decimal_nanos(text).filter(|nanos| *nanos <= Price::MOST_DOLLARS * NANOS);
    nanos.ok_or_else(|| PriceError(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_price_is_dollars_for_a_million_tokens() {
        let price = Price::per_million("0.15", "0.6").unwrap().with_cached("0.075").unwrap();
        assert_eq!(price, Price { input: 150_000_000, cached: 75_000_000, output: 600_000_000 });
        let tokens = |input, cached, output| Tokens { input, cached, output };
        assert_eq!(price.of(tokens(1_000_000, 0, 500_000)), 450_000_000, "45 cents");
        assert_eq!(price.of(tokens(1_000_000, 1_000_000, 0)), 75_000_000, "all from the cache");
        assert_eq!(price.of(tokens(10, 99, 0)), 750, "no more from the cache than were read");
        assert_eq!(Price::per_million("", "").unwrap(), Price::default());
        // 2.8 billionths a token: fractions are added up before they are rounded.
        let deep = Price::per_million("0.28", "0.42").unwrap().with_cached("0.0028").unwrap();
        assert_eq!(
            (deep.of(tokens(1, 1, 0)), deep.of(tokens(5, 5, 0)), deep.of(tokens(6, 6, 0))),
            (3, 14, 17)
        );
        for wrong in [
            "free",
            "-1",
            "NaN",
            "1e7",
            " 1",
            "1.",
            ".5",
            "1,5",
            "10000.1",
            "0.1234567891",
            "99999999999999999999",
        ] {
            assert_eq!(Price::per_million(wrong, ""), Err(PriceError(wrong.into())));
        }
        let dearest = Price::per_million("10000", "10000").unwrap();
        let most = dearest.most_of(Tokens::MOST, Tokens::MOST);
        assert!(most < 1 << 53, "`{most}` is exact as a float");
    }

    proptest! {
        #[test]
        fn the_most_of_tokens_is_never_less_than_what_they_cost(
            (input, cached, output) in (0..10_000_000_u64, 0..10_000_000_u64, 0..10_000_000_u64),
            prices in prop::array::uniform3(0..10_000_000_000_000_u64),
            less in 0..1_000_u64,
        ) {
            let [of_input, of_cached, of_output] = prices;
            let price = Price { input: of_input, cached: of_cached, output: of_output };
            let took = Tokens { input: input.saturating_sub(less), cached, output: output.saturating_sub(less) };
            prop_assert!(price.of(took) <= price.most_of(input, output));
        }
    }
}
