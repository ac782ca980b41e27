//! Integers of 128 bits in documents, written as decimal text.
//!
//! Readers of JSON differ in which numbers they keep whole; most stop at 53 or 64 bits. Deliberately absent: other
//! forms of the same number on reading (signs, leading zeros), so that a document has one form.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serializer};

pub fn serialize<S: Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
    let text = String::deserialize(deserializer)?;
    let number = text.parse::<u128>().map_err(D::Error::custom)?;
    if number.to_string() == text {
        Ok(number)
    } else {
        Err(D::Error::custom("a number in another form than its own"))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Wide(#[serde(with = "super")] u128);

    #[test]
    fn every_number_comes_back() {
        for number in [0, 1, u128::from(u64::MAX) + 1, u128::MAX] {
            let text = serde_json::to_string(&Wide(number)).unwrap();
            assert_eq!(text, format!("\"{number}\""));
            assert_eq!(serde_json::from_str::<Wide>(&text).unwrap(), Wide(number));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["7", "\"07\"", "\"+7\"", "\"-7\"", "\"\"", "\"7.0\""] {
            assert!(serde_json::from_str::<Wide>(text).is_err(), "{text}");
        }
    }
}
