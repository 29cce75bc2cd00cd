//! Embeddings in OpenAI's form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::request::{model, not_json, number};
use crate::fault::{Faults, Invalid};
use crate::fields::Fields;

/// More inputs at once are refused, as OpenAI does.
pub const MOST_INPUTS: usize = 2_048;
/// More dimensions than any model has.
const MOST_DIMENSIONS: u64 = 100_000;

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As an array.
    Float,
    /// As 32-bit floats, little-endian, in base64.
    Base64,
}

/// A request that was read.
#[derive(Debug, Clone)]
pub struct EmbeddingCall {
    /// The model it asks for.
    pub model: String,
    /// The texts; none where they came as tokens, which only the model's own server can read.
    pub inputs: Option<Vec<String>>,
    /// How numbers are written.
    pub encoding: Encoding,
    /// How many it wants of each vector.
    pub dimensions: Option<u64>,
    /// An upper bound of its tokens.
    pub tokens_bound: u64,
    fields: Fields,
}

impl EmbeddingCall {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn read(body: &[u8]) -> Result<Self, Invalid> {
        let fields = Fields::parse(body).map_err(|error| not_json(body, &error))?;
        let mut faults = Faults::default();
        let model = model(&fields, &mut faults);
        let inputs = inputs(&fields, &mut faults);
        let encoding = match fields.get::<String>("encoding_format").as_deref() {
            None if !fields.has("encoding_format") => Encoding::Float,
            Some("float") => Encoding::Float,
            Some("base64") => Encoding::Base64,
            _ => {
                faults.add("/encoding_format", "must be `float` or `base64`");
                Encoding::Float
            }
        };
        let dimensions = number(&fields, "dimensions", 1, MOST_DIMENSIONS, &mut faults);
        let tokens_bound = body.len() as u64;
        faults.into_result(Self { model, inputs, encoding, dimensions, tokens_bound, fields })
    }

    /// The request's members.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The body for an upstream, asking it for `model`.
    #[must_use]
    pub fn body_for(&self, model: &str) -> Vec<u8> {
        let mut fields = self.fields.clone();
        fields.set("model", &model);
        fields.to_vec()
    }
}

fn inputs(fields: &Fields, faults: &mut Faults) -> Option<Vec<String>> {
    if let Some(text) = fields.get::<String>("input") {
        if text.is_empty() {
            faults.add("/input", "must not be empty");
        }
        return Some(vec![text]);
    }
    if let Some(texts) = fields.get::<Vec<String>>("input") {
        if texts.is_empty() || texts.len() > MOST_INPUTS {
            faults.add("/input", format!("must be 1 to {MOST_INPUTS} texts"));
        }
        for (at, _) in texts.iter().enumerate().filter(|(_, text)| text.is_empty()) {
            faults.add(format!("/input/{at}"), "must not be empty");
        }
        return Some(texts);
    }
    let tokens = fields.get::<Vec<u64>>("input").map(|tokens| vec![tokens]);
    match tokens.or_else(|| fields.get::<Vec<Vec<u64>>>("input")) {
        Some(lists)
            if (1..=MOST_INPUTS).contains(&lists.len()) && lists.iter().all(|list| !list.is_empty()) => {}
        _ => faults.add("/input", "must be a text or an array of texts"),
    }
    None
}

#[derive(Serialize)]
struct Answer<'a> {
    object: &'static str,
    data: Vec<Item>,
    model: &'a str,
    usage: Tokens,
}

#[derive(Serialize)]
struct Item {
    object: &'static str,
    index: usize,
    embedding: Embedding,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Embedding {
    Float(Vec<f32>),
    Base64(String),
}

#[derive(Serialize)]
struct Tokens {
    prompt_tokens: u64,
    total_tokens: u64,
}

/// An answer of these vectors.
///
/// # Errors
/// When a number of a vector is none that JSON can say.
pub fn answer(
    model: &str,
    vectors: Vec<Vec<f32>>,
    encoding: Encoding,
    tokens: u64,
) -> Result<Vec<u8>, serde_json::Error> {
    let encoded = |vector: Vec<f32>| match encoding {
        Encoding::Float => Embedding::Float(vector),
        Encoding::Base64 => {
            let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
            Embedding::Base64(STANDARD.encode(bytes))
        }
    };
    let items = vectors.into_iter().enumerate();
    let data = items
        .map(|(index, vector)| Item { object: "embedding", index, embedding: encoded(vector) })
        .collect();
    let usage = Tokens { prompt_tokens: tokens, total_tokens: tokens };
    serde_json::to_vec(&Answer { object: "list", data, model, usage })
}

/// The tokens that an upstream's answer tells, where it is one.
///
/// # Errors
/// What is wrong with it.
pub fn judge(body: &[u8]) -> Result<Option<u64>, String> {
    let fields =
        Fields::parse(body).map_err(|error| format!("the answer is no list of embeddings: {error}"))?;
    if fields.get::<Vec<Fields>>("data").is_none_or(|data| data.is_empty()) {
        return Err("the answer has no embeddings".to_owned());
    }
    let usage: Option<Fields> = fields.get("usage");
    Ok(usage.and_then(|usage| usage.get("prompt_tokens")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_and_tokens_are_told_apart() {
        let read = |input: &str| {
            let body = format!(r#"{{"model":"m","input":{input}}}"#);
            EmbeddingCall::read(body.as_bytes()).map(|call| call.inputs).map_err(|error| error.to_string())
        };
        assert_eq!(read("\"a\"").unwrap(), Some(vec!["a".to_owned()]));
        assert_eq!(read("[\"a\",\"b\"]").unwrap().unwrap().len(), 2);
        assert_eq!(read("[1,2]").unwrap(), None);
        assert_eq!(read("[[1],[2,3]]").unwrap(), None);
        for (bad, pointer) in [
            ("\"\"", "/input"),
            ("[]", "/input"),
            ("[\"a\",\"\"]", "/input/1"),
            ("7", "/input"),
            ("[[]]", "/input"),
            ("[1,\"a\"]", "/input"),
        ] {
            assert!(read(bad).unwrap_err().starts_with(&format!("`{pointer}` ")), "{bad}");
        }
    }

    #[test]
    fn vectors_are_written_as_numbers_or_as_bytes() {
        let float = answer("m", vec![vec![0.5, -1.0]], Encoding::Float, 3).unwrap();
        let expect = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-1.0]}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}"#;
        assert_eq!(String::from_utf8(float.clone()).unwrap(), expect);
        assert_eq!(judge(&float), Ok(Some(3)));
        let base64 = answer("m", vec![vec![0.5, -1.0]], Encoding::Base64, 3).unwrap();
        assert!(String::from_utf8(base64).unwrap().contains("\"AAAAPwAAgL8=\""));
        assert!(judge(b"{\"data\":[]}").is_err());
    }
}
