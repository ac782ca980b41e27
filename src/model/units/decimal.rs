//! Decimal numerals, read exactly.

/// A numeral `mantissa * 10^exponent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    mantissa: u128,
    exponent: i32,
}

/// Exponents beyond this are no quantity of this world.
const EXPONENT_MAX: i32 = 60;

impl Decimal {
    /// Splits a text into the numeral it starts with and the rest. The numeral is digits, perhaps a point and more
    /// digits, perhaps `e` and an exponent.
    pub fn split(text: &str) -> Option<(&str, &str)> {
        let bytes = text.as_bytes();
        let digits = |from: usize| {
            from + bytes[from..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let mut end = digits(0);
        if end == 0 {
            return None;
        }
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let from = end + 1 + sign;
            if from <= bytes.len() && digits(from) > from {
                end = digits(from);
            }
        }
        Some(text.split_at(end))
    }

    /// Reads a whole numeral; nothing if it is none, or has more digits than any quantity needs.
    pub fn parse(numeral: &str) -> Option<Decimal> {
        let (before, exponent) = match numeral.split_once(['e', 'E']) {
            Some((before, exponent)) => (before, exponent.parse::<i32>().ok()?),
            None => (numeral, 0),
        };
        let (whole, fraction) = before.split_once('.').unwrap_or((before, ""));
        let fraction = fraction.trim_end_matches('0');
        let mantissa = format!("{whole}{fraction}").parse::<u128>().ok()?;
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        (exponent.abs() <= EXPONENT_MAX).then_some(Decimal { mantissa, exponent })
    }

    /// This many times `unit`, rounded to a whole number (half up); nothing if it does not fit.
    pub fn times(self, unit: u128) -> Option<u128> {
        let product = self.mantissa.checked_mul(unit)?;
        match u32::try_from(self.exponent) {
            Ok(exponent) => product.checked_mul(10_u128.checked_pow(exponent)?),
            Err(_) => match 10_u128.checked_pow(self.exponent.unsigned_abs()) {
                Some(divisor) => {
                    Some(product / divisor + u128::from(product % divisor >= divisor.div_ceil(2)))
                }
                None => Some(0),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_reads_exactly() {
        assert_eq!(Decimal::split("2.7m"), Some(("2.7", "m")));
        assert_eq!(Decimal::split("1e-3/y"), Some(("1e-3", "/y")));
        assert_eq!(Decimal::split("1es"), Some(("1", "es")));
        assert_eq!(Decimal::split("1e+"), Some(("1", "e+")));
        assert_eq!(Decimal::split("5.s"), Some(("5", ".s")));
        assert_eq!(Decimal::split("-5s"), None);
        assert_eq!(Decimal::split(""), None);
        assert_eq!(Decimal::parse("2.70").unwrap().times(60), Some(162));
        assert_eq!(Decimal::parse("0.0005").unwrap().times(1000), Some(1));
        assert_eq!(Decimal::parse("0.0004").unwrap().times(1000), Some(0));
        assert_eq!(Decimal::parse("1e3").unwrap().times(7), Some(7000));
        assert_eq!(Decimal::parse("1e99"), None);
        assert_eq!(Decimal::parse(&"9".repeat(60)), None);
    }
}
