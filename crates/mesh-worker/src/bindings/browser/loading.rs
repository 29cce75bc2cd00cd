//! The parts of how a page is loaded. Pure.

use serde::Serialize;

/// When loading counts as done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Navigation {
    /// At most 60,000; the default is 30,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// All of these must have happened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wait_until: Vec<Lifecycle>,
    /// The page that led here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referer: Option<String>,
}

/// What happens while a page loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    /// Everything is there.
    Load,
    /// The document is there.
    DomContentLoaded,
    /// No connection for half a second.
    NetworkIdle0,
    /// At most two connections for half a second.
    NetworkIdle2,
}

/// An element to wait for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Awaited {
    /// Its CSS selector.
    pub selector: String,
    /// Until it is seen.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub visible: bool,
    /// Until it is gone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// At most 120,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
}

/// A window's size in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Viewport {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Pixels of the screen to one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_scale_factor: Option<f64>,
    /// As a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mobile: Option<bool>,
}

/// A cookie. Give it a `url` or a `domain`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cookie {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Below which path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Over HTTPS only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure: Option<bool>,
    /// Out of scripts' reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_only: Option<bool>,
}

/// A name and a password. The password is not printed.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Credentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials({}, …)", self.username)
    }
}

/// A script or a style, by its address or itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// At an address.
    Url(String),
    /// Itself.
    Content(String),
}

/// Which requests are made, by regular expressions over their addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum RequestPatterns {
    /// Only these.
    #[serde(rename = "allowRequestPattern")]
    Allow(Vec<String>),
    /// All but these.
    #[serde(rename = "rejectRequestPattern")]
    Reject(Vec<String>),
}

/// Which requests are made, by what they are for: `document`, `stylesheet`, `image`, `font`, `script`, `xhr`, ….
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum ResourceTypes {
    /// Only these.
    #[serde(rename = "allowResourceTypes")]
    Allow(Vec<String>),
    /// All but these.
    #[serde(rename = "rejectResourceTypes")]
    Reject(Vec<String>),
}
