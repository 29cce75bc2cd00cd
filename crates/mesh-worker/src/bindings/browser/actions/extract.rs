//! What a model reads out of a page.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::super::invalid::InvalidPage;
use super::super::page::Page;
use super::Action;

/// What a model reads out of a page: by words, by a schema, or both.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extract {
    /// The page.
    #[serde(flatten)]
    pub page: Page,
    /// What to find, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// The JSON Schema of the answer.
    #[serde(
        rename = "response_format",
        skip_serializing_if = "Option::is_none",
        serialize_with = "response_format"
    )]
    pub schema: Option<Value>,
    /// Models to try in order, at most 3; without any, the product's own.
    #[serde(rename = "custom_ai", skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<Model>,
}

/// A model, and what lets one use it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Model {
    /// `provider/name`.
    pub model: String,
    /// A bearer token, unless the model is the platform's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Model({})", self.model)
    }
}

fn response_format<S: Serializer>(schema: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Format<'a> {
        #[serde(rename = "type")]
        kind: &'static str,
        json_schema: &'a Option<Value>,
    }
    Format { kind: "json_schema", json_schema: schema }.serialize(serializer)
}

impl Action for Extract {
    const NAME: &'static str = "json";
    fn check(&self) -> Result<(), InvalidPage> {
        let empty = |schema: &Value| schema.as_object().is_none_or(serde_json::Map::is_empty);
        let prompted = self.prompt.as_ref().is_some_and(|prompt| !prompt.is_empty());
        if self.schema.as_ref().is_some_and(empty) || (!prompted && self.schema.is_none()) {
            return Err(InvalidPage::NothingToExtract);
        }
        if self.models.len() > 3 {
            return Err(InvalidPage::TooManyModels { count: self.models.len() });
        }
        self.page.check()
    }
}
