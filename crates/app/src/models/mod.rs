//! Every call of a model, a customer's or our own: what may be asked is decided, held in the budget, asked, judged,
//! settled.

mod alike;
mod archiving;
mod asking;
mod attempt;
mod cache;
mod complete;
mod embed;
mod explain;
mod guard;
mod list;
mod open_call;
mod own;
mod presence;
mod refusal;
mod service;
mod spans;
mod stream;

pub use own::OwnModels;
pub use service::ModelsService;

use std::rc::Rc;

use ai::routing::{Breakers, Config};
use mesh::Runtime;

use crate::call_archive::CallArchive;
use crate::ports::{
    AnswerCache, Background, Embedder, ModelBudget, ModelPolicies, ModelSecrets, ModelServer, PassageIndex,
    SpanSink,
};

/// The model in the Worker itself: it only embeds, and costs nothing.
pub const STATIC_MODEL: &str = "weft-static";

/// What calls of models need.
#[derive(Clone)]
pub struct ModelPorts {
    /// Upstreams and routes; none where no server is configured, and what is wrong where it cannot be used.
    pub config: Rc<Result<Option<Config>, String>>,
    /// The upstreams' keys.
    pub secrets: Rc<dyn ModelSecrets>,
    /// The way to upstreams.
    pub server: Rc<dyn ModelServer>,
    /// What tenants may spend.
    pub budget: Rc<dyn ModelBudget>,
    /// What tenants may ask.
    pub policies: Rc<dyn ModelPolicies>,
    /// Answers that are kept to be given again.
    pub answers: Rc<dyn AnswerCache>,
    /// The questions to which answers are kept: an index of its own, which no search looks into.
    pub questions: Rc<dyn PassageIndex>,
    /// Where calls are kept of those who want it.
    pub archive: CallArchive,
    /// The static model.
    pub embedder: Rc<dyn Embedder>,
    /// How upstreams fare, as far as this isolate knows.
    pub breakers: Rc<Breakers>,
    /// For settlements of calls whose client left.
    pub background: Rc<dyn Background>,
    /// Where calls are told as spans of their traces.
    pub spans: Rc<dyn SpanSink>,
    /// Time, waiting and chance.
    pub runtime: Rc<dyn Runtime>,
}
