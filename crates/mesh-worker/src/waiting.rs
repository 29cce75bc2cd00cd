//! What Rust waits for and JavaScript brings: replies and timers, by number. The other half is `js/waiting.mjs`.
//!
//! Each crossing between the two costs more than what most of them do. So a call goes out in one crossing and its reply
//! comes back in one, and what needs no Rust (the timer beside it, adopting the platform's promises) stays outside.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

use crate::executor;
use crate::names::name;
use crate::scratch;

#[wasm_bindgen(module = "/js/waiting.mjs")]
extern "C" {
    /// Hands over what to call with what comes.
    fn connect(bytes: JsValue, text: JsValue, other: JsValue);

    /// Calls `target[method](text, 0)`, with a string of one character a byte.
    #[wasm_bindgen(catch, js_name = callWithText)]
    fn call_with_text(
        number: u32,
        target: &JsValue,
        method: &JsValue,
        bytes: &[u8],
        patience_ms: f64,
    ) -> Result<JsValue, JsValue>;

    /// Calls `target[method](bytes)`. What it throws at once is thrown.
    #[wasm_bindgen(catch, js_name = callWithBytes)]
    fn call_with_bytes(
        number: u32,
        target: &JsValue,
        method: &JsValue,
        bytes: &[u8],
        patience_ms: f64,
    ) -> Result<JsValue, JsValue>;

    /// Calls `target[method](first, second)`.
    #[wasm_bindgen(catch, js_name = callWithValues)]
    fn call_with_values(
        number: u32,
        target: &JsValue,
        method: &JsValue,
        first: &JsValue,
        second: &JsValue,
        patience_ms: f64,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = startTimer)]
    fn start_timer(number: u32, milliseconds: f64) -> JsValue;

    #[wasm_bindgen(js_name = stopTimer)]
    fn stop_timer(timer: &JsValue);
}

/// What came.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Bytes, as a reply.
    Bytes(Vec<u8>),
    /// Anything else, as a reply.
    Value(JsValue),
    /// An exception or rejection.
    Thrown(JsValue),
    /// The time was over first.
    TimeUp,
}

/// Milliseconds that a timer may be late before it counts as lost. The platform ends what an invocation began when its
/// caller goes away, its timers with it, and nothing tells those who wait for them.
const LOST_AFTER_MS: f64 = 1_000.0;

struct Slot {
    waker: Option<Waker>,
    answer: Option<Answer>,
    /// When it is lost, in Unix milliseconds; never, for what is no timer.
    lost_at_ms: f64,
}

thread_local! {
    static SLOTS: RefCell<BTreeMap<u32, Slot>> = const { RefCell::new(BTreeMap::new()) };
    /// Goes round after four thousand million, long after whatever had the number before.
    static NEXT: Cell<u32> = const { Cell::new(0) };
    /// When lost timers were last looked for.
    static LOOKED_MS: Cell<f64> = const { Cell::new(0.0) };
    static CONNECTED: () = {
        let bytes = Closure::<dyn Fn(u32, Vec<u8>)>::wrap_assert_unwind_safe(Box::new(|number, bytes| {
            answer(number, Answer::Bytes(bytes));
        }));
        let text = Closure::<dyn Fn(u32, u32)>::wrap_assert_unwind_safe(Box::new(|number, length| {
            answer(number, Answer::Bytes(scratch::take(length)));
        }));
        let other = Closure::<dyn Fn(u32, u32, JsValue)>::wrap_assert_unwind_safe(Box::new(|number, kind, value| {
            answer(number, match kind {
                0 => Answer::Value(value),
                1 => Answer::Thrown(value),
                _ => Answer::TimeUp,
            });
        }));
        connect(bytes.into_js_value(), text.into_js_value(), other.into_js_value());
    };
}

fn answer(number: u32, answer: Answer) {
    let waker = SLOTS.with_borrow_mut(|slots| {
        // None where nobody waits any more.
        let slot = slots.get_mut(&number)?;
        slot.answer = Some(answer);
        slot.waker.take()
    });
    if let Some(waker) = waker {
        executor::run_ready(|| waker.wake());
    }
}

/// Lets what waits for lost timers go on, so that what it holds is dropped: it would stay as long as the isolate.
fn release_lost(now_ms: f64) {
    if now_ms - LOOKED_MS.get() < LOST_AFTER_MS {
        return;
    }
    LOOKED_MS.set(now_ms);
    let lost = |slots: &mut BTreeMap<u32, Slot>| {
        slots
            .iter()
            .filter(|(_, slot)| slot.lost_at_ms < now_ms)
            .map(|(number, _)| *number)
            .collect::<Vec<_>>()
    };
    let lost = SLOTS.with_borrow_mut(lost);
    if !lost.is_empty() {
        // In a turn of its own, where an exception reaches nobody else's call.
        spawn_local(async move { lost.into_iter().for_each(|number| answer(number, Answer::TimeUp)) });
    }
}

/// Waits for one answer. Dropped, it stops the timer beside it, and an answer that still comes is passed over.
pub(crate) struct Waiting {
    number: u32,
    /// What stops the timer, until the answer came.
    timer: Option<JsValue>,
}

impl Waiting {
    fn begin(lost_at_ms: f64, start: impl FnOnce(u32) -> Result<JsValue, JsValue>) -> Result<Self, JsValue> {
        CONNECTED.with(|()| ());
        let number = NEXT.replace(NEXT.get().wrapping_add(1));
        let mut waiting = Self { number, timer: None };
        SLOTS.with_borrow_mut(|slots| slots.insert(number, Slot { waker: None, answer: None, lost_at_ms }));
        waiting.timer = Some(start(number)?);
        Ok(waiting)
    }

    /// Calls `target.method` with a message, as a string where it is short, and waits for at most `patience_ms`.
    ///
    /// # Errors
    /// What the call throws at once.
    pub(crate) fn for_reply_to_bytes(
        target: &JsValue,
        method: &'static str,
        bytes: &[u8],
        patience_ms: u64,
    ) -> Result<Self, JsValue> {
        let method = name(method);
        let call = if bytes.len() <= scratch::SHORT { call_with_text } else { call_with_bytes };
        Self::begin(f64::INFINITY, |number| call(number, target, &method, bytes, patience_ms as f64))
    }

    /// Calls `target.method(first, second)` and waits for at most `patience_ms`.
    ///
    /// # Errors
    /// What the call throws at once.
    pub(crate) fn for_reply_to_values(
        target: &JsValue,
        method: &'static str,
        [first, second]: [&JsValue; 2],
        patience_ms: u64,
    ) -> Result<Self, JsValue> {
        let method = name(method);
        Self::begin(f64::INFINITY, |number| {
            call_with_values(number, target, &method, first, second, patience_ms as f64)
        })
    }

    /// Waits for [`Answer::TimeUp`] after `milliseconds`.
    pub(crate) fn for_timer(milliseconds: u64) -> Self {
        let (now_ms, milliseconds) = (js_sys::Date::now(), milliseconds as f64);
        release_lost(now_ms);
        let lost_at_ms = now_ms + milliseconds + LOST_AFTER_MS;
        let timer = Self::begin(lost_at_ms, |number| Ok(start_timer(number, milliseconds)));
        // A timer is started in any case.
        timer.unwrap_or_else(|_| unreachable!("starting a timer throws nothing"))
    }
}

impl Future for Waiting {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let answer = SLOTS.with_borrow_mut(|slots| {
            let slot = slots.get_mut(&self.number)?;
            if slot.answer.is_none()
                && !slot.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker()))
            {
                slot.waker = Some(context.waker().clone());
            }
            slot.answer.take()
        });
        match answer {
            Some(answer) => {
                // Whoever brought the answer stopped the timer.
                self.timer = None;
                Poll::Ready(answer)
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        SLOTS.with_borrow_mut(|slots| slots.remove(&self.number));
        if let Some(timer) = self.timer.take() {
            stop_timer(&timer);
        }
    }
}
