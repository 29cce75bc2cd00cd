//! A server of models: what it speaks, where it is, by which secret.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::form::Form;

/// Until the first of an answer, where nothing else is said, in milliseconds: models that think take that long.
const FIRST_BYTE_MS: u64 = 120_000;
/// Between two pieces of a stream.
const STALL_MS: u64 = 25_000;
/// Anthropic's form has no answer without a limit.
const MESSAGES_OUTPUT: u64 = 8_192;

/// What a server speaks, and how it wants to be addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// OpenAI's API: `base_url` up to `/v1`.
    Openai,
    /// Any server that speaks it: OpenRouter, Groq, Mistral, DeepSeek, Google's compatible path, AI Gateway's unified
    /// path, Workers AI's, llama.cpp, Ollama, vLLM.
    OpenaiCompatible,
    /// Anthropic's API: `base_url` up to `/v1`, the key in `x-api-key`.
    Anthropic,
    /// Azure's: `base_url` up to the deployment or to `/openai/v1`, the key in `api-key`.
    Azure,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Its name in routes, metrics and answers' headers.
    pub name: String,
    /// What it speaks.
    pub kind: Kind,
    /// Where it is.
    pub base_url: String,
    /// The secret with its key; none where it asks for none.
    #[serde(default)]
    pub key: Option<String>,
    /// The models that are asked of it by their own names; `*` is any.
    #[serde(default)]
    pub models: Vec<String>,
    /// Headers that each request has. No secrets: those have names of their own.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Added to each URL, such as Azure's `api-version=…`.
    #[serde(default)]
    pub query: Option<String>,
    /// What AI Gateway is told, where it stands before the server.
    #[serde(default)]
    pub gateway: Option<Gateway>,
    /// How long the first of an answer may take, in milliseconds.
    #[serde(default = "first_byte_ms")]
    pub first_byte_ms: u64,
    /// How long the next piece of a stream may take.
    #[serde(default = "stall_ms")]
    pub stall_ms: u64,
    /// Whether it tells a stream's tokens when it is asked to.
    #[serde(default = "yes")]
    pub stream_usage: bool,
    /// The most tokens of an answer where the client sets no limit: it is sent along, and bounds what is held of a budget.
    #[serde(default)]
    pub max_output_tokens: Option<u64>,
}

/// What AI Gateway is told of each request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// The secret with an authenticated gateway's own token, for `cf-aig-authorization`.
    #[serde(default)]
    pub token: Option<String>,
    /// The gateway's id, for the API that takes it as a header.
    #[serde(default)]
    pub id: Option<String>,
    /// How long it may answer the same request from its cache, in seconds, 60 to 2,592,000. None: it is told to skip it.
    #[serde(default)]
    pub cache_ttl_s: Option<u64>,
    /// How often it tries, 1 to 5.
    #[serde(default)]
    pub max_attempts: Option<u8>,
    /// How long it waits between two tries, in milliseconds, at most 5,000.
    #[serde(default)]
    pub retry_delay_ms: Option<u64>,
}

const fn first_byte_ms() -> u64 {
    FIRST_BYTE_MS
}

const fn stall_ms() -> u64 {
    STALL_MS
}

const fn yes() -> bool {
    true
}

impl Upstream {
    /// The one of the simplest configuration: a base URL, and whatever is there takes any model's name.
    #[must_use]
    pub fn plain(base_url: &str, key: Option<&str>, gateway_token: Option<&str>) -> Self {
        let behind_gateway = gateway_token.is_some() || base_url.contains("gateway.ai.cloudflare.com");
        let gateway = Gateway { token: gateway_token.map(str::to_owned), ..Gateway::default() };
        Self {
            name: "default".to_owned(),
            kind: Kind::OpenaiCompatible,
            base_url: base_url.to_owned(),
            key: key.map(str::to_owned),
            models: vec!["*".to_owned()],
            headers: BTreeMap::new(),
            query: None,
            gateway: behind_gateway.then_some(gateway),
            first_byte_ms: FIRST_BYTE_MS,
            stall_ms: STALL_MS,
            stream_usage: true,
            max_output_tokens: None,
        }
    }

    /// The form in which it is asked.
    #[must_use]
    pub const fn form(&self) -> Form {
        match self.kind {
            Kind::Openai | Kind::OpenaiCompatible | Kind::Azure => Form::OpenAi,
            Kind::Anthropic => Form::Anthropic,
        }
    }

    /// By which member it heeds the most tokens of an answer.
    #[must_use]
    pub const fn limit_name(&self) -> &'static str {
        match self.kind {
            Kind::Openai | Kind::Azure => "max_completion_tokens",
            Kind::OpenaiCompatible | Kind::Anthropic => "max_tokens",
        }
    }

    /// The most tokens of an answer where the client sets no limit.
    #[must_use]
    pub fn most_output(&self) -> Option<u64> {
        let own = if matches!(self.kind, Kind::Anthropic) { Some(MESSAGES_OUTPUT) } else { None };
        self.max_output_tokens.or(own)
    }

    /// Whether it is asked for a model by this name of its own.
    #[must_use]
    pub fn has(&self, model: &str) -> bool {
        self.models.iter().any(|known| known == "*" || known == model)
    }

    /// The address of one of its operations, such as `chat/completions`.
    #[must_use]
    pub fn url(&self, operation: &str) -> String {
        let base = self.base_url.trim_end_matches('/');
        match &self.query {
            Some(query) => format!("{base}/{operation}?{query}"),
            None => format!("{base}/{operation}"),
        }
    }

    /// The operation that completes a chat.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        match self.form() {
            Form::OpenAi => "chat/completions",
            Form::Anthropic => "messages",
        }
    }

    /// The names of the secrets that its requests need.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let token = self.gateway.as_ref().and_then(|gateway| gateway.token.as_deref());
        self.key.as_deref().into_iter().chain(token)
    }

    /// The headers of a request, with the secrets that `secret` knows by name; `metadata` is what AI Gateway keeps in its
    /// log, at most five entries; `cache_key` the name under which it may keep the answer, which has to tell tenants apart.
    ///
    /// # Errors
    /// The name of a secret that is not there.
    pub fn headers(
        &self,
        secret: impl Fn(&str) -> Option<String>,
        metadata: &[(&str, &str)],
        cache_key: Option<&str>,
    ) -> Result<Vec<(String, String)>, String> {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let mut put = |name: &str, value: String| headers.push((name.to_owned(), value));
        let needed =
            |name: &String| secret(name).filter(|value| !value.is_empty()).ok_or_else(|| name.clone());
        if let Some(key) = &self.key {
            let key = needed(key)?;
            match self.kind {
                Kind::Openai | Kind::OpenaiCompatible => put("authorization", format!("Bearer {key}")),
                Kind::Anthropic => put("x-api-key", key),
                Kind::Azure => put("api-key", key),
            }
        }
        if matches!(self.kind, Kind::Anthropic) {
            put("anthropic-version", "2023-06-01".to_owned());
        }
        if let Some(gateway) = &self.gateway {
            if let Some(token) = &gateway.token {
                put("cf-aig-authorization", format!("Bearer {}", needed(token)?));
            }
            if let Some(id) = &gateway.id {
                put("cf-aig-gateway-id", id.clone());
            }
            match (gateway.cache_ttl_s, cache_key) {
                (Some(ttl), Some(key)) => {
                    put("cf-aig-cache-ttl", ttl.to_string());
                    put("cf-aig-cache-key", key.to_owned());
                }
                _ => put("cf-aig-skip-cache", "true".to_owned()),
            }
            if let Some(attempts) = gateway.max_attempts {
                put("cf-aig-max-attempts", attempts.to_string());
            }
            if let Some(delay) = gateway.retry_delay_ms {
                put("cf-aig-retry-delay", delay.to_string());
            }
            put("cf-aig-request-timeout", self.first_byte_ms.to_string());
            let entries: BTreeMap<_, _> = metadata.iter().take(5).copied().collect();
            // Texts by texts: JSON can say them.
            put("cf-aig-metadata", serde_json::to_string(&entries).unwrap_or_default());
        }
        for (name, value) in &self.headers {
            put(&name.to_ascii_lowercase(), value.clone());
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_addressed_in_its_own_way() {
        let check = |json: &str, url: &str, expect: &[(&str, &str)]| {
            let upstream: Upstream = serde_json::from_str(json).unwrap();
            assert_eq!(upstream.url(upstream.operation()), url);
            let headers =
                upstream.headers(|name| Some(format!("<{name}>")), &[("tenant", "t1")], Some("k")).unwrap();
            let expect: Vec<_> =
                expect.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(headers[1..], expect[..], "{json}");
        };
        check(
            r#"{"name":"a","kind":"openai","base_url":"https://api.openai.com/v1/","key":"K"}"#,
            "https://api.openai.com/v1/chat/completions",
            &[("authorization", "Bearer <K>")],
        );
        check(
            r#"{"name":"a","kind":"anthropic","base_url":"https://api.anthropic.com/v1","key":"K"}"#,
            "https://api.anthropic.com/v1/messages",
            &[("x-api-key", "<K>"), ("anthropic-version", "2023-06-01")],
        );
        check(
            r#"{"name":"a","kind":"azure","base_url":"https://r.openai.azure.com/openai/deployments/d","key":"K","query":"api-version=2025-04-01","headers":{"X-A":"b"}}"#,
            "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2025-04-01",
            &[("api-key", "<K>"), ("x-a", "b")],
        );
        check(
            r#"{"name":"a","kind":"openai_compatible","base_url":"https://g/compat","gateway":{"token":"T","cache_ttl_s":300,"max_attempts":3,"retry_delay_ms":500},"first_byte_ms":9000}"#,
            "https://g/compat/chat/completions",
            &[
                ("cf-aig-authorization", "Bearer <T>"),
                ("cf-aig-cache-ttl", "300"),
                ("cf-aig-cache-key", "k"),
                ("cf-aig-max-attempts", "3"),
                ("cf-aig-retry-delay", "500"),
                ("cf-aig-request-timeout", "9000"),
                ("cf-aig-metadata", r#"{"tenant":"t1"}"#),
            ],
        );
    }

    #[test]
    fn a_secret_that_is_not_there_is_named() {
        let upstream = Upstream::plain("http://x/v1", Some("AI_API_KEY"), None);
        assert_eq!(upstream.headers(|_| None, &[], None), Err("AI_API_KEY".to_owned()));
    }
}
