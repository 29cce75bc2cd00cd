//! A WebSocket as something to wait for: its messages in order, then its end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use worker::WebSocket;
use worker::web_sys::{CloseEvent, Event, MessageEvent};

/// What came over a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A text. Bytes mean nothing here and are passed over.
    Text(String),
    /// It was closed.
    Closed {
        /// The code; 1006 where the link broke.
        code: u16,
        /// The reason.
        reason: String,
    },
}

#[derive(Default)]
struct Inbox {
    heard: VecDeque<Heard>,
    waker: Option<Waker>,
}

type Handler<E> = Closure<dyn FnMut(E)>;

/// An accepted socket that is listened to. Dropping it closes it.
pub(crate) struct Listening {
    socket: WebSocket,
    inbox: Rc<RefCell<Inbox>>,
    handlers: (Handler<MessageEvent>, Handler<CloseEvent>, Handler<Event>),
}

impl Listening {
    /// Listens to a socket, from its first message on.
    pub(crate) fn to(socket: WebSocket) -> worker::Result<Self> {
        let inbox = Rc::<RefCell<Inbox>>::default();
        let put = |inbox: &Rc<RefCell<Inbox>>, heard: Heard| {
            let mut inbox = inbox.borrow_mut();
            inbox.heard.push_back(heard);
            if let Some(waker) = inbox.waker.take() {
                waker.wake();
            }
        };
        let (on_text, on_close, on_error) = (inbox.clone(), inbox.clone(), inbox.clone());
        let message = Handler::own_assert_unwind_safe(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                put(&on_text, Heard::Text(text));
            }
        });
        let close = Handler::own_assert_unwind_safe(move |event: CloseEvent| {
            put(&on_close, Heard::Closed { code: event.code(), reason: event.reason() });
        });
        let error = Handler::own_assert_unwind_safe(move |_: Event| {
            put(&on_error, Heard::Closed { code: 1006, reason: String::new() });
        });
        let target = socket.as_ref();
        target.add_event_listener_with_callback("message", message.as_ref().unchecked_ref())?;
        target.add_event_listener_with_callback("close", close.as_ref().unchecked_ref())?;
        target.add_event_listener_with_callback("error", error.as_ref().unchecked_ref())?;
        socket.accept()?;
        Ok(Self { socket, inbox, handlers: (message, close, error) })
    }

    /// The next thing that comes.
    pub(crate) async fn next(&self) -> Heard {
        poll_fn(|context| {
            let mut inbox = self.inbox.borrow_mut();
            match inbox.heard.pop_front() {
                Some(heard) => Poll::Ready(heard),
                None => {
                    inbox.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Sends a text; false where the socket is closed.
    pub(crate) fn send(&self, text: &str) -> bool {
        self.socket.send_with_str(text).is_ok()
    }

    /// Bytes that were sent and that the other end has not taken.
    pub(crate) fn waiting(&self) -> u32 {
        self.socket.as_ref().buffered_amount()
    }

    /// Closes it. A code that the protocol keeps for itself is passed on as 1000.
    pub(crate) fn close(&self, code: u16, reason: &str) {
        let code = if matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) { code } else { 1000 };
        // One that is closed already needs no closing.
        let _ = self.socket.close(Some(code), Some(reason));
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let target = self.socket.as_ref();
        let (message, close, error) = &self.handlers;
        let _ = target.remove_event_listener_with_callback("message", message.as_ref().unchecked_ref());
        let _ = target.remove_event_listener_with_callback("close", close.as_ref().unchecked_ref());
        let _ = target.remove_event_listener_with_callback("error", error.as_ref().unchecked_ref());
        self.close(1000, "");
    }
}
