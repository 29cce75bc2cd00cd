//! From the runtime's objects to items.

use js_sys::{Array, BigInt, Date, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::Tail;
use super::item::{TailItem, read};
use crate::env::BindingError;
use crate::js_error::describe;
use crate::outcome::promise;

/// Reads a batch of the runtime and hands it over, as `tail(events)` asks.
pub fn run<T: Tail + 'static>(wired: Result<T, BindingError>, events: JsValue) -> Promise {
    promise(async move {
        let failed = |message: String| JsValue::from(js_sys::Error::new(&message));
        let tail = wired.map_err(|error| failed(error.to_string()))?;
        let items = Array::from(&events).into_iter().map(|item| item_of(&item, T::UNREDACTED));
        let items = items.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        tail.tail(items).await.map_err(failed)?;
        Ok(JsValue::UNDEFINED)
    })
}

fn item_of(item: &JsValue, unredacted: bool) -> Result<TailItem, String> {
    let unreadable = |error: JsValue| format!("an item of the tail cannot be read: {}", describe(&error));
    let told = Object::new();
    let hints = hints(item, unredacted).map_err(unreadable)?;
    Reflect::set(&told, &"hints".into(), hints.as_ref()).map_err(unreadable)?;
    Reflect::set(&told, &"item".into(), item).map_err(unreadable)?;
    let text = stringify(&told).map_err(unreadable)?;
    read(&text).map_err(|error| format!("an item of the tail cannot be read: {error}"))
}

/// What an event's JSON would lose: its class, a date, and the request without redaction.
fn hints(item: &JsValue, unredacted: bool) -> Result<Object, JsValue> {
    let hints = Object::new();
    let event = Reflect::get(item, &"event".into())?;
    if !event.is_object() {
        return Ok(hints);
    }
    let class =
        Reflect::get(&event, &"constructor".into()).and_then(|class| Reflect::get(&class, &"name".into()));
    Reflect::set(&hints, &"kind".into(), &class.unwrap_or(JsValue::NULL))?;
    if let Ok(date) = Reflect::get(&event, &"scheduledTime".into())?.dyn_into::<Date>() {
        Reflect::set(&hints, &"scheduledTime".into(), &date.get_time().into())?;
    }
    if unredacted {
        let request = Reflect::get(&event, &"request".into())?;
        if let Ok(reveal) = own_method(&request, "getUnredacted") {
            let request = Reflect::apply(&reveal, &request, &Array::new())?;
            Reflect::set(&hints, &"request".into(), &request)?;
        }
    }
    Ok(hints)
}

fn own_method(target: &JsValue, name: &str) -> Result<Function, JsValue> {
    if !target.is_object() {
        return Err(JsValue::UNDEFINED);
    }
    Reflect::get(target, &name.into())?.dyn_into()
}

/// JSON of anything that a Worker may have published: what JSON has no form for, a big integer, becomes a text.
fn stringify(value: &JsValue) -> Result<String, JsValue> {
    let text = JSON::stringify(value).or_else(|_| {
        let replace = Closure::<dyn FnMut(JsValue, JsValue) -> JsValue>::own_assert_unwind_safe(
            |_key, value: JsValue| match value.dyn_ref::<BigInt>().map(|number| number.to_string(10)) {
                Some(Ok(digits)) => digits.into(),
                _ => value,
            },
        );
        JSON::stringify_with_replacer(value, replace.as_ref())
    })?;
    Ok(text.into())
}
