//! The findings of all pieces as one list: pieces overlap, and so do findings.

use domain::Finding;

/// Of findings of a kind whose quotes overlap the surest stands; the rest in the order in which it was said.
pub(crate) fn merged(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.evidence.start.cmp(&b.evidence.start)));
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let (start, end) = (finding.evidence.start, finding.evidence.end);
        let again = kept.iter().any(|other| {
            other.kind == finding.kind && other.evidence.start < end && start < other.evidence.end
        });
        if !again {
            kept.push(finding);
        }
    }
    kept.sort_by_key(|finding| (finding.evidence.start, finding.kind));
    kept
}
