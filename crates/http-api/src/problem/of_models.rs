//! A problem in the form that OpenAI's and Anthropic's clients read, beside its own: both are one document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ProblemBody;

/// Which clients read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// OpenAI's.
    OpenAi,
    /// Anthropic's.
    Anthropic,
}

/// An error as OpenAI's and Anthropic's clients read it; on the routes of models only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelErrorBody {
    /// What happened this time.
    pub message: String,
    /// The kind of error in the client's own words, such as `invalid_request_error`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The problem's code, or the model server's own word where it refused.
    #[schema(required)]
    pub code: Option<String>,
    /// The member at fault, where there is one.
    #[schema(required)]
    pub param: Option<String>,
}

/// What a model's server says of a request that it refuses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Its own word.
    pub code: Option<String>,
    /// The parameter that it names.
    pub param: Option<String>,
}

impl ProblemBody {
    /// The same document, for clients of a form.
    #[must_use]
    pub fn for_clients(mut self, form: ErrorForm, said: Option<Said>) -> Self {
        let said = said.unwrap_or_default();
        let kind = match form {
            ErrorForm::OpenAi => openai(self.status),
            ErrorForm::Anthropic => anthropic(self.status),
        };
        let pointed =
            self.errors.first().map(|error| error.pointer.trim_start_matches('/').replace('/', "."));
        self.error = Some(ModelErrorBody {
            message: self.detail.clone(),
            kind: kind.to_owned(),
            code: Some(said.code.unwrap_or_else(|| self.code.clone())),
            param: said.param.or(pointed.filter(|pointer| !pointer.is_empty())),
        });
        if form == ErrorForm::Anthropic {
            self.kind = "error".to_owned();
        }
        self
    }
}

const fn openai(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "insufficient_quota",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

const fn anthropic(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FieldError, Problem};
    use super::*;
    use crate::Code;

    #[test]
    fn one_document_is_read_by_every_client() {
        let errors = vec![FieldError { pointer: "/messages/0/role".into(), detail: "must be a role".into() }];
        let problem = || Problem::new(Code::RequestInvalid, "no").with_errors(errors.clone()).body("t");
        let openai = serde_json::to_value(problem().for_clients(ErrorForm::OpenAi, None)).unwrap();
        assert_eq!(openai["type"], "/docs#problem-request.invalid");
        let expect = serde_json::json!({
            "message": "no", "type": "invalid_request_error", "code": "request.invalid", "param": "messages.0.role"
        });
        assert_eq!(openai["error"], expect);
        let said = Said { code: Some("context_length_exceeded".into()), param: Some("messages".into()) };
        let anthropic =
            serde_json::to_value(problem().for_clients(ErrorForm::Anthropic, Some(said))).unwrap();
        assert_eq!((&anthropic["type"], &anthropic["code"]), (&"error".into(), &"request.invalid".into()));
        assert_eq!(anthropic["error"]["code"], "context_length_exceeded");
    }
}
