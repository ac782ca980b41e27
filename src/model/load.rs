//! From text to a tree of values, with the position of each.
//!
//! One event parser reads YAML 1.2 and therefore JSON. What a model has no use for is refused: tags, several documents,
//! keys that are not text, the same key twice. Aliases are followed within a budget, and nesting is limited, so that no
//! text exhausts memory or the stack. Plain scalars follow the core schema of YAML 1.2; what JSON cannot hold (`.inf`,
//! `.nan`) stays text.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde::Serialize;
use serde_json::{Map, Value};

use super::diagnostic::{Code, Diagnostic};
use super::problem::quoted;
use super::spans::{SpanIndex, child};

/// A stretch of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TextSpan {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The line of the first byte, from 1.
    pub line: usize,
    /// The column of the first byte in characters, from 1.
    pub column: usize,
}

/// Maps and lists inside each other.
const DEPTH_MAX: usize = 64;
/// Bytes of text.
const TEXT_MAX: usize = 16 << 20;
/// Values and bytes that anchors and aliases may copy.
const COPIES_MAX: usize = 4 << 20;

/// A text as a tree of values; no value if the text is not YAML.
#[derive(Debug)]
pub struct Loaded {
    /// The tree.
    pub value: Option<Value>,
    /// Where each value is.
    pub spans: SpanIndex,
    /// Problems, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a text.
#[must_use]
pub fn load(text: &str) -> Loaded {
    let mut loader = Loader::new(text);
    let value = match loader.run() {
        Ok(value) => Some(value),
        Err(diagnostic) => {
            loader.diagnostics.push(*diagnostic);
            None
        }
    };
    Loaded {
        value,
        spans: loader.spans,
        diagnostics: loader.diagnostics,
    }
}

/// A map or list whose end has not come yet.
struct Frame {
    container: Container,
    pointer: String,
    start: TextSpan,
    end: usize,
    anchor: usize,
    /// Levels of maps and lists inside, this one included.
    depth: usize,
}

enum Container {
    Map(Map<String, Value>, Option<Key>),
    List(Vec<Value>),
}

struct Key {
    name: String,
    span: TextSpan,
    /// Whether the map has the key already: its value is read and thrown away.
    again: bool,
}

struct Anchored {
    value: Value,
    depth: usize,
    cost: usize,
}

struct Loader<'text> {
    text: &'text str,
    offset: usize,
    /// Byte offsets of characters; empty if every character is one byte.
    bytes: Vec<usize>,
    stack: Vec<Frame>,
    anchors: BTreeMap<usize, Anchored>,
    copied: usize,
    spans: SpanIndex,
    diagnostics: Vec<Diagnostic>,
}

/// Boxed: diagnostics are large and rare.
type Step<T> = Result<T, Box<Diagnostic>>;

impl<'text> Loader<'text> {
    fn new(text: &'text str) -> Loader<'text> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        Loader {
            text: body,
            offset: text.len() - body.len(),
            bytes: if body.is_ascii() {
                Vec::new()
            } else {
                body.char_indices().map(|(byte, _)| byte).collect()
            },
            stack: Vec::new(),
            anchors: BTreeMap::new(),
            copied: 0,
            spans: SpanIndex::default(),
            diagnostics: Vec::new(),
        }
    }

    fn run(&mut self) -> Step<Value> {
        if self.text.len() > TEXT_MAX {
            let span = TextSpan {
                start: 0,
                end: 0,
                line: 1,
                column: 1,
            };
            return Err(self.fatal(Code::TooLarge, "a model has at most 16 MiB of text", span));
        }
        let mut root = None;
        let mut documents = 0;
        for event in Parser::new_from_str(self.text) {
            let (event, span) = match event {
                Ok((event, span)) => (event, self.span(span)),
                Err(error) => {
                    let at = *error.marker();
                    let span = self.span(Span::new(at, at));
                    return Err(self.fatal(Code::Syntax, &sentence(error.info()), span));
                }
            };
            if let Event::DocumentStart(_) = event {
                documents += 1;
                if documents > 1 {
                    return Err(self.fatal(
                        Code::Documents,
                        "a second document starts here, but a file holds one model",
                        span,
                    ));
                }
            }
            if let Some(value) = self.event(event, span)? {
                root = Some(value);
            }
        }
        match root {
            Some(Value::Null) | None => {
                let span = TextSpan {
                    start: self.offset,
                    end: self.offset,
                    line: 1,
                    column: 1,
                };
                Err(self.fatal(Code::Documents, "there is no model in this text", span))
            }
            Some(value) => Ok(value),
        }
    }

    fn fatal(&self, code: Code, message: &str, span: TextSpan) -> Box<Diagnostic> {
        let pointer = self
            .stack
            .last()
            .map(|frame| frame.pointer.clone())
            .unwrap_or_default();
        Box::new(Diagnostic::error(code, message, pointer, Some(span)))
    }

    fn span(&self, span: Span) -> TextSpan {
        let byte = |character: usize| {
            let byte = if self.bytes.is_empty() {
                character.min(self.text.len())
            } else {
                self.bytes
                    .get(character)
                    .copied()
                    .unwrap_or(self.text.len())
            };
            byte + self.offset
        };
        let start = byte(span.start.index());
        let end = byte(span.end.index()).max(start);
        TextSpan {
            start,
            end,
            line: span.start.line().max(1),
            column: span.start.col() + 1,
        }
    }

    /// Handles one event; gives the value of the document when it is complete.
    fn event(&mut self, event: Event<'_>, span: TextSpan) -> Step<Option<Value>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                if self.key_is_due() {
                    return self.key(text.into_owned(), span).map(|()| None);
                }
                let value = if style == ScalarStyle::Plain {
                    plain(&text)
                } else {
                    Value::String(text.into_owned())
                };
                self.remember(anchor, &value, 0, span)?;
                Ok(self.attach(value, span, 0))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.open(Container::List(Vec::new()), anchor, span)
                    .map(|()| None)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.is_some(), span);
                self.open(Container::Map(Map::new(), None), anchor, span)
                    .map(|()| None)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(None),
        }
    }

    fn refuse_tag(&mut self, tagged: bool, span: TextSpan) {
        if tagged {
            let pointer = self.next_pointer();
            self.diagnostics.push(
                Diagnostic::error(
                    Code::Tag,
                    "tags have no meaning in a model",
                    pointer,
                    Some(span),
                )
                .with_help("write the value alone"),
            );
        }
    }

    fn key_is_due(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Frame {
                container: Container::Map(_, None),
                ..
            })
        )
    }

    fn key(&mut self, name: String, span: TextSpan) -> Step<()> {
        let frame = self.stack.last_mut().expect("a key belongs to a map");
        frame.end = span.end;
        let Container::Map(map, key) = &mut frame.container else {
            return Ok(());
        };
        let again = map.contains_key(&name);
        if again {
            let pointer = child(&frame.pointer, &name);
            let mut diagnostic = Diagnostic::error(
                Code::DuplicateKey,
                format!("{} is there twice", quoted(&name)),
                pointer.clone(),
                Some(span),
            )
            .with_help("keep one of the two");
            if let Some(first) = self.spans.key(&pointer) {
                diagnostic = diagnostic.with_related(first, "first here");
            }
            self.diagnostics.push(diagnostic);
        }
        *key = Some(Key { name, span, again });
        Ok(())
    }

    /// The pointer of the value that comes next.
    fn next_pointer(&self) -> String {
        match self.stack.last() {
            None => String::new(),
            Some(Frame {
                pointer,
                container: Container::List(items),
                ..
            }) => child(pointer, &items.len().to_string()),
            Some(Frame {
                pointer,
                container: Container::Map(_, Some(key)),
                ..
            }) => child(pointer, &key.name),
            Some(Frame { pointer, .. }) => pointer.clone(),
        }
    }

    fn open(&mut self, container: Container, anchor: usize, span: TextSpan) -> Step<()> {
        if self.key_is_due() {
            return Err(self.fatal(Code::Key, "a key is text, not a map or a list", span));
        }
        if self.stack.len() >= DEPTH_MAX {
            return Err(self.fatal(
                Code::Depth,
                "maps and lists are nested more than 64 deep",
                span,
            ));
        }
        let pointer = self.next_pointer();
        self.stack.push(Frame {
            container,
            pointer,
            start: span,
            end: span.end,
            anchor,
            depth: 1,
        });
        Ok(())
    }

    fn close(&mut self, span: TextSpan) -> Step<Option<Value>> {
        let frame = self
            .stack
            .pop()
            .expect("the parser balances starts and ends");
        // The end of a block has no text of its own; that of a flow collection is its bracket.
        let bracket = matches!(
            self.text.as_bytes().get(span.start - self.offset),
            Some(b']' | b'}')
        );
        let end = if bracket && span.end > span.start {
            span.start + 1
        } else {
            frame.end
        };
        let whole = TextSpan {
            end: end.max(frame.start.end),
            ..frame.start
        };
        let value = match frame.container {
            Container::Map(map, _) => Value::Object(map),
            Container::List(items) => Value::Array(items),
        };
        self.remember(frame.anchor, &value, frame.depth, whole)?;
        Ok(self.attach(value, whole, frame.depth))
    }

    /// Puts a complete value where it belongs; gives it back if it is the document.
    fn attach(&mut self, value: Value, span: TextSpan, depth: usize) -> Option<Value> {
        let pointer = self.next_pointer();
        let Some(frame) = self.stack.last_mut() else {
            self.spans.insert(pointer, None, span);
            return Some(value);
        };
        frame.end = frame.end.max(span.end);
        frame.depth = frame.depth.max(depth + 1);
        match &mut frame.container {
            Container::List(items) => {
                self.spans.insert(pointer, None, span);
                items.push(value);
            }
            Container::Map(map, key) => {
                let key = key.take().expect("a value follows its key");
                if !key.again {
                    self.spans.insert(pointer, Some(key.span), span);
                    map.insert(key.name, value);
                }
            }
        }
        None
    }

    fn remember(&mut self, anchor: usize, value: &Value, depth: usize, span: TextSpan) -> Step<()> {
        if anchor > 0 {
            let cost = cost(value);
            self.charge(cost, span)?;
            self.anchors.insert(
                anchor,
                Anchored {
                    value: value.clone(),
                    depth,
                    cost,
                },
            );
        }
        Ok(())
    }

    fn charge(&mut self, cost: usize, span: TextSpan) -> Step<()> {
        self.copied = self.copied.saturating_add(cost);
        if self.copied > COPIES_MAX {
            return Err(self.fatal(
                Code::TooLarge,
                "anchors and aliases expand to more than any model needs",
                span,
            ));
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: TextSpan) -> Step<Option<Value>> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(self.fatal(
                Code::Syntax,
                "this alias is inside of what it stands for",
                span,
            ));
        };
        let (depth, cost) = (anchored.depth, anchored.cost);
        if self.stack.len() + depth > DEPTH_MAX {
            return Err(self.fatal(
                Code::Depth,
                "maps and lists are nested more than 64 deep",
                span,
            ));
        }
        self.charge(cost, span)?;
        let value = self.anchors[&anchor].value.clone();
        if self.key_is_due() {
            return match value {
                Value::String(name) => self.key(name, span).map(|()| None),
                _ => Err(self.fatal(Code::Key, "a key is text", span)),
            };
        }
        Ok(self.attach(value, span, depth))
    }
}

/// Values and bytes of text in a tree.
fn cost(value: &Value) -> usize {
    1 + match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(cost).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() + cost(value)).sum(),
        _ => 0,
    }
}

/// A parser's message, on one line and without a full stop.
fn sentence(info: &str) -> String {
    info.lines()
        .next()
        .unwrap_or("this is not YAML")
        .trim_end_matches('.')
        .to_owned()
}

/// A plain scalar by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn number(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x") {
        return plain_digits(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return plain_digits(digits, 8);
    }
    let starts = unsigned
        .strip_prefix('.')
        .unwrap_or(unsigned)
        .starts_with(|c: char| c.is_ascii_digit());
    if !starts
        || !unsigned
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'))
    {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(number) = text.parse::<u64>() {
            return Some(number.into());
        }
        if let Ok(number) = text.parse::<i64>() {
            return Some(number.into());
        }
    }
    text.parse::<f64>()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map(Value::Number)
}

fn plain_digits(digits: &str, radix: u32) -> Option<Value> {
    let fits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    fits.then(|| u64::from_str_radix(digits, radix).ok())
        .flatten()
        .map(Value::from)
}
