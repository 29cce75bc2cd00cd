//! Extraction, sentence by sentence: what each kind is found in, and what takes it back.
//!
//! Each table names who speaks: `c:` a customer, `r:` our side. A case expects exactly the kinds listed.

use domain::SignalKind::{
    self, Budget, ChurnRisk, Competitor, DecisionMaker, Expansion, FeatureRequest, NextStep, Objection, Pain,
    Timeline,
};
use embedded::extraction::{TurnRange, extract_by_rules, prefilter};
use serde_json::json;
use transcript::{Document, normalize};

/// A call of the given lines, each `c: …` or `r: …`.
fn call(lines: &[&str]) -> Document {
    let turns: Vec<_> = lines
        .iter()
        .map(|line| {
            let (who, text) = line.split_once(": ").expect("`c: …` or `r: …`");
            json!({"speaker": if who == "r" { "Rita Sellers" } else { "Cora Buyer" }, "text": text})
        })
        .collect();
    let payload = json!({"title": "Sellers and Buyer", "turns": turns, "participants": [
        {"name": "Rita Sellers", "side": "internal"}, {"name": "Cora Buyer", "side": "external"}]});
    normalize("standard", payload.to_string().as_bytes()).expect("a document")
}

/// The kinds found in all turns, with the prefilter left out, in order.
fn kinds(lines: &[&str]) -> Vec<SignalKind> {
    let document = call(lines);
    let mut kinds: Vec<_> = extract_by_rules(&document, &[TurnRange { start: 0, end: lines.len() }])
        .into_iter()
        .map(|finding| finding.kind)
        .collect();
    kinds.sort_unstable();
    kinds
}

/// Every line must give exactly these kinds.
fn check(cases: &[(&str, &[SignalKind])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(line, expect)| {
            let found = kinds(&[line]);
            (found != *expect).then(|| format!("{line}\n    found {found:?}, expected {expect:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn budget() {
    check(&[
        ("c: We have a budget of $50,000 for this.", &[Budget]),
        ("c: There's about 80k set aside for tooling.", &[Budget]),
        ("c: The CFO approved two hundred thousand euros for it.", &[Budget]),
        ("c: We can spend up to 40 grand, no more.", &[Budget]),
        ("c: Finance gave us a ceiling of £30,000.", &[Budget]),
        ("r: We have a budget of $50,000 for marketing.", &[]),
        ("c: Do you have a budget in mind?", &[]),
        ("c: If we had a budget of $50,000, life would be easy.", &[]),
        ("c: We don't have a budget of $50,000.", &[]),
        ("c: I flew with a budget airline.", &[]),
    ]);
}

#[test]
fn decision_maker() {
    check(&[
        ("c: Our CFO has to sign off on this.", &[DecisionMaker]),
        ("c: Maria has the final say.", &[DecisionMaker]),
        ("c: It's not my decision, to be fair.", &[DecisionMaker]),
        ("c: Anything over ten thousand needs board approval.", &[DecisionMaker]),
        ("c: I'd have to run it by our VP of engineering.", &[DecisionMaker]),
        ("c: Legal can veto it.", &[DecisionMaker]),
        ("r: Our CFO has to sign off on this.", &[]),
        ("c: Who signs off on this at your company?", &[]),
        ("c: I don't need anyone's approval for lunch.", &[]),
    ]);
}

#[test]
fn timeline() {
    check(&[
        ("c: We need to be live by the end of March.", &[Timeline]),
        ("c: The deadline is the 15th of January.", &[Timeline]),
        ("c: Our contract with the old supplier runs out in June.", &[Timeline]),
        ("c: It has to be in place before Q3.", &[Timeline]),
        ("c: We'd like to go live in September.", &[Timeline]),
        ("r: We need to be live by the end of March.", &[]),
        ("c: We went live last March.", &[]),
        ("c: When could we be live?", &[]),
        ("c: I was on holiday in June.", &[]),
    ]);
}

#[test]
fn pain() {
    check(&[
        ("c: We spend four hours a day copying and pasting numbers by hand.", &[Pain]),
        ("c: The sync breaks every time and tickets just vanish.", &[Pain]),
        ("c: Our reps are drowning, it's chaos and leads slip through the cracks.", &[Pain]),
        ("c: It costs us about $20,000 a month in refunds.", &[Pain]),
        ("r: Most teams waste hours typing everything by hand.", &[]),
        ("c: Nothing breaks, we're happy.", &[]),
        ("c: The weather was fine.", &[]),
        ("c: Does it ever break?", &[]),
    ]);
}

#[test]
fn competitor() {
    check(&[
        ("c: We're also evaluating BrightCRM.", &[Competitor]),
        ("c: We had a demo of Northlane last week.", &[Competitor]),
        ("c: How do you compare to Northlane?", &[Competitor]),
        ("c: Your competitor is much nicer to us.", &[Competitor]),
        ("c: We got a quote from another vendor.", &[Competitor]),
        ("c: Northlane is cheaper than you.", &[Competitor]),
        ("r: We're also evaluating BrightCRM.", &[]),
        ("c: We haven't looked at BrightCRM.", &[]),
        ("c: If we were evaluating BrightCRM, I'd tell you.", &[]),
        ("c: I talked to Tom in London.", &[]),
    ]);
}

#[test]
fn objection() {
    check(&[
        ("c: That's too expensive for us.", &[Objection]),
        ("c: I'm worried about the security side.", &[Objection]),
        ("c: We don't have budget for this right now.", &[Objection]),
        ("c: I'm not convinced it would work for us.", &[Objection]),
        ("c: It's not the right time.", &[Objection]),
        ("c: My team will hate another tool.", &[Objection]),
        ("r: That's too expensive for us.", &[]),
        ("c: It's not too expensive, actually.", &[]),
        ("c: If it were too expensive, I'd say so.", &[]),
    ]);
}

#[test]
fn next_step() {
    check(&[
        ("r: I'll send you the proposal by Friday.", &[NextStep]),
        ("c: Let's meet again next Tuesday.", &[NextStep]),
        ("r: We'll set up a call with our engineers on Monday.", &[NextStep]),
        ("c: Can you send me the contract by tomorrow?", &[NextStep]),
        ("r: You'll have the report before the weekend.", &[NextStep]),
        ("r: I'll be honest with you.", &[]),
        ("r: I sent you the proposal on Friday.", &[]),
        ("r: We won't send you anything by Friday.", &[]),
        ("r: If I send you the proposal by Friday, does it help?", &[]),
    ]);
}

#[test]
fn feature_request() {
    check(&[
        ("c: I wish it had a dark mode.", &[FeatureRequest]),
        ("c: Is there a way to export everything to CSV?", &[FeatureRequest]),
        ("c: We need SSO and an audit log.", &[FeatureRequest]),
        ("c: There's no way to filter by region.", &[FeatureRequest]),
        ("c: Does it support single sign-on?", &[FeatureRequest]),
        ("r: Would you like a way to export?", &[]),
        ("c: We don't need SSO.", &[]),
        ("c: The report was fine.", &[]),
    ]);
}

#[test]
fn expansion() {
    check(&[
        ("c: We want to add 40 more seats.", &[Expansion]),
        ("c: We'd like to roll it out to the other regions.", &[Expansion]),
        ("c: The Berlin office wants it too, so that's twenty additional users.", &[Expansion]),
        ("c: We're interested in the analytics module.", &[Expansion]),
        ("r: You could add 40 more seats.", &[]),
        ("c: We don't want to add 40 more seats.", &[]),
        ("c: We need more chairs in the office.", &[]),
    ]);
}

#[test]
fn churn_risk() {
    check(&[
        ("c: We're going to cancel the contract.", &[ChurnRisk]),
        ("c: I don't think we'll renew.", &[ChurnRisk]),
        ("c: If this isn't fixed, we'll leave you.", &[ChurnRisk]),
        ("c: We're looking at alternatives.", &[ChurnRisk]),
        ("c: Honestly, we've lost confidence in you.", &[ChurnRisk]),
        ("r: You can cancel the contract any time.", &[]),
        ("c: They cancelled my train.", &[]),
        ("c: We're not going to cancel the contract.", &[]),
    ]);
}

#[test]
fn what_is_over_and_small_talk_count_for_less() {
    check(&[
        ("c: The sync fails every night.", &[Pain]),
        ("c: We used to have the sync fail every night.", &[]),
        ("c: The sync failed every night, but that got fixed.", &[]),
        ("c: The kick-off is on the first of March.", &[Timeline]),
        ("c: The kick-off was in March.", &[]),
        ("c: The traffic was a nightmare.", &[]),
        ("c: My daughter wants to cancel her account at the library.", &[]),
        ("c: My cousin is the one who signs the contracts.", &[DecisionMaker]),
    ]);
}

#[test]
fn a_common_first_name_is_no_rival() {
    check(&[
        ("c: We're also talking to Northlane and Cotera.", &[Competitor]),
        ("c: I'm also talking to Jennifer and Carlos.", &[]),
        ("c: We had a demo with Priya.", &[]),
    ]);
}

#[test]
fn a_prompt_asks_as_a_question_does() {
    assert_eq!(kinds(&["r: So, the budget.", "c: Around sixty thousand."]), [Budget]);
    assert_eq!(
        kinds(&["r: I'm curious who signs the contract.", "c: Oh, that would be Helena."]),
        [DecisionMaker]
    );
    // Of two questions in a turn neither takes the place of the other.
    assert_eq!(kinds(&["r: Is there a budget? Or is it early?", "c: Around sixty thousand."]), [Budget]);
}

#[test]
fn an_answer_is_understood_by_its_question() {
    for (lines, expect) in [
        (["r: Is there a budget for this?", "c: Yeah, around sixty thousand."], vec![Budget]),
        (["r: Who signs off on something like that?", "c: That would be Helena."], vec![DecisionMaker]),
        (["r: When would you need it?", "c: Probably the end of May."], vec![Timeline]),
        (["r: Who else are you looking at?", "c: Just Northlane."], vec![Competitor]),
        (["r: How was the drive?", "c: Yeah, around sixty thousand potholes."], vec![]),
    ] {
        assert_eq!(kinds(&lines), expect, "{lines:?}");
    }
    // A nod between the two does not close the question.
    assert_eq!(kinds(&["r: Is there a budget for this?", "c: Yes.", "c: Around sixty thousand."]), [Budget]);
}

#[test]
fn a_sentence_gives_one_finding_a_kind_and_a_repetition_none() {
    let line = "c: We have a budget of $50,000 approved, so 50k is set aside for the new scheduling tool.";
    assert_eq!(kinds(&[line]), [Budget]);
    assert_eq!(kinds(&[line, "r: Good.", line, "r: Great.", line]), [Budget]);
}

#[test]
fn other_languages_give_nothing() {
    for line in [
        "c: Wir haben ein Budget von 50.000 Euro für dieses Jahr, und der CFO muss das bis Ende März genehmigen.",
        "c: Nous avons un budget de 50 000 euros et notre directeur doit signer avant la fin du mois de mars.",
        "c: Tenemos un presupuesto de 50.000 euros y necesitamos un API antes del final de marzo.",
        "c: We hebben een budget van 50.000 euro en de CFO wil dat het voor eind maart klaar is.",
        "c: 予算は500万円で、来月の15日までに必要です。CFOの承認が必要です。",
    ] {
        assert_eq!(kinds(&[line]), [], "{line}");
    }
    let mut document = call(&["c: We have a budget of $50,000 for this."]);
    for (language, count) in [(None, 1), (Some("en-GB"), 1), (Some("multi"), 1), (Some("de"), 0)] {
        document.language = language.map(str::to_owned);
        let found = extract_by_rules(&document, &[TurnRange { start: 0, end: 1 }]);
        assert_eq!(found.len(), count, "{language:?}");
        assert_eq!(prefilter(&document).len(), count, "{language:?}");
    }
}

#[test]
fn the_prefilter_keeps_what_matters_with_its_question_and_drops_small_talk() {
    let chat = ["c: How was your weekend?", "r: Lovely, we went to the beach.", "c: Nice, it rained here."];
    assert_eq!(prefilter(&call(&chat)), []);
    let mut lines = chat.repeat(4);
    lines[6] = "c: We have a budget of $50,000 for this.";
    assert_eq!(prefilter(&call(&lines)), [TurnRange { start: 6, end: 7 }]);
    lines[5] = "r: What have you set aside?";
    assert_eq!(prefilter(&call(&lines)), [TurnRange { start: 5, end: 7 }]);
    lines[0] = "c: That's too expensive for us.";
    assert_eq!(prefilter(&call(&lines)), [TurnRange { start: 0, end: 1 }, TurnRange { start: 5, end: 7 }]);
}

#[test]
fn ranges_outside_the_document_are_ignored() {
    let document = call(&["c: We have a budget of $50,000 for this."]);
    assert_eq!(extract_by_rules(&document, &[TurnRange { start: 5, end: 9 }]), []);
    assert_eq!(extract_by_rules(&document, &[TurnRange { start: 0, end: usize::MAX }]).len(), 1);
    assert_eq!(extract_by_rules(&document, &[]), []);
}

#[test]
fn evidence_is_verbatim_in_any_text() {
    let document = call(&[
        "c: 🎉 Ça va\u{301}? We’ve got a bud\u{200b}get of €50,000… ‏שלום! Then we need ｌｉｖｅ by Friday.",
        "c: \u{0}\u{7} We are also evaluating BrightCRM\u{fffd}.",
    ]);
    let found = extract_by_rules(&document, &[TurnRange { start: 0, end: 2 }]);
    assert!(found.len() >= 2, "{found:#?}");
    for finding in &found {
        domain::verify(&document.text, &finding.evidence)
            .unwrap_or_else(|error| panic!("{error}: {finding:?}"));
        assert!((0.5..=0.97).contains(&finding.score), "{finding:?}");
    }
}

#[test]
fn speakers_without_a_side_are_told_apart_by_how_they_talk() {
    let turns = json!([
        {"speaker": "One", "text": "Thanks for taking the time, let me share my screen and walk you through our platform."},
        {"speaker": "Two", "text": "Sure, go ahead."},
        {"speaker": "One", "text": "Other people say that's too expensive for us."},
        {"speaker": "Two", "text": "That's too expensive for us."}
    ]);
    let document = normalize("generic", json!({"turns": turns}).to_string().as_bytes()).expect("a document");
    let found = extract_by_rules(&document, &[TurnRange { start: 0, end: 4 }]);
    assert_eq!(found.iter().map(|finding| finding.evidence.turn).collect::<Vec<_>>(), [3]);
}
