//! Where each value of a model is in its text.

use std::collections::BTreeMap;

use super::diagnostic::{Code, Diagnostic};
use super::load::TextSpan;
use super::problem::{Problem, quoted};

/// The pointer of a member of a map or list.
#[must_use]
pub fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The keys that a pointer is made of.
#[must_use]
pub fn keys(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|key| key.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The pointer of what a value is in; nothing for the whole model.
#[must_use]
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

#[derive(Clone, Copy, Debug)]
struct Place {
    key: Option<TextSpan>,
    value: TextSpan,
}

/// Positions by JSON pointer. What an alias or an override put in place has the position of the nearest value around
/// it that the text does hold, or none.
#[derive(Clone, Debug, Default)]
pub struct SpanIndex {
    places: BTreeMap<String, Place>,
    /// Pointers that overrides have set, with the override's text.
    overridden: BTreeMap<String, String>,
}

impl SpanIndex {
    pub(super) fn insert(&mut self, pointer: String, key: Option<TextSpan>, value: TextSpan) {
        self.places.insert(pointer, Place { key, value });
    }

    pub(super) fn set_overridden(&mut self, pointer: String, text: String) {
        self.overridden.insert(pointer, text);
    }

    /// The override that set a value, as the user wrote it.
    #[must_use]
    pub fn overridden(&self, pointer: &str) -> Option<&str> {
        around(pointer)
            .find_map(|pointer| self.overridden.get(pointer))
            .map(String::as_str)
    }

    /// The key of a value, or the value if it has none.
    #[must_use]
    pub fn key(&self, pointer: &str) -> Option<TextSpan> {
        self.place(pointer)
            .map(|place| place.key.unwrap_or(place.value))
    }

    /// A value.
    #[must_use]
    pub fn value(&self, pointer: &str) -> Option<TextSpan> {
        self.place(pointer).map(|place| place.value)
    }

    fn place(&self, pointer: &str) -> Option<&Place> {
        if self.overridden(pointer).is_some() {
            return None;
        }
        around(pointer).find_map(|pointer| self.places.get(pointer))
    }

    /// An error about a value, at its place, or naming the override that set it.
    #[must_use]
    pub fn at_value(&self, pointer: &str, problem: Problem) -> Diagnostic {
        self.located(pointer, self.value(pointer), problem)
    }

    /// An error about a key or about a whole map, at its key, or naming the override that set it.
    #[must_use]
    pub fn at_key(&self, pointer: &str, problem: Problem) -> Diagnostic {
        // The whole model has no key; its first line will do.
        let span = if pointer.is_empty() {
            self.value(pointer).map(|span| TextSpan {
                end: span.start,
                ..span
            })
        } else {
            self.key(pointer)
        };
        self.located(pointer, span, problem)
    }

    fn located(&self, pointer: &str, span: Option<TextSpan>, problem: Problem) -> Diagnostic {
        let message = match self.overridden(pointer) {
            Some(text) => format!("{} (set by the override {})", problem.message, quoted(text)),
            None => problem.message,
        };
        Diagnostic {
            help: problem.help,
            ..Diagnostic::error(problem.code, message, pointer, span)
        }
    }

    /// A problem with an override itself.
    pub(super) fn with_override(
        text: &str,
        code: Code,
        message: String,
        help: String,
    ) -> Diagnostic {
        Diagnostic::error(
            code,
            format!("{message} (in the override {})", quoted(text)),
            "",
            None,
        )
        .with_help(help)
    }
}

/// A pointer and those around it, from the inside out.
fn around(pointer: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(pointer), |pointer| parent(pointer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape_what_they_must() {
        assert_eq!(child("/a", "b/c~d"), "/a/b~1c~0d");
        assert_eq!(keys("/a/b~1c~0d"), ["a", "b/c~d"]);
        assert_eq!(keys(""), Vec::<String>::new());
        assert_eq!(around("/a/b").collect::<Vec<_>>(), ["/a/b", "/a", ""]);
    }
}
