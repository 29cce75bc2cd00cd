//! Which span is part of which.

use std::collections::HashMap;

use contracts::pipeline::traces::TraceSpan;
use ids::TenantId;

/// A span where it belongs.
pub(super) struct Placed {
    pub(super) span: TraceSpan,
    /// The id of what it is part of.
    pub(super) parent: Option<String>,
    pub(super) depth: u32,
}

/// Spans, which come in the order of their starts, each behind what it is part of. One whose parent is not among them is
/// part of nothing, and so are those that would be part of themselves. A caller chooses its trace's id, so that one
/// tenant's spans are never part of another's.
pub(super) fn ordered(spans: Vec<TraceSpan>) -> Vec<Placed> {
    let mut by_name: HashMap<(Option<TenantId>, &str), usize> = HashMap::new();
    let mut by_span: HashMap<(Option<TenantId>, &str), usize> = HashMap::new();
    for (at, span) in spans.iter().enumerate() {
        by_name.entry((span.tenant, &span.id)).or_insert(at);
        by_span.entry((span.tenant, &span.span_id)).or_insert(at);
    }
    let parent_of = |at: usize| {
        let span = &spans[at];
        let named = span.parent.as_deref().and_then(|parent| by_name.get(&(span.tenant, parent)));
        let asked = || span.parent_span.as_deref().and_then(|parent| by_span.get(&(span.tenant, parent)));
        named.or_else(asked).copied().filter(|parent| *parent != at)
    };
    let parents: Vec<Option<usize>> = (0..spans.len()).map(parent_of).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    for (at, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            children[*parent].push(at);
        }
    }
    let mut order = Vec::with_capacity(spans.len());
    let mut seen = vec![false; spans.len()];
    // Those without a parent first; what is then left goes in a circle, and the earliest of it begins it.
    let roots = (0..spans.len()).filter(|at| parents[*at].is_none()).chain(0..spans.len());
    for root in roots {
        let mut open = vec![(root, None, 0)];
        while let Some((at, parent, depth)) = open.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            order.push((at, parent, depth));
            open.extend(children[at].iter().rev().map(|child| (*child, Some(at), depth + 1)));
        }
    }
    let names: Vec<String> = spans.iter().map(|span| span.id.clone()).collect();
    let mut spans: Vec<Option<TraceSpan>> = spans.into_iter().map(Some).collect();
    order
        .into_iter()
        .filter_map(|(at, parent, depth): (usize, Option<usize>, u32)| {
            let span = spans[at].take()?;
            Some(Placed { span, parent: parent.map(|parent| names[parent].clone()), depth })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contracts::Timestamp;

    use super::*;

    fn span(id: &str, span_id: &str, parent: Option<&str>, parent_span: Option<&str>) -> TraceSpan {
        TraceSpan {
            kind: "step".into(),
            id: id.into(),
            span_id: span_id.into(),
            service: "pipeline".into(),
            tenant: Some(TenantId::from_parts(1, [1; 10])),
            parent: parent.map(str::to_owned),
            parent_span: parent_span.map(str::to_owned),
            name: id.into(),
            status: String::new(),
            failed: false,
            started_at: Timestamp::from_unix_ms(1),
            ended_at: None,
            attempts: 1,
            error: None,
            event_id: None,
            facts: Vec::new(),
        }
    }

    fn told(spans: Vec<TraceSpan>) -> Vec<(String, Option<String>, u32)> {
        ordered(spans).into_iter().map(|placed| (placed.span.id, placed.parent, placed.depth)).collect()
    }

    fn row(id: &str, parent: Option<&str>, depth: u32) -> (String, Option<String>, u32) {
        (id.into(), parent.map(str::to_owned), depth)
    }

    #[test]
    fn each_stands_behind_what_it_is_part_of_by_name_or_by_span() {
        let spans = vec![
            span("request", "a", None, Some("outside")),
            span("event", "b", None, Some("a")),
            span("other", "d", None, None),
            span("step", "c", Some("event"), None),
            span("delivery", "e", None, Some("c")),
        ];
        assert_eq!(
            told(spans),
            [
                row("request", None, 0),
                row("event", Some("request"), 1),
                row("step", Some("event"), 2),
                row("delivery", Some("step"), 3),
                row("other", None, 0),
            ]
        );
    }

    #[test]
    fn a_circle_is_cut_and_nothing_is_lost() {
        let spans = vec![
            span("x", "1", None, Some("2")),
            span("y", "2", None, Some("1")),
            span("z", "3", None, Some("3")),
        ];
        assert_eq!(told(spans), [row("z", None, 0), row("x", None, 0), row("y", Some("x"), 1)]);
    }

    #[test]
    fn a_span_of_another_tenant_is_no_parent() {
        let mut theirs = span("event", "a", None, None);
        theirs.tenant = Some(TenantId::from_parts(1, [2; 10]));
        let spans = vec![theirs, span("step", "b", Some("event"), Some("a"))];
        assert_eq!(told(spans), [row("event", None, 0), row("step", None, 0)]);
    }
}
