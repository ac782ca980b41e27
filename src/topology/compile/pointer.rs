//! JSON pointers (RFC 6901) into the model, and canonical name paths.

use crate::model::spans::child;

/// Where a value is in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pointer(String);

impl Pointer {
    /// The value under this key.
    #[must_use]
    pub fn key(&self, key: &str) -> Pointer {
        Pointer(child(&self.0, key))
    }

    /// The value at this index.
    #[must_use]
    pub fn index(&self, index: usize) -> Pointer {
        Pointer(format!("{}/{index}", self.0))
    }

    /// The pointer as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The value under these keys.
#[must_use]
pub fn at(keys: &[&str]) -> Pointer {
    keys.iter()
        .fold(Pointer::default(), |pointer, key| pointer.key(key))
}

/// A name as it stands in a canonical path: quoted unless it is made of `a` to `z`, `0` to `9` and `-`.
#[must_use]
pub fn name_in_path(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !name.is_empty() && name.bytes().all(plain) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped() {
        let pointer = at(&["services", "api", "runs", "us/a~b"]).index(3);
        assert_eq!(pointer.as_str(), "/services/api/runs/us~1a~0b/3");
    }

    #[test]
    fn odd_names_are_quoted() {
        assert_eq!(name_in_path("us-east-1"), "us-east-1");
        assert_eq!(name_in_path("api.example.com"), "\"api.example.com\"");
        assert_eq!(name_in_path("a\"\\"), "\"a\\\"\\\\\"");
        assert_eq!(name_in_path(""), "\"\"");
    }
}
