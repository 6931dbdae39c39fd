//! Canonical order of a file's sections and keys: the order of the demo maps.

use serde_json::{Map as Object, Value};

/// The sections, top to bottom. Unknown ones come before the last.
const SECTIONS: &[&str] = &[
    "format",
    "map",
    "people",
    "personas",
    "lanes",
    "stages",
    "steps",
    "connectors",
    "groups",
    "pain_points",
    "opportunities",
    "solutions",
    "actions",
    "metrics",
    "quotes",
    "comments",
];

/// The section that is about the file itself.
const LAST_SECTION: &str = "expected_analysis";

/// The keys of the mappings under a name, in order.
fn keys_under(name: &str) -> &'static [&'static str] {
    match name {
        "map" => &[
            "id",
            "title",
            "type",
            "state",
            "status",
            "language",
            "owner",
            "council",
            "review",
            "scope",
            "scenario",
            "persona_goal",
            "business_goal",
            "focusing_challenge",
            "backstory",
            "sentiment_scale",
        ],
        "council" => &["lead", "manager", "coordinators", "supporters"],
        "review" => &["cadence", "last_reviewed", "next_review", "triggers"],
        "scope" => &[
            "statement",
            "starts_when",
            "ends_when",
            "why",
            "out_of_scope",
        ],
        "backstory" => &["pains", "requirements", "outcomes", "top_goal"],
        "sentiment_scale" => &["min", "max", "step"],
        "people" => &["id", "name", "role", "title"],
        "personas" => &[
            "id",
            "name",
            "role_in_journey",
            "portrait",
            "demographics",
            "goals",
            "needs",
            "pains",
            "motivations",
            "behaviours",
            "quotes",
            "empathy",
            "evidence",
        ],
        "empathy" => &["says", "thinks", "does", "feels"],
        "evidence" => &["type", "n", "value", "period", "on"],
        "lanes" => &[
            "id",
            "type",
            "title",
            "line_above",
            "collapsed",
            "hidden_default",
            "pinned",
            "colour",
        ],
        "stages" => &["id", "title", "goal", "owner"],
        "steps" => &[
            "id",
            "stage",
            "title",
            "sentiment",
            "sentiments",
            "duration",
            "moment_of_truth",
            "cells",
        ],
        "groups" => &["id", "title"],
        "connectors" => &["id", "from", "to", "kind", "label", "condition"],
        "pain_points" => &[
            "id",
            "step",
            "text",
            "severity",
            "frequency",
            "impact",
            "effect",
            "root_cause",
            "evidence",
            "status",
        ],
        "opportunities" => &[
            "id",
            "title",
            "pain_points",
            "steps",
            "customer_value",
            "business_value",
            "effort",
            "status",
            "owner",
        ],
        "solutions" => &[
            "id",
            "opportunity",
            "title",
            "hypothesis",
            "status",
            "ticket",
        ],
        "hypothesis" => &["we_believe", "will_solve", "enabled_by", "resulting_in"],
        "actions" => &["id", "text", "owner", "due", "measure", "target", "status"],
        "metrics" => &[
            "id", "step", "name", "kind", "unit", "baseline", "current", "target", "as_of",
            "source",
        ],
        "quotes" => &["id", "step", "text", "source", "consent"],
        "comments" => &["id", "anchor", "status", "messages"],
        "anchor" => &["kind", "id", "line", "step", "lane", "persona", "index"],
        "messages" => &["by", "at", "text"],
        "expected_analysis" => &[
            "mean",
            "lowest",
            "highest",
            "rapid_drops",
            "troughs",
            "peaks",
            "sawtooth",
            "end",
        ],
        _ => &["id", "type", "name", "title", "text"],
    }
}

/// A file in canonical order. Its depth was checked.
pub(super) fn ordered(file: Value) -> Value {
    let Value::Object(sections) = file else {
        return file;
    };
    let mut sections: Vec<(String, Value)> = sections.into_iter().collect();
    let rank = |name: &str| match SECTIONS.iter().position(|section| *section == name) {
        Some(rank) => rank,
        None if name == LAST_SECTION => SECTIONS.len() + 1,
        None => SECTIONS.len(),
    };
    sections.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    Value::Object(
        sections
            .into_iter()
            .map(|(name, value)| {
                let value = under(&name, value);
                (name, value)
            })
            .collect(),
    )
}

/// Orders the mappings under a name; lists hand the name on to their items.
fn under(name: &str, value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(|item| under(name, item)).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            // These two are written in the order people gave them.
            if !matches!(name, "demographics" | "cells") {
                let known = keys_under(name);
                let rank = |key: &str| {
                    known
                        .iter()
                        .position(|it| *it == key)
                        .unwrap_or(known.len())
                };
                fields.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
            }
            let fields = fields.into_iter().map(|(key, value)| {
                let value = under(&key, value);
                (key, value)
            });
            Value::Object(fields.collect::<Object<_, _>>())
        }
        other => other,
    }
}
