//! What a tenant may ask, and what is put aside before it is.

use ai::masking::{Kind, Kinds, Masked, StreamRestorer, mask_chat, mask_texts};
use ai::openai::embeddings::EmbeddingCall;
use ai::{Call, Invalid};
use contracts::pipeline::ai_policy::AiPolicy;
use contracts::pipeline::models::ModelError;
use ids::TenantId;

use super::ModelPorts;
use super::refusal::invalid;

/// A tenant's policy at one request.
pub(super) struct Guard(AiPolicy);

/// What a guard took out of a request. Its `Default` took nothing.
#[derive(Clone, Default)]
pub(super) struct Aside(Option<Masked>);

/// Reads a tenant's policy. Where it cannot be read nothing is asked.
pub(super) async fn guard(ports: &ModelPorts, tenant: TenantId) -> Result<Guard, ModelError> {
    let policy = ports.policies.policy(tenant).await;
    policy.map(Guard).map_err(|error| ModelError::Unavailable { detail: error.to_string() })
}

impl Guard {
    /// A conversation as it may leave.
    pub(super) fn chat(&self, call: Call, body: &[u8]) -> Result<(Call, Aside), ModelError> {
        let (mut call, aside) = match mask_chat(body, &self.kinds()) {
            // What was put aside changes how long it is, and with it what it may cost.
            Some((body, masked)) => (Call::read(call.form, &body).map_err(invalid)?, Aside(Some(masked))),
            None => (call, Aside::default()),
        };
        self.fits(call.bounds.input)?;
        if let Some(most) = self.0.max_output_tokens {
            if call.bounds.output_asked.is_some_and(|asked| asked > most) {
                let detail = format!("must be at most {most}: longer answers are not allowed here");
                return Err(invalid(Invalid::field("/max_tokens", detail)));
            }
            call.most_output = Some(most);
        }
        Ok((call, aside))
    }

    /// Texts as they may leave.
    pub(super) fn texts(
        &self,
        call: EmbeddingCall,
        body: &[u8],
    ) -> Result<(EmbeddingCall, Aside), ModelError> {
        let (call, aside) = match mask_texts(body, &self.kinds()) {
            Some((body, masked)) => (EmbeddingCall::read(&body).map_err(invalid)?, Aside(Some(masked))),
            None => (call, Aside::default()),
        };
        self.fits(call.tokens_bound)?;
        Ok((call, aside))
    }

    /// Whether a model may be asked, by the name that was asked for or by the one that it stands for.
    pub(super) fn allows(&self, asked: &str, resolved: &str) -> Result<(), ModelError> {
        let listed = |models: &Vec<String>| models.iter().any(|model| model == asked || model == resolved);
        if self.0.models.as_ref().is_none_or(listed) {
            return Ok(());
        }
        Err(ModelError::NotAllowed { model: asked.to_owned() })
    }

    /// How long requests and answers are kept, in days; none where they are not.
    pub(super) fn archive_days(&self) -> Option<u32> {
        self.0.archive.map(|archive| archive.retention_days)
    }

    fn fits(&self, tokens: u64) -> Result<(), ModelError> {
        match self.0.max_input_tokens {
            Some(most) if tokens > most => {
                let detail = format!("may have {tokens} tokens, and at most {most} are allowed here");
                Err(invalid(Invalid::field("", detail)))
            }
            _ => Ok(()),
        }
    }

    fn kinds(&self) -> Kinds {
        Kinds::of(self.0.mask.iter().filter_map(|name| Kind::named(name)))
    }
}

impl Aside {
    /// How many places of each kind there were; none where there were none.
    pub(super) fn told(&self) -> Option<String> {
        let masked = self.0.as_ref()?;
        Some(masked.counts().map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(", "))
    }

    /// The header that tells it.
    pub(super) fn header(&self) -> Option<(String, String)> {
        self.told().map(|told| ("weft-masked".to_owned(), told))
    }

    /// A whole answer as whoever asked is to see it.
    pub(super) fn back_in(&self, body: Vec<u8>) -> Vec<u8> {
        match &self.0 {
            Some(masked) => masked.restore_whole(body),
            None => body,
        }
    }

    /// The same for an answer that comes as a stream.
    pub(super) fn restorer(self, call: &Call) -> Option<StreamRestorer> {
        self.0.map(|masked| StreamRestorer::new(call.form, masked))
    }
}
