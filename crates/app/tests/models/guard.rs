//! What a tenant's policy lets through, what it puts aside, and how that comes back.

use contracts::pipeline::ai_policy::AiPolicy;
use contracts::pipeline::models::{Embed, ListModels, ModelError, Models};
use mesh::Bytes;
use test_kit::run;

use crate::text;
use crate::world::{Act, World, chat, completion, question};

fn masking() -> AiPolicy {
    AiPolicy { mask: vec!["email".into(), "card".into()], ..AiPolicy::default() }
}

const ASKED: &str = "mail ada@example.com and bo@example.com, card 4111111111111111, then ada@example.com";
const LEFT: &str = "mail [EMAIL_1] and [EMAIL_2], card [CARD_1], then [EMAIL_1]";

#[test]
fn a_model_that_is_not_listed_is_refused_and_not_shown() {
    let world = World::new(vec![Act::Json(200, completion())]);
    world.set_policy(AiPolicy { models: Some(vec!["m2".into()]), ..AiPolicy::default() });
    let refused = run(world.service().complete(&world.context(), chat("fast", false))).unwrap_err();
    assert_eq!(refused, ModelError::NotAllowed { model: "fast".into() });
    assert!(world.held().is_empty() && world.asked().is_empty());
    let listed = run(world.service().list_models(&world.context(), ListModels {})).unwrap();
    let names: Vec<_> = listed.items.into_iter().map(|model| model.id).collect();
    assert_eq!(names, ["m2", "weft-static"]);
    run(world.service().complete(&world.context(), chat("m2", false))).unwrap();
}

#[test]
fn a_request_that_is_too_large_and_an_answer_that_may_be_are_refused() {
    let world = World::new(vec![Act::Json(200, completion()), Act::Json(200, completion())]);
    let fault = |policy: AiPolicy| {
        world.set_policy(policy);
        match run(world.service().complete(&world.context(), chat("fast", false))) {
            Err(ModelError::Invalid { faults }) => faults[0].pointer.clone(),
            other => format!("{:?}", other.err()),
        }
    };
    assert_eq!(fault(AiPolicy { max_input_tokens: Some(10), ..AiPolicy::default() }), "");
    assert_eq!(fault(AiPolicy { max_output_tokens: Some(19), ..AiPolicy::default() }), "/max_tokens");
    assert_eq!(fault(AiPolicy { max_output_tokens: Some(20), ..AiPolicy::default() }), "None");
    // Without a limit of its own a request has this one, at the server and in the budget.
    run(world.service().complete(&world.context(), question("hi", "no-store"))).unwrap();
    assert!(world.sent()[1].contains(r#""max_tokens":20"#), "{:?}", world.sent());
    assert_eq!(world.held()[1].tokens_out_bound, 20);
}

#[test]
fn what_is_put_aside_never_leaves_and_comes_back_in_the_answer() {
    let answer = completion().replace("hi", "To [EMAIL_2] about [CARD_1]; not [EMAIL_7]");
    let world = World::new(vec![Act::Json(200, answer)]);
    world.set_policy(masking());
    let answer = run(world.service().complete(&world.context(), question(ASKED, "no-store"))).unwrap();
    assert!(world.sent()[0].contains(LEFT) && !world.sent()[0].contains("@"), "{:?}", world.sent());
    let body = String::from_utf8(answer.body.0).unwrap();
    assert!(body.contains("To bo@example.com about 4111111111111111; not [EMAIL_7]"), "{body}");
    assert!(
        answer.headers.contains(&("weft-masked".into(), "email=3, card=1".into())),
        "{:?}",
        answer.headers
    );
    assert_eq!(world.settled()[0].metered.masked.as_deref(), Some("email=3, card=1"));
}

#[test]
fn a_stream_has_it_back_wherever_its_pieces_end() {
    let said = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let end =
        "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let pieces =
        vec![said("[EM"), said("AIL_"), said("1] and [CARD_1"), said("]"), said(" [EMA"), end.to_owned()];
    let world = World::new(vec![Act::Stream(pieces, false)]);
    world.set_policy(masking());
    let mut request = question(ASKED, "no-store");
    request.body =
        Bytes(String::from_utf8(request.body.0).unwrap().replacen('{', "{\"stream\":true,", 1).into_bytes());
    let stream = text(run(world.service().complete(&world.context(), request)).unwrap());
    let texts: String =
        stream.split("\"content\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(texts, "ada@example.com and 4111111111111111 [EMA", "{stream}");
    assert!(stream.ends_with("data: [DONE]\n\n"));
}

#[test]
fn a_kept_answer_is_kept_without_what_was_put_aside() {
    let answer = completion().replace("hi", "For [EMAIL_1]");
    let world = World::new(vec![Act::Json(200, answer)]);
    world.set_policy(masking());
    let ask = |address: &str| {
        let request = question(&format!("write to {address}"), "max-age=60");
        let answer = run(world.service().complete(&world.context(), request)).unwrap();
        world.go_on();
        String::from_utf8(answer.body.0).unwrap()
    };
    assert!(ask("ada@example.com").contains("For ada@example.com"));
    assert!(ask("bo@example.com").contains("For bo@example.com"), "the model would have seen the same");
    assert_eq!((world.asked().len(), world.kept()), (1, 1));
}

#[test]
fn texts_to_embed_leave_without_it_too() {
    let vectors = r#"{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":4}}"#;
    let world = World::new(vec![Act::Json(200, vectors.into())]);
    world.set_policy(masking());
    let body = format!(r#"{{"model":"m1","input":"{ASKED}"}}"#);
    let request =
        Embed { body: Bytes(body.into_bytes()), plan: "standard".into(), key_prefix: None, cache: None };
    let embedded = run(world.service().embed(&world.context(), request)).unwrap();
    assert!(world.sent()[0].contains(LEFT), "{:?}", world.sent());
    assert!(embedded.headers.contains(&("weft-masked".into(), "email=3, card=1".into())));
}
