//! The two forms in which models are asked, and a request in one of them.

use crate::bound::TokenBounds;
use crate::fault::Invalid;
use crate::fields::Fields;
use crate::translate;
use crate::usage::Usage;
use crate::{anthropic, openai};

/// A form of requests, answers, streams and errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// OpenAI's chat completions.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// A request that was read: what is decided by, and the rest as it came.
#[derive(Debug, Clone)]
pub struct Call {
    /// The form it came in.
    pub form: Form,
    /// The model it asks for, an alias maybe.
    pub model: String,
    /// Whether the answer is to come as a stream.
    pub stream: bool,
    /// Whether the client wants the tokens told at the end of the stream. In Anthropic's form they always are.
    pub wants_usage: bool,
    /// Upper bounds of its tokens.
    pub bounds: TokenBounds,
    /// How many answers are asked for.
    pub choices: u64,
    /// The longest answer that whoever asks may have, in tokens; heeded where the request sets no limit of its own.
    pub most_output: Option<u64>,
    pub(crate) fields: Fields,
}

impl Call {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Invalid`] when it lacks what every request has, or has it in another form.
    pub fn read(form: Form, body: &[u8]) -> Result<Self, Invalid> {
        match form {
            Form::OpenAi => openai::read(body),
            Form::Anthropic => anthropic::read(body),
        }
    }

    /// The request's members.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// The lesser of two limits of an answer where the request sets none: whoever asks has one, and `most` is the other.
    #[must_use]
    pub fn capped(&self, most: Option<u64>) -> Option<u64> {
        match (self.most_output, most) {
            (Some(own), Some(most)) => Some(own.min(most)),
            (own, most) => own.or(most),
        }
    }

    /// The body for an upstream.
    ///
    /// # Errors
    /// [`Invalid`] when the upstream's form cannot say what this one asks for.
    pub fn body_for(&self, target: &Target<'_>) -> Result<Vec<u8>, Invalid> {
        let mut fields = match (self.form, target.form) {
            (Form::OpenAi, Form::OpenAi) | (Form::Anthropic, Form::Anthropic) => self.fields.clone(),
            (Form::OpenAi, Form::Anthropic) => translate::chat_to_messages(&self.fields)?,
            (Form::Anthropic, Form::OpenAi) => translate::messages_to_chat(&self.fields, target.limit_name)?,
        };
        fields.set("model", &target.model);
        if let (Some(most), None) = (self.capped(target.most_output), self.bounds.output_asked) {
            fields.set(target.limit_name, &most);
        }
        if target.form == Form::OpenAi && self.stream && target.tell_usage {
            let mut options: Fields = fields.get("stream_options").unwrap_or_default();
            options.set("include_usage", &true);
            fields.set("stream_options", &options);
        }
        Ok(fields.to_vec())
    }
}

/// How an upstream wants to be asked.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// In which form.
    pub form: Form,
    /// For which model, by its own name for it.
    pub model: &'a str,
    /// Whether it can be asked to tell the tokens of a stream, which Anthropic's form always does.
    pub tell_usage: bool,
    /// By which member it heeds the most tokens of an answer.
    pub limit_name: &'a str,
    /// The most tokens of an answer where the client sets no limit.
    pub most_output: Option<u64>,
}

/// A whole answer that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeAnswer {
    /// In the client's form; the very bytes where the forms agree.
    pub body: Vec<u8>,
    /// Its tokens, where the upstream tells.
    pub usage: Option<Usage>,
    /// How many bytes of text the model wrote: at most one token a byte.
    pub written_bytes: u64,
}

/// Judges the whole answer of an upstream, and gives it in the client's form.
///
/// # Errors
/// What is wrong with it, where it is no answer.
pub fn whole_answer(
    upstream: Form,
    client: Form,
    created_s: u64,
    body: Vec<u8>,
) -> Result<WholeAnswer, String> {
    let judged = match upstream {
        Form::OpenAi => openai::judge_whole(&body)?,
        Form::Anthropic => anthropic::judge_whole(&body)?,
    };
    let (usage, written_bytes) = judged;
    let body = match (upstream, client) {
        (Form::OpenAi, Form::OpenAi) | (Form::Anthropic, Form::Anthropic) => body,
        (Form::Anthropic, Form::OpenAi) => translate::message_to_completion(&body, created_s)?,
        (Form::OpenAi, Form::Anthropic) => translate::completion_to_message(&body)?,
    };
    Ok(WholeAnswer { body, usage, written_bytes })
}
