//! A request for a WebSocket, from the caller's stub to the object's `fetch`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::{Array, Function, Object, Reflect};
use mesh::durable::{Accept, Accepted, Hello, Refusal};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Request, RequestInit, Response, ResponseInit};

use super::sockets::PlatformSockets;
use crate::js_error::describe;

/// Where the encoded [`Hello`] travels. Whoever sends it sets it: it is never taken over from another request.
const HELLO: &str = "x-mesh-hello";
const PROTOCOLS: &str = "sec-websocket-protocol";
/// The host is nobody's; an object has no other address than its namespace's.
const URL: &str = "https://object.invalid/";

pub(super) fn request(hello: &[u8], protocols: &[String]) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("upgrade", "websocket")?;
    headers.set(HELLO, &URL_SAFE_NO_PAD.encode(hello))?;
    if !protocols.is_empty() {
        headers.set(PROTOCOLS, &protocols.join(", "))?;
    }
    let init = RequestInit::new();
    init.set_headers(&headers);
    Request::new_with_str_and_init(URL, &init)
}

/// What a request asks for.
pub(super) fn asked(request: &Request) -> Result<(Hello, Vec<String>), Refusal> {
    let headers = request.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    if !header("upgrade").is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket")) {
        return Err(Refusal::new(426, "this object is called over RPC; over HTTP it takes WebSockets only"));
    }
    let malformed = || Refusal::new(400, "the request was not made by a mesh stub");
    let hello = header(HELLO).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok()).ok_or_else(malformed)?;
    let hello = Hello::decode(&hello).map_err(|_| malformed())?;
    let offered = header(PROTOCOLS).unwrap_or_default();
    let protocols = offered.split(',').map(str::trim).filter(|protocol| !protocol.is_empty());
    Ok((hello, protocols.map(str::to_owned).collect()))
}

/// Makes the pair of sockets, keeps one end and answers with the other.
pub(super) fn accepted(sockets: &PlatformSockets, accept: Accept) -> Result<Response, Refusal> {
    let accepted = accept.checked()?;
    pair(sockets, &accepted).map_err(|thrown| Refusal::new(500, describe(&thrown)))
}

fn pair(sockets: &PlatformSockets, accepted: &Accepted) -> Result<Response, JsValue> {
    let class: Function = Reflect::get(&js_sys::global(), &"WebSocketPair".into())?.dyn_into()?;
    let pair = Reflect::construct(&class, &Array::new())?;
    let [theirs, ours] = ["0", "1"].map(|end| Reflect::get(&pair, &end.into()));
    sockets.accept(&ours?, &accepted.tags, accepted.attachment.as_deref())?;
    let init = Object::new();
    Reflect::set(&init, &"status".into(), &101.into())?;
    Reflect::set(&init, &"webSocket".into(), &theirs?)?;
    if let Some(protocol) = &accepted.protocol {
        let headers = Headers::new()?;
        headers.set(PROTOCOLS, protocol)?;
        Reflect::set(&init, &"headers".into(), &headers)?;
    }
    Response::new_with_opt_str_and_init(None, init.unchecked_ref::<ResponseInit>())
}

/// The answer to a client that gets no socket.
pub(super) fn refused(refusal: &Refusal) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(refusal.status);
    Response::new_with_opt_str_and_init(Some(&refusal.message), &init)
}
