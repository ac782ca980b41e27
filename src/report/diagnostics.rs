//! Diagnostics as text: the message, the lines concerned with the place underlined, and what to do.

use annotate_snippets::{AnnotationKind, Element, Level, Renderer, Snippet};

use crate::model::load::TextSpan;
use crate::model::{Diagnostic, Severity};

/// Renders diagnostics for a terminal, each followed by an empty line. `color` adds escape sequences.
#[must_use]
pub fn render(
    diagnostics: &[Diagnostic],
    source_name: &str,
    source_text: &str,
    color: bool,
) -> String {
    let renderer = if color {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut text = String::new();
    for diagnostic in diagnostics {
        text.push_str(&render_one(&renderer, diagnostic, source_name, source_text));
        text.push_str("\n\n");
    }
    text
}

fn render_one(
    renderer: &Renderer,
    diagnostic: &Diagnostic,
    source_name: &str,
    source_text: &str,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code.id());
    let mut elements: Vec<Element<'_>> = Vec::new();
    if let Some(span) = diagnostic.span {
        let mut snippet = Snippet::source(source_text)
            .path(source_name)
            .annotation(AnnotationKind::Primary.span(range(span, source_text)));
        for (span, label) in &diagnostic.related {
            snippet = snippet.annotation(
                AnnotationKind::Context
                    .span(range(*span, source_text))
                    .label(label.as_str()),
            );
        }
        elements.push(snippet.into());
    }
    if let Some(help) = &diagnostic.help {
        elements.push(Level::HELP.message(help.as_str()).into());
    }
    renderer.render(&[title.elements(elements)])
}

/// The bytes to underline: on character boundaries inside of the text, and not more than the first line.
fn range(span: TextSpan, text: &str) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end.max(start));
    let line = text[start..end]
        .find('\n')
        .map_or(end, |length| start + length);
    start..line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Override, parse};

    fn rendered(text: &str, overrides: &[&str]) -> String {
        let overrides: Vec<Override> = overrides
            .iter()
            .map(|text| Override::parse(text).unwrap())
            .collect();
        let parsed = parse(text, &overrides);
        render(&parsed.diagnostics, "model.yaml", text, false)
    }

    #[test]
    fn problems_are_shown_where_they_are() {
        let text = "fivenines: 1\nname: é\nwindow: { length: 30, warmup: 1d }\nname: b\n";
        insta::assert_snapshot!(rendered(text, &["window.start=old"]), @r#"
    error[E0204]: the word `old` is unknown here (set by the override `window.start=old`)
     |
     = help: allowed: `equilibrium`, `new`

    error[E0205]: `30` has no unit
     --> model.yaml:3:19
      |
    3 | window: { length: 30, warmup: 1d }
      |                   ^^
      |
      = help: write `30s`

    error[E0201]: the field `warmup` is unknown here
     --> model.yaml:3:23
      |
    3 | window: { length: 30, warmup: 1d }
      |                       ^^^^^^
      |
      = help: did you mean `warm-up`? allowed: `length`, `warm-up`, `start`

    error[E0102]: `name` is there twice
     --> model.yaml:4:1
      |
    2 | name: é
      | ---- first here
    3 | window: { length: 30, warmup: 1d }
    4 | name: b
      | ^^^^
      |
      = help: keep one of the two
    "#);
    }

    #[test]
    fn places_at_the_edges_of_the_text_are_shown() {
        for text in [
            "",
            "é",
            "a: [",
            "\u{feff}a: é\r\nb: \"\n",
            "? [a]\n: b\n",
            "a: \u{1b}[31m",
        ] {
            let colorless = rendered(text, &[]);
            assert!(colorless.contains("error[E0"), "{text:?}: {colorless}");
        }
    }
}
