//! Fields of which exactly one belongs in a map.
//!
//! These would be enums if an enum's fields could share a map with others without losing positions.

use super::diagnostic::{Code, Diagnostic};
use super::problem::Problem;
use super::spans::{SpanIndex, child};
use super::written::Model;

/// Reports every map with none or both of two fields. `pruned` tells whether a field was there but cut out.
pub(super) fn contradictions(
    model: &Model,
    spans: &SpanIndex,
    pruned: impl Fn(&str) -> bool,
) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut exactly_one = |pointer: &str, one: (&str, bool), other: (&str, bool)| {
        let was_there = pruned(&child(pointer, one.0)) || pruned(&child(pointer, other.0));
        if one.1 != other.1 || (!one.1 && was_there) {
            return;
        }
        let message = if one.1 {
            format!("`{}` and `{}` exclude each other", one.0, other.0)
        } else {
            format!("`{}` or `{}` is missing", one.0, other.0)
        };
        diagnostics.push(spans.at_key(pointer, Problem::plain(Code::EitherOr, message)));
    };
    for (name, fault) in &model.faults {
        let pointer = child("/faults", name);
        exactly_one(
            &pointer,
            ("hits", fault.hits.is_some()),
            ("cuts", fault.cuts.is_some()),
        );
    }
    for (name, traffic) in &model.traffic {
        let pointer = child("/traffic", name);
        exactly_one(
            &pointer,
            ("at", traffic.at.is_some()),
            ("dns", traffic.dns.is_some()),
        );
        if let Some(dns) = &traffic.dns {
            exactly_one(
                &child(&pointer, "dns"),
                ("failover", dns.failover.is_some()),
                ("spread", dns.spread.is_some()),
            );
        }
    }
    diagnostics
}
