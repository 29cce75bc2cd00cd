//! Amounts of money, exact.

use std::fmt;

/// The currencies of ISO 4217 whose minor unit is not a hundredth, with how many digits it has.
const EXPONENTS: [(&str, usize); 23] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
];

/// The most minor units: exact as a JavaScript number too.
const MOST: u64 = 9_007_199_254_740_991;

/// An amount that is not negative, in the minor unit of its currency, such as cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Money {
    minor: u64,
    currency: String,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMoney {
    /// The currency has another form.
    #[error("must be a currency's three capital letters (ISO 4217), such as `EUR`")]
    Currency,
    /// The amount has another form.
    #[error("must be a decimal number such as `1250.00`: digits, and at most {digits} after a point")]
    Amount {
        /// The digits that the currency has after the point.
        digits: usize,
    },
    /// More than can be counted exactly.
    #[error("must be at most {MOST} of the currency's minor unit")]
    TooMuch,
}

impl Money {
    /// Reads an amount such as `1250.5` in a currency such as `EUR`.
    ///
    /// # Errors
    /// [`NotMoney`].
    pub fn parse(amount: &str, currency: &str) -> Result<Self, NotMoney> {
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(NotMoney::Currency);
        }
        let digits = exponent(currency);
        let bad = NotMoney::Amount { digits };
        let (whole, fraction) = amount.split_once('.').map_or((amount, None), |(w, f)| (w, Some(f)));
        let numeric = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = fraction.is_none_or(|fraction| numeric(fraction) && fraction.len() <= digits);
        if !numeric(whole) || !fits {
            return Err(bad);
        }
        let padded = format!("{whole}{:0<digits$}", fraction.unwrap_or_default());
        let minor = padded.parse::<u64>().ok().filter(|minor| *minor <= MOST).ok_or(NotMoney::TooMuch)?;
        Ok(Self { minor, currency: currency.to_owned() })
    }

    /// How much, in the currency's minor unit.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The currency's three letters.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }
}

/// With all digits of the minor unit and without the currency: `1250.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = exponent(&self.currency);
        let unit = 10_u64.pow(digits as u32);
        let (whole, rest) = (self.minor / unit, self.minor % unit);
        if digits == 0 { write!(f, "{whole}") } else { write!(f, "{whole}.{rest:0digits$}") }
    }
}

fn exponent(currency: &str) -> usize {
    EXPONENTS.iter().find(|(code, _)| *code == currency).map_or(2, |(_, digits)| *digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_and_written_with_all_its_digits() {
        for (amount, currency, minor, written) in [
            ("1250", "EUR", 125_000, "1250.00"),
            ("1250.5", "EUR", 125_050, "1250.50"),
            ("0.07", "USD", 7, "0.07"),
            ("007", "JPY", 7, "7"),
            ("1.234", "KWD", 1_234, "1.234"),
            ("90071992547409.91", "EUR", MOST, "90071992547409.91"),
        ] {
            let money = Money::parse(amount, currency).unwrap();
            assert_eq!((money.minor(), money.to_string().as_str()), (minor, written), "{amount} {currency}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let amount = |text: &str, currency: &str| Money::parse(text, currency).unwrap_err();
        for text in ["", ".5", "1.", "1.234", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "１"] {
            assert_eq!(amount(text, "EUR"), NotMoney::Amount { digits: 2 }, "{text}");
        }
        assert_eq!(amount("1.5", "JPY"), NotMoney::Amount { digits: 0 });
        assert_eq!(amount("90071992547409.92", "EUR"), NotMoney::TooMuch);
        assert_eq!(amount("99999999999999999999999", "EUR"), NotMoney::TooMuch);
        for currency in ["", "eur", "EURO", "E1R", "€"] {
            assert_eq!(amount("1", currency), NotMoney::Currency, "{currency}");
        }
    }
}
