//! Reading fields that may be there, under one of several names, as a string or an object.

use std::borrow::Cow;

use serde_json::Value;

/// The value at a dotted path of object keys.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// The first of several paths that holds something other than `null`.
pub(crate) fn first<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v Value> {
    paths.iter().filter_map(|path| at(value, path)).find(|found| !found.is_null())
}

/// The first of several paths that holds a string which is not blank.
pub(crate) fn text<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v str> {
    paths.iter().filter_map(|path| at(value, path)?.as_str()).find(|found| !found.trim().is_empty())
}

/// The first of several paths that holds an array.
pub(crate) fn list<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v [Value]> {
    paths.iter().find_map(|path| at(value, path)?.as_array()).map(Vec::as_slice)
}

/// A person's name: a string, a number (a speaker label), or an object that has one under a usual key.
pub(crate) fn name(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(name) if !name.trim().is_empty() => Some(Cow::Borrowed(name.trim())),
        Value::Number(label) => Some(Cow::Owned(format!("Speaker {label}"))),
        Value::Object(_) => {
            const KEYS: [&str; 9] = [
                "name",
                "display_name",
                "displayName",
                "username",
                "full_name",
                "fullName",
                "user_name",
                "email",
                "type",
            ];
            text(value, &KEYS).map(|name| Cow::Borrowed(name.trim()))
        }
        _ => None,
    }
}

/// A person's e-mail address, under a usual key.
pub(crate) fn email(value: &Value) -> Option<&str> {
    const KEYS: [&str; 6] =
        ["email", "emailAddress", "email_address", "user_email", "matched_calendar_invitee_email", "address"];
    text(value, &KEYS).map(str::trim).filter(|email| email.contains('@'))
}
