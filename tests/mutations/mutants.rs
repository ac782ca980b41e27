//! Ways to damage a text, all of them deterministic.

/// A damaged text and what was done to it.
pub struct Mutant {
    pub damage: String,
    pub text: String,
}

/// How many mutants of each kind a text gets at most.
const EACH: usize = 40;

const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "-0.0",
    "1e308",
    "1e-308",
    "1e999",
    ".nan",
    ".inf",
    "-.inf",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "0x10",
    "1_000",
    "0.1.2",
];

const CHARACTERS: [char; 18] = [
    '\0',
    '\t',
    '\r',
    '\n',
    ' ',
    ':',
    '-',
    '{',
    '}',
    '[',
    ']',
    '&',
    '*',
    '!',
    '%',
    '"',
    '\u{feff}',
    '\u{1f525}',
];

const VALUES: [&str; 8] = ["", "~", "[]", "{}", "true", "*a", "!!binary x", "&a [*a]"];

/// Numbers that are different for every seed and always the same: a linear congruential generator (Knuth's MMIX).
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// Every kind of damage to `text`; well over 200 mutants for a text of 20 lines or more.
pub fn of(text: &str) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    lines(text, &mut mutants);
    characters(text, &mut mutants);
    numbers(text, &mut mutants);
    values(text, &mut mutants);
    names(text, &mut mutants);
    ends(text, &mut mutants);
    mutants
}

/// Lines deleted, doubled, swapped, and moved to the left and to the right.
fn lines(text: &str, mutants: &mut Vec<Mutant>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut add = |what: &str, index: usize, lines: Vec<String>| {
        mutants.push(Mutant {
            damage: format!("line {} {what}", index + 1),
            text: lines.join("\n") + "\n",
        });
    };
    let owned = || -> Vec<String> { lines.iter().map(|&line| line.to_owned()).collect() };
    for index in spread(lines.len()) {
        let mut deleted = owned();
        deleted.remove(index);
        add("deleted", index, deleted);
        let mut doubled = owned();
        doubled.insert(index, doubled[index].clone());
        add("doubled", index, doubled);
        let mut swapped = owned();
        swapped.swap(index, (index + 1) % lines.len());
        add("swapped with the next", index, swapped);
        let mut right = owned();
        right[index].insert_str(0, "  ");
        add("moved to the right", index, right);
        let mut left = owned();
        left[index] = left[index].strip_prefix(' ').unwrap_or_default().to_owned();
        add("moved to the left", index, left);
    }
}

/// Characters replaced, inserted and deleted.
fn characters(text: &str, mutants: &mut Vec<Mutant>) {
    let mut sequence = Sequence(1);
    let original: Vec<char> = text.chars().collect();
    for _ in 0..3 * EACH {
        let at = sequence.below(original.len());
        let new = CHARACTERS[sequence.below(CHARACTERS.len())];
        let mut damaged = original.clone();
        let what = match sequence.below(3) {
            0 => {
                damaged[at] = new;
                "replaced by"
            }
            1 => {
                damaged.insert(at, new);
                "preceded by"
            }
            _ => {
                damaged.remove(at);
                "deleted, not"
            }
        };
        mutants.push(Mutant {
            damage: format!("character {at} {what} {new:?}"),
            text: damaged.into_iter().collect(),
        });
    }
}

/// Numbers that are negative, huge, tiny or none.
fn numbers(text: &str, mutants: &mut Vec<Mutant>) {
    let found = runs(text, |it| it.is_ascii_digit());
    replaced(text, &found, &NUMBERS, mutants);
}

/// Whatever follows a colon, replaced by values of other shapes.
fn values(text: &str, mutants: &mut Vec<Mutant>) {
    let found: Vec<(usize, usize)> = text
        .match_indices(": ")
        .map(|(start, colon)| {
            let from = start + colon.len();
            let length = text[from..].find(['\n', ',', '}', '#']);
            (from, from + length.unwrap_or(text.len() - from))
        })
        .collect();
    replaced(text, &found, &VALUES, mutants);
}

/// Names and key words, each replaced by another word of the same text, and misspelt.
fn names(text: &str, mutants: &mut Vec<Mutant>) {
    let found = runs(text, |it| it.is_ascii_alphabetic() || it == '-');
    let words: Vec<&str> = found.iter().map(|&(from, to)| &text[from..to]).collect();
    replaced(text, &found, &words, mutants);
    replaced(text, &found, &["x", "zones", "us-east-1"], mutants);
}

/// Cut off, doubled, emptied, with carriage returns.
fn ends(text: &str, mutants: &mut Vec<Mutant>) {
    let mut add = |damage: String, text: String| mutants.push(Mutant { damage, text });
    for at in spread(text.len()) {
        let at = (0..=at)
            .rev()
            .find(|&at| text.is_char_boundary(at))
            .unwrap_or(0);
        add(format!("cut off after {at} bytes"), text[..at].to_owned());
        add(
            format!("without its first {at} bytes"),
            text[at..].to_owned(),
        );
    }
    add("twice".into(), text.repeat(2));
    add(
        "twice as two documents".into(),
        format!("{text}---\n{text}"),
    );
    add("with carriage returns".into(), text.replace('\n', "\r\n"));
    add("in capitals".into(), text.to_uppercase());
}

/// Some places of `found`, each replaced by one of `pieces`.
fn replaced(text: &str, found: &[(usize, usize)], pieces: &[&str], mutants: &mut Vec<Mutant>) {
    let mut sequence = Sequence(2);
    for index in spread(found.len()) {
        let (from, to) = found[index];
        let piece = pieces[sequence.below(pieces.len())];
        mutants.push(Mutant {
            damage: format!("`{}` at byte {from} replaced by `{piece}`", &text[from..to]),
            text: format!("{}{piece}{}", &text[..from], &text[to..]),
        });
    }
}

/// The longest runs of characters of a kind, as ranges of bytes.
fn runs(text: &str, kind: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.char_indices().filter(|&(_, it)| kind(it)) {
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end = at + 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

/// At most [`EACH`] indices below `length`, evenly spread.
fn spread(length: usize) -> Vec<usize> {
    let count = length.min(EACH);
    (0..count).map(|index| index * length / count).collect()
}

#[test]
fn mutants_are_many_and_damaged() {
    let text = "# A model.\nname: a\nplaces: { b: 12, c: 3 }\n".repeat(10);
    let mutants = of(&text);
    assert!(mutants.len() > 400, "only {}", mutants.len());
    let damaged = mutants.iter().filter(|it| it.text != text).count();
    assert!(damaged * 10 > mutants.len() * 9, "only {damaged} differ");
}
