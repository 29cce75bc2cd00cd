//! Whatever is done to a chain is found, and named by its first broken link.

use audit::{Act, Anchor, BrokenLink, Entry, Head, Verifier};
use ids::TenantId;

fn chain(length: u64) -> Vec<Entry> {
    let mut head = Head::default();
    (1..=length)
        .map(|at| {
            let act = Act {
                at_ms: 1_795_330_800_000 + at,
                actor: "person:ada@example.com".into(),
                role: "owner".into(),
                tenant: Some(TenantId::from_parts(at, [1; 10])),
                action: "tenant.change".into(),
                target: Some(format!("key_{at}")),
                before: Some("{}".into()),
                after: Some(format!("{{\"at\":{at}}}")),
                trace_id: format!("{at:032x}"),
            };
            let entry = head.follow(&act);
            head = (&entry).into();
            entry
        })
        .collect()
}

fn verify(entries: &[Entry], anchors: Vec<Anchor>) -> Result<Head, BrokenLink> {
    let mut verifier = Verifier::with_anchors(anchors);
    entries.iter().try_for_each(|entry| verifier.take(entry))?;
    verifier.finish()
}

fn anchor(entry: &Entry) -> Anchor {
    Anchor { sequence: entry.sequence, hash: entry.hash.clone() }
}

#[test]
fn a_chain_that_nobody_touched_holds() {
    for length in [0, 1, 2, 40] {
        let entries = chain(length);
        let anchors = entries.last().map(anchor).into_iter().collect();
        assert_eq!(verify(&entries, anchors).unwrap().sequence, length);
    }
}

#[test]
fn any_edit_of_any_entry_is_found_at_that_entry() {
    type Edit = (&'static str, fn(&mut Entry));
    let edits: &[Edit] = &[
        ("at", |entry| entry.act.at_ms += 1),
        ("actor", |entry| entry.act.actor.push('x')),
        ("role", |entry| entry.act.role = "viewer".into()),
        ("tenant", |entry| entry.act.tenant = None),
        ("action", |entry| entry.act.action.push('x')),
        ("target", |entry| entry.act.target = None),
        ("before", |entry| entry.act.before = None),
        ("after", |entry| entry.act.after = Some("{}".into())),
        ("before and after swapped", |entry| {
            std::mem::swap(&mut entry.act.before, &mut entry.act.after);
        }),
        ("trace", |entry| entry.act.trace_id.clear()),
        ("previous", |entry| entry.previous = "f".repeat(64)),
        ("hash", |entry| entry.hash = "f".repeat(64)),
    ];
    for (what, edit) in edits {
        for at in 0..5 {
            let mut entries = chain(5);
            edit(&mut entries[at]);
            let sequence = at as u64 + 1;
            assert_eq!(
                verify(&entries, vec![]),
                Err(BrokenLink::Changed { sequence }),
                "{what} of {sequence}"
            );
        }
    }
}

#[test]
fn an_edit_with_a_new_hash_is_found_at_the_next_entry_or_by_the_anchor() {
    for at in 0..5 {
        let mut entries = chain(5);
        let anchors = vec![anchor(&entries[4])];
        entries[at].act.actor = "person:eve@example.com".into();
        entries[at].hash = entries[at].computed_hash();
        let expect = match at {
            4 => BrokenLink::Rewritten { sequence: 5 },
            at => BrokenLink::Detached { sequence: at as u64 + 2 },
        };
        assert_eq!(verify(&entries, anchors), Err(expect));
    }
}

#[test]
fn any_deletion_is_found() {
    for at in 0..5 {
        let mut entries = chain(5);
        let anchors = vec![anchor(&entries[4])];
        entries.remove(at);
        let after = at as u64;
        let expect = match at {
            4 => BrokenLink::CutOff { last: 4, noted: 5 },
            _ => BrokenLink::OutOfOrder { after, found: after + 2 },
        };
        assert_eq!(verify(&entries, anchors), Err(expect));
    }
}

#[test]
fn any_reordering_and_any_repetition_is_found() {
    for one in 0..5 {
        for other in 0..one {
            let mut entries = chain(5);
            entries.swap(one, other);
            let broken = BrokenLink::OutOfOrder { after: other as u64, found: one as u64 + 1 };
            assert_eq!(verify(&entries, vec![]), Err(broken));
            // With the numbers put right as well, it is the content that does not fit.
            let mut entries = chain(5);
            entries.swap(one, other);
            (entries[one].sequence, entries[other].sequence) = (one as u64 + 1, other as u64 + 1);
            assert_eq!(verify(&entries, vec![]), Err(BrokenLink::Changed { sequence: other as u64 + 1 }));
        }
        let mut entries = chain(5);
        entries.insert(one, entries[one].clone());
        let sequence = one as u64 + 1;
        assert_eq!(
            verify(&entries, vec![]),
            Err(BrokenLink::OutOfOrder { after: sequence, found: sequence })
        );
    }
}

#[test]
fn a_whole_chain_made_anew_is_found_by_an_anchor_alone() {
    let mut genuine = chain(5);
    let anchors = vec![anchor(&genuine[3])];
    genuine[1].act.actor = "person:eve@example.com".into();
    let mut head = Head::default();
    let forged: Vec<Entry> = genuine
        .iter()
        .map(|entry| {
            let entry = head.follow(&entry.act);
            head = (&entry).into();
            entry
        })
        .collect();
    assert!(verify(&forged, vec![]).is_ok());
    assert_eq!(verify(&forged, anchors), Err(BrokenLink::Rewritten { sequence: 4 }));
}

#[test]
fn anchors_are_read_strictly() {
    let hash = "0f".repeat(32);
    assert_eq!(format!("12:{hash}").parse(), Ok(Anchor { sequence: 12, hash: hash.clone() }));
    for text in
        ["", "12", "12:", &format!("0:{hash}"), &format!("x:{hash}"), &format!("1:{}", hash.to_uppercase())]
    {
        assert!(text.parse::<Anchor>().is_err(), "{text}");
    }
}
