//! Analytics Engine from a Worker: points by its binding, questions over HTTPS.

use std::time::Duration;

use app::ports::{SpendDataset, SpendPoint, UsageDataset, UsagePoint};
use async_trait::async_trait;
use futures_util::future::{Either, select};
use mesh_worker::bindings::analytics::{AnalyticsEngineSql, Statement};
use serde_json::Value;
use worker::{AnalyticsEngineDataPointBuilder, AnalyticsEngineDataset, Delay};

use super::{SqlApi, point_parts, spend_parts};

/// An answer has to be here by then: an operator waits for it, and the rollups can answer as well.
const LIMIT: Duration = Duration::from_secs(6);

#[async_trait(?Send)]
impl SqlApi for AnalyticsEngineSql {
    async fn rows(&self, query: String) -> Result<Vec<Value>, String> {
        let statement = Statement::new(query);
        let asked = Box::pin(self.query::<Value>(&statement));
        match select(asked, Delay::from(LIMIT)).await {
            Either::Left((answer, _)) => answer.map(|rows| rows.data).map_err(|error| error.to_string()),
            Either::Right(..) => Err(format!("no answer within {} s", LIMIT.as_secs())),
        }
    }
}

/// [`UsageDataset`], or [`SpendDataset`], over its binding. The platform takes a point without saying whether it keeps it.
#[derive(Debug, Clone)]
pub struct Points {
    dataset: AnalyticsEngineDataset,
}

impl Points {
    /// Over a binding.
    #[must_use]
    pub fn new(dataset: AnalyticsEngineDataset) -> Self {
        Self { dataset }
    }
}

impl UsageDataset for Points {
    fn write(&self, point: &UsagePoint) {
        self.put(point_parts(point));
    }
}

impl SpendDataset for Points {
    fn write(&self, point: &SpendPoint) {
        self.put(spend_parts(point));
    }
}

impl Points {
    fn put(&self, (index, blobs, doubles): (String, Vec<String>, Vec<f64>)) {
        let point = AnalyticsEngineDataPointBuilder::new()
            .indexes([index.as_str()])
            .blobs(blobs)
            .doubles(doubles)
            .build();
        if let Err(error) = self.dataset.write_data_point(&point) {
            tracing::warn!(event = "analytics.point_lost", %error);
        }
    }
}
