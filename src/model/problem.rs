//! Problems found while a value is read, carried through serde's errors.
//!
//! Serde's errors hold one string. A [`Problem`] is written into it as `[E0205] message`, a line break and
//! `  help: ...`, and read back by `decode`. User text inside a message is quoted without line breaks, so this is
//! unambiguous.

use super::diagnostic::Code;

const HELP: &str = "\n  help: ";

/// A problem that does not know yet where it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What sort of problem it is.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem with advice.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem {
            code,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// A problem that speaks for itself.
    #[must_use]
    pub fn plain(code: Code, message: impl Into<String>) -> Problem {
        Problem {
            code,
            message: message.into(),
            help: None,
        }
    }

    /// As an error of serde.
    #[must_use]
    pub fn into_error<E: serde::de::Error>(self) -> E {
        E::custom(self)
    }

    /// Reads back what [`Problem::into_error`] wrote.
    #[must_use]
    pub fn from_error(text: &str) -> Option<Problem> {
        let (id, rest) = text.strip_prefix('[')?.split_once("] ")?;
        let code = *Code::ALL.iter().find(|code| code.id() == id)?;
        let (message, help) = match rest.split_once(HELP) {
            Some((message, help)) => (message, Some(help.to_owned())),
            None => (rest, None),
        };
        Some(Problem {
            code,
            message: message.to_owned(),
            help,
        })
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "[{}] {}", self.code, self.message)?;
        match &self.help {
            Some(help) => write!(formatter, "{HELP}{help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// User text between backticks, on one line and not too long.
#[must_use]
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut quoted = String::from("`");
    for (index, character) in text.chars().enumerate() {
        if index == LONGEST {
            quoted.push('…');
            break;
        }
        match character {
            character if character.is_control() => quoted.extend(character.escape_default()),
            character => quoted.push(character),
        }
    }
    quoted.push('`');
    quoted
}
