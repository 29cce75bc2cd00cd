//! The `Models` service.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::model_routes::{ExplainRoute, RouteExplanation};
use contracts::pipeline::models::{
    Complete, Completion, Embed, Embedded, ListModels, ModelError, ModelList, Models,
};

use super::{ModelPorts, complete, embed, explain, list};

/// [`Models`] over ports.
#[derive(Clone)]
pub struct ModelsService(pub ModelPorts);

#[async_trait(?Send)]
impl Models for ModelsService {
    async fn complete(&self, context: &TenantCall, request: Complete) -> Result<Completion, ModelError> {
        complete::complete(&self.0, context, request).await
    }

    async fn embed(&self, context: &TenantCall, request: Embed) -> Result<Embedded, ModelError> {
        embed::embed(&self.0, context, request).await
    }

    async fn explain_route(
        &self,
        context: &TenantCall,
        request: ExplainRoute,
    ) -> Result<RouteExplanation, ModelError> {
        explain::explain(&self.0, context, request).await
    }

    async fn list_models(&self, context: &TenantCall, _: ListModels) -> Result<ModelList, ModelError> {
        list::list(&self.0, context).await
    }
}
