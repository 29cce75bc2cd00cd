//! The WebSockets of an object, which the platform keeps while it sleeps.

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use mesh::durable::{Socket, SocketLink, SocketMessage, SocketSet};
use wasm_bindgen::{JsCast, JsValue};

use crate::js_call::{call_method, method};
use crate::js_error::describe;

/// `ctx` of an object, as far as sockets go.
#[derive(Clone)]
pub(super) struct PlatformSockets {
    context: JsValue,
}

/// One of them.
struct PlatformSocket {
    context: JsValue,
    socket: JsValue,
}

impl PlatformSockets {
    pub(super) fn new(context: &JsValue) -> Self {
        Self { context: context.clone() }
    }

    /// The socket that an event is about.
    pub(super) fn socket(&self, socket: JsValue) -> Socket {
        Socket::over(PlatformSocket { context: self.context.clone(), socket })
    }

    /// Takes the object's end of a pair, with what is to stay with it.
    pub(super) fn accept(
        &self,
        socket: &JsValue,
        tags: &[String],
        attachment: Option<&[u8]>,
    ) -> Result<(), JsValue> {
        if let Some(bytes) = attachment {
            attach(socket, bytes)?;
        }
        let tags: Array = tags.iter().map(|tag| JsValue::from_str(tag)).collect();
        call_method(&self.context, &method(&self.context, "acceptWebSocket")?, [socket, &tags]).map(drop)
    }

    fn open(&self, tag: Option<&str>) -> Result<Vec<Socket>, JsValue> {
        let tag = tag.map_or(JsValue::UNDEFINED, JsValue::from_str);
        let found = call_method(&self.context, &method(&self.context, "getWebSockets")?, [&tag])?;
        Ok(Array::from(&found).iter().map(|socket| self.socket(socket)).collect())
    }

    fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), JsValue> {
        let set = method(&self.context, "setWebSocketAutoResponse")?;
        match pair {
            None => call_method(&self.context, &set, []),
            Some((request, response)) => {
                let class: Function =
                    Reflect::get(&js_sys::global(), &"WebSocketRequestResponsePair".into())?.dyn_into()?;
                let pair = Reflect::construct(&class, &Array::of2(&request.into(), &response.into()))?;
                call_method(&self.context, &set, [&pair])
            }
        }
        .map(drop)
    }
}

impl SocketSet for PlatformSockets {
    fn open(&self, tag: Option<&str>) -> Result<Vec<Socket>, String> {
        self.open(tag).map_err(|thrown| describe(&thrown))
    }

    fn set_auto_response(&self, pair: Option<(&str, &str)>) -> Result<(), String> {
        self.set_auto_response(pair).map_err(|thrown| describe(&thrown))
    }
}

impl PlatformSocket {
    fn call<const N: usize>(&self, name: &str, arguments: [&JsValue; N]) -> Result<JsValue, String> {
        method(&self.socket, name)
            .and_then(|method| call_method(&self.socket, &method, arguments))
            .map_err(|thrown| describe(&thrown))
    }
}

impl SocketLink for PlatformSocket {
    fn send(&self, message: &SocketMessage) -> Result<(), String> {
        let message: JsValue = match message {
            SocketMessage::Text(text) => text.as_str().into(),
            SocketMessage::Binary(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        };
        self.call("send", [&message]).map(drop)
    }

    fn close(&self, code: u16, reason: &str) -> Result<(), String> {
        self.call("close", [&code.into(), &reason.into()]).map(drop)
    }

    fn attachment(&self) -> Result<Option<Vec<u8>>, String> {
        let attached = self.call("deserializeAttachment", [])?;
        match attached.dyn_into::<Uint8Array>() {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(other) if other.is_undefined() || other.is_null() => Ok(None),
            Err(_) => Err("what is attached was not attached by this framework".into()),
        }
    }

    fn attach(&self, bytes: &[u8]) -> Result<(), String> {
        attach(&self.socket, bytes).map_err(|thrown| describe(&thrown))
    }

    fn tags(&self) -> Result<Vec<String>, String> {
        let tags = method(&self.context, "getTags")
            .and_then(|method| call_method(&self.context, &method, [&self.socket]))
            .map_err(|thrown| describe(&thrown))?;
        Ok(Array::from(&tags).iter().filter_map(|tag| tag.as_string()).collect())
    }
}

fn attach(socket: &JsValue, bytes: &[u8]) -> Result<(), JsValue> {
    let bytes = Uint8Array::from(bytes);
    call_method(socket, &method(socket, "serializeAttachment")?, [&bytes]).map(drop)
}

/// What arrived: a text, or bytes as an `ArrayBuffer`.
pub(super) fn message(message: &JsValue) -> SocketMessage {
    match (message.as_string(), message.dyn_ref::<ArrayBuffer>()) {
        (Some(text), _) => SocketMessage::Text(text),
        (None, Some(buffer)) => SocketMessage::Binary(Uint8Array::new(buffer).to_vec()),
        (None, None) => SocketMessage::Binary(Vec::new()),
    }
}
