//! Rust source without its comments and literals.
//!
//! A rule about code must not trip over a sentence that mentions what it forbids. This is not a parser: it knows
//! comments, strings, raw strings and characters, and blanks them, so that lines and columns stay where they are.

/// `text` with every comment, string and character literal replaced by spaces; line ends stay.
pub fn code_only(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let length = literal_length(&characters, at);
        if length == 0 {
            code.push(characters[at]);
            at += 1;
        } else {
            let end = characters.len().min(at + length);
            code.extend(characters[at..end].iter().map(|it| match it {
                '\n' => '\n',
                _ => ' ',
            }));
            at = end;
        }
    }
    code
}

/// How many characters a comment or literal that starts at `at` has; zero if none starts there.
fn literal_length(text: &[char], at: usize) -> usize {
    let rest = &text[at..];
    let in_word = at > 0 && is_word(text[at - 1]);
    match rest {
        ['/', '/', ..] => rest.iter().position(|&it| it == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment_length(rest),
        ['"', ..] => quoted_length(rest, '"'),
        ['r', '"' | '#', ..] if !in_word => raw_string_length(rest),
        ['\'', '\\', ..] => quoted_length(rest, '\''),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

/// Whether `character` can be part of a name.
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn quoted_length(text: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn raw_string_length(text: &[char]) -> usize {
    let hashes = text[1..].iter().take_while(|&&it| it == '#').count();
    if text.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut end = vec!['"'];
    end.resize(1 + hashes, '#');
    let body = 2 + hashes;
    text[body..]
        .windows(end.len())
        .position(|window| window == end)
        .map_or(text.len(), |position| body + position + end.len())
}

fn block_comment_length(text: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        match text[at..] {
            ['/', '*', ..] => {
                depth += 1;
                at += 2;
            }
            ['*', '/', ..] => {
                depth -= 1;
                at += 2;
            }
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

#[test]
fn only_code_remains() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ \n d */ e", "a              \n      e"),
        (r#"f("a\"b", 'c', '\'')"#, "f(      ,    ,     )"),
        ("r#\"a\"b\"# c", "         c"),
        ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
        ("r#type", "r#type"),
        ("for \"x", "for   "),
    ];
    for (text, code) in cases {
        assert_eq!(
            code_only(text).trim_end(),
            code.trim_end(),
            "the code of {text}"
        );
    }
}
