//! Whoever asked leaves: the server is left too, and what it took is settled.

use app::ports::{CallOutcome, TokenCount};
use contracts::pipeline::models::{Complete, ModelError, Models};
use futures_util::future::{pending, ready};
use futures_util::{FutureExt, StreamExt, stream as streams};
use mesh::{ByteStream, StreamSource};
use test_kit::run;

use crate::world::{Act, World, chat, completion, stream};

/// A request of somebody who is there for ever, or has left by the time that anybody looks.
fn attended(request: Complete, stays: bool) -> Complete {
    let gone = async move {
        if stays {
            pending().await
        }
    };
    let presence = streams::once(gone).filter_map(|()| ready(None));
    Complete { presence: Some(ByteStream::new(presence)), ..request }
}

fn patient(script: Vec<Act>) -> World {
    let world = World::new(script);
    world.patient();
    world
}

#[test]
fn a_server_that_has_not_answered_yet_is_left_and_what_it_read_is_paid() {
    for stream in [false, true] {
        let world = patient(vec![Act::Silent]);
        let left = run(world.service().complete(&world.context(), attended(chat("fast", stream), false)));
        assert!(matches!(left, Err(ModelError::Failed { retry: false, .. })), "{left:?}");
        assert_eq!(world.open_bodies(), 0, "the exchange has ended");
        world.go_on();
        let [settled] = &world.settled()[..] else { panic!("one settlement: {:?}", world.settled()) };
        assert_eq!((settled.outcome, settled.counted), (CallOutcome::Canceled, TokenCount::Estimated));
        assert_eq!((settled.model.as_str(), settled.tokens_out), ("m1", 0));
        assert_eq!(settled.tokens_in, world.held()[0].tokens_in_bound);
        assert_eq!(world.released(), 0);
    }
}

#[test]
fn a_stream_that_says_nothing_more_is_left_without_waiting_for_its_next_piece() {
    let world = patient(vec![Act::Stream(stream()[..2].to_vec(), true)]);
    let answer = run(world.service().complete(&world.context(), attended(chat("fast", true), false)));
    // Its first piece was there before anybody looked whether the client is.
    let Some(StreamSource::Chunks(mut chunks)) = answer.unwrap().stream.unwrap().take_source() else {
        panic!("a stream")
    };
    assert!(chunks.next().now_or_never().flatten().is_some(), "what is there is handed on");
    while chunks.next().now_or_never().expect("nothing is waited for").is_some() {}
    assert_eq!(world.open_bodies(), 0);
    drop(chunks);
    world.go_on();
    let [settled] = &world.settled()[..] else { panic!("one settlement") };
    assert_eq!((settled.outcome, settled.tokens_out), (CallOutcome::Canceled, 7));
}

#[test]
fn whoever_stays_is_answered_and_nothing_goes_on_for_them_afterwards() {
    for (stream, act) in [(false, Act::Json(200, completion())), (true, Act::Stream(stream(), false))] {
        let world = patient(vec![act]);
        let answer = run(world.service().complete(&world.context(), attended(chat("fast", stream), true)));
        if let Some(StreamSource::Chunks(chunks)) = answer.unwrap().stream.and_then(|body| body.take_source())
        {
            run(chunks.for_each(|_| ready(())));
        }
        world.go_on();
        assert_eq!(world.settled().len(), 1);
        assert_eq!(world.settled()[0].outcome, CallOutcome::Finished);
    }
}
