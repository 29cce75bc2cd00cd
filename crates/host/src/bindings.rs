//! Every binding name, once. A test compares them with `wrangler/*.jsonc`.

/// gateway, admin: D1 with tenants, keys and endpoints.
pub const CONTROL_DB: &str = "CONTROL_DB";
/// pipeline: D1 with events, signals and the outbox.
pub const DATA_DB: &str = "DATA_DB";
/// gateway: KV in front of the control database.
pub const CACHE: &str = "CACHE";
/// gateway: where Google publishes the keys that sign its tokens.
pub const GOOGLE_KEYS_URL: &str = "GOOGLE_KEYS_URL";
/// pipeline: R2 with the raw bytes of every event.
pub const ARCHIVE: &str = "ARCHIVE";
/// pipeline: the base URL of an OpenAI-compatible server, up to `/v1`; empty where no model shall be asked.
pub const AI_BASE_URL: &str = "AI_BASE_URL";
/// pipeline: the model to ask there; empty where none shall be asked.
pub const AI_MODEL: &str = "AI_MODEL";
/// pipeline: what a million tokens cost that the model reads, in US dollars; empty where it costs nothing.
pub const AI_INPUT_PRICE: &str = "AI_INPUT_PRICE";
/// pipeline: the same of tokens that it writes.
pub const AI_OUTPUT_PRICE: &str = "AI_OUTPUT_PRICE";
/// pipeline: upstreams and routes of models, as JSON; empty where `AI_BASE_URL` says enough.
pub const AI_ROUTES: &str = "AI_ROUTES";
/// pipeline: prices of models in US dollars for a million tokens, as JSON, before those of the list.
pub const AI_PRICES: &str = "AI_PRICES";
/// pipeline: how long a call that nobody settles holds its bound, in seconds.
pub const AI_HOLD_SECONDS: &str = "AI_HOLD_SECONDS";
/// pipeline: KV with answers of models that may be given again.
pub const ANSWERS: &str = "ANSWERS";
/// pipeline: what a tenant may spend on models, one object a tenant.
pub const TENANT_BUDGET: &str = "TENANT_BUDGET";
/// admin: the pipeline's `Analytics`.
pub const PIPELINE_ANALYTICS: &str = "PIPELINE_ANALYTICS";
/// pipeline: the dataset of Analytics Engine that usage is written to.
pub const TENANT_USAGE: &str = "TENANT_USAGE";
/// pipeline: the dataset of Analytics Engine that each settled call of a model is written to.
pub const LLM_SPEND: &str = "LLM_SPEND";
/// pipeline: the account whose Analytics Engine is asked; empty where only the rollups are.
pub const ANALYTICS_ACCOUNT: &str = "ANALYTICS_ACCOUNT";
/// pipeline: where it is asked, up to `/v4`.
pub const ANALYTICS_API_URL: &str = "ANALYTICS_API_URL";
/// admin: the pipeline's `AiCalls`.
pub const PIPELINE_AI_CALLS: &str = "PIPELINE_AI_CALLS";
/// admin: the pipeline's `Budgets`.
pub const PIPELINE_BUDGETS: &str = "PIPELINE_BUDGETS";
/// pipeline: the queue between acceptance and work.
pub const EVENTS: &str = "EVENTS";
/// pipeline: the workflow that works an event off.
pub const CALL_INGEST: &str = "CALL_INGEST";
/// pipeline: the workflow that runs events of a range again.
pub const BACKFILL: &str = "BACKFILL";
/// pipeline: the workflow that walks a provider's list of past calls.
pub const SYNC: &str = "SYNC";
/// pipeline: the workflow that applies the changes that a CRM tells of.
pub const CRM_CHANGE: &str = "CRM_CHANGE";
/// pipeline: the workflow that makes a report on an account.
pub const ACCOUNT_REPORT: &str = "ACCOUNT_REPORT";
/// pipeline: the browser that prints reports.
pub const BROWSER: &str = "BROWSER";
/// pipeline: why there is no browser; empty where there is one.
pub const BROWSER_MISSING: &str = "BROWSER_MISSING";
/// pipeline: the workflow in which people decide a proposal.
pub const SPEND_APPROVAL: &str = "SPEND_APPROVAL";
/// pipeline: the workflow that carries an erasure out.
pub const ERASE: &str = "ERASE";
/// pipeline: one search index a tenant.
pub const TENANT_INDEX: &str = "TENANT_INDEX";
/// pipeline, gateway: one live feed a tenant.
pub const LIVE_FEED: &str = "LIVE_FEED";
/// pipeline: one queue a subscription.
pub const SUBSCRIPTION_QUEUE: &str = "SUBSCRIPTION_QUEUE";
/// gateway, admin: the pipeline's `Subscriptions`.
pub const PIPELINE_SUBSCRIPTIONS: &str = "PIPELINE_SUBSCRIPTIONS";
/// pipeline: the URL that resolves customers' host names, for DNS over HTTPS in JSON.
pub const OUTBOUND_RESOLVER: &str = "OUTBOUND_RESOLVER";
/// pipeline: `true` where messages may go to private addresses and over plain HTTP, which is local development alone.
pub const OUTBOUND_ALLOW_PRIVATE: &str = "OUTBOUND_ALLOW_PRIVATE";
/// pipeline: how patient deliveries are, as JSON; `{}` is production's patience.
pub const OUTBOUND_POLICY: &str = "OUTBOUND_POLICY";
/// gateway: what each tenant has left of its limits, one object a tenant.
pub const TENANT_LIMITS: &str = "TENANT_LIMITS";
/// gateway: how old, in milliseconds, what it has read of keys and endpoints may be; at most 60,000.
pub const CONTROL_CACHE_MS: &str = "CONTROL_CACHE_MS";
/// gateway: the platform's own rate limiter, the first cut.
pub const FIRST_CUT: &str = "FIRST_CUT";
/// scheduler: how many jobs one object takes, 1 to 50,000; the most where it is empty.
pub const JOBS_PER_OBJECT: &str = "JOBS_PER_OBJECT";
/// scheduler: D1 with which tenants have a schedule.
pub const SCHEDULE_DB: &str = "SCHEDULE_DB";
/// scheduler: one schedule a tenant.
pub const TENANT_SCHEDULE: &str = "TENANT_SCHEDULE";
/// gateway, admin: the pipeline's `Intake`.
pub const PIPELINE: &str = "PIPELINE";
/// gateway: the pipeline's `Usage`.
pub const PIPELINE_USAGE: &str = "PIPELINE_USAGE";
/// admin: the pipeline's `WorkflowControl`.
pub const PIPELINE_WORKFLOW_CONTROL: &str = "PIPELINE_WORKFLOW_CONTROL";
/// gateway, admin: the pipeline's `Workflows`.
pub const PIPELINE_WORKFLOWS: &str = "PIPELINE_WORKFLOWS";
/// gateway: the pipeline's `Rules`.
pub const PIPELINE_RULES: &str = "PIPELINE_RULES";
/// gateway: the pipeline's `Models`.
pub const PIPELINE_MODELS: &str = "PIPELINE_MODELS";
/// gateway: the pipeline's `Files`.
pub const PIPELINE_FILES: &str = "PIPELINE_FILES";
/// admin: the pipeline's `DeadLetters`.
pub const PIPELINE_DEAD_LETTERS: &str = "PIPELINE_DEAD_LETTERS";
/// admin: the pipeline's `Erasure`.
pub const PIPELINE_ERASURE: &str = "PIPELINE_ERASURE";
/// admin: the pipeline's `Operations`.
pub const PIPELINE_OPERATIONS: &str = "PIPELINE_OPERATIONS";
/// admin: the pipeline's `Redrives`.
pub const PIPELINE_REDRIVES: &str = "PIPELINE_REDRIVES";
/// gateway, scheduler: the pipeline's `Spans`.
pub const PIPELINE_SPANS: &str = "PIPELINE_SPANS";
/// admin: the pipeline's `Traces`.
pub const PIPELINE_TRACES: &str = "PIPELINE_TRACES";
/// admin: the pipeline's `Retention`.
pub const PIPELINE_RETENTION: &str = "PIPELINE_RETENTION";
/// scheduler: the pipeline's `Tasks`.
pub const PIPELINE_TASKS: &str = "PIPELINE_TASKS";
/// admin: the scheduler's `Scans`.
pub const SCHEDULER_SCANS: &str = "SCHEDULER_SCANS";
/// scheduler: the pipeline's `Work`.
pub const PIPELINE_WORK: &str = "PIPELINE_WORK";
/// admin, gateway: the scheduler's `Jobs`.
pub const SCHEDULER: &str = "SCHEDULER";
/// gateway: the scheduler's `Heartbeats`.
pub const SCHEDULER_HEARTBEATS: &str = "SCHEDULER_HEARTBEATS";
/// scheduler, gateway, admin: the pipeline's `Health`.
pub const PIPELINE_HEALTH: &str = "PIPELINE_HEALTH";
/// gateway, admin: the scheduler's `Health`.
pub const SCHEDULER_HEALTH: &str = "SCHEDULER_HEALTH";
/// admin: the gateway's `Health`.
pub const GATEWAY_HEALTH: &str = "GATEWAY_HEALTH";
/// all: the platform's id of the deployed version.
pub const VERSION: &str = "VERSION";
/// admin: the origin of the Access team, which issues and publishes keys.
pub const ACCESS_TEAM_DOMAIN: &str = "ACCESS_TEAM_DOMAIN";
/// admin: the Access application's audience tag.
pub const ACCESS_AUD: &str = "ACCESS_AUD";
/// admin: who holds which role, as JSON.
pub const ACCESS_ROLES: &str = "ACCESS_ROLES";
