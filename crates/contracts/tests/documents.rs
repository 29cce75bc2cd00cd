//! The contracts as files: `contracts/*.json` at the repository's top, and their types for TypeScript beside them.
//!
//! `cargo xtask contracts` writes them anew, `cargo xtask contracts check` compares; both run this test.

use std::path::{Path, PathBuf};

use contracts::gateway::LimitsContract;
use contracts::health::HealthContract;
use contracts::pipeline::ai_calls::AiCallsContract;
use contracts::pipeline::analytics::AnalyticsContract;
use contracts::pipeline::budget::{BudgetsContract, TenantBudgetContract};
use contracts::pipeline::deliveries::DeliveriesContract;
use contracts::pipeline::erasure::ErasureContract;
use contracts::pipeline::files::FilesContract;
use contracts::pipeline::live::LiveFeedContract;
use contracts::pipeline::models::ModelsContract;
use contracts::pipeline::operations::OperationsContract;
use contracts::pipeline::redrives::RedrivesContract;
use contracts::pipeline::retention::RetentionContract;
use contracts::pipeline::rules::RulesContract;
use contracts::pipeline::subscriptions::SubscriptionsContract;
use contracts::pipeline::tenant_index::TenantIndexContract;
use contracts::pipeline::traces::{SpansContract, TracesContract};
use contracts::pipeline::usage::UsageContract;
use contracts::pipeline::work::WorkContract;
use contracts::pipeline::workflow_control::WorkflowControlContract;
use contracts::pipeline::workflows::WorkflowsContract;
use contracts::pipeline::{DeadLettersContract, IntakeContract, TasksContract};
use contracts::scheduler::{HeartbeatsContract, JobsContract, ScansContract, UpkeepContract};
use mesh::Contract;
use mesh::describe::{Described, Document, compare_folder, write_folder};

/// A contract's document, and the fingerprint that this build has of it.
fn described<C: Contract + Described>() -> (Document, String) {
    (C::document(), C::FINGERPRINT.to_string())
}

/// Every contract between Workers.
fn all() -> Vec<(Document, String)> {
    vec![
        described::<AiCallsContract>(),
        described::<AnalyticsContract>(),
        described::<BudgetsContract>(),
        described::<DeadLettersContract>(),
        described::<DeliveriesContract>(),
        described::<ErasureContract>(),
        described::<FilesContract>(),
        described::<HealthContract>(),
        described::<HeartbeatsContract>(),
        described::<IntakeContract>(),
        described::<JobsContract>(),
        described::<LimitsContract>(),
        described::<LiveFeedContract>(),
        described::<ModelsContract>(),
        described::<OperationsContract>(),
        described::<RedrivesContract>(),
        described::<RetentionContract>(),
        described::<RulesContract>(),
        described::<ScansContract>(),
        described::<SpansContract>(),
        described::<SubscriptionsContract>(),
        described::<TasksContract>(),
        described::<TenantBudgetContract>(),
        described::<TenantIndexContract>(),
        described::<TracesContract>(),
        described::<UpkeepContract>(),
        described::<UsageContract>(),
        described::<WorkContract>(),
        described::<WorkflowControlContract>(),
        described::<WorkflowsContract>(),
    ]
}

/// Where the files are: at the repository's top, or where they shall be written for a comparison.
fn folder() -> PathBuf {
    std::env::var_os("CONTRACTS_FOLDER")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../contracts"), PathBuf::from)
}

#[test]
fn the_committed_documents_are_those_of_the_types() {
    let folder = folder();
    let documents: Vec<Document> = all().into_iter().map(|(document, _)| document).collect();
    if std::env::var_os("WRITE_CONTRACTS").is_some() {
        write_folder(&folder, &documents).unwrap();
    }
    if let Err(stale) = compare_folder(&folder, &documents) {
        panic!("\n{stale}\nin `contracts/`: run `cargo xtask contracts` and commit the folder");
    }
}

#[test]
fn every_build_carries_the_fingerprints_of_the_documents() {
    // Written anew, the documents are of the next build.
    if std::env::var_os("WRITE_CONTRACTS").is_some() {
        return;
    }
    for (document, fingerprint) in all() {
        assert_eq!(fingerprint, document.fingerprint, "{}: run `cargo xtask contracts`", document.name);
    }
}
