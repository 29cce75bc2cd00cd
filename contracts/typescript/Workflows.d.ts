// The contract `Workflows`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of workflows.
 *
 * The context's idempotency key makes a start happen once: the same key with the same request gives the first run,
 * with another request it is refused.
 *
 * A binding to it has these methods.
 */
export interface Workflows {
  /** Decides about exactly what was shown. The same decision again changes nothing. */
  decide_approval(request: DecideApprovalInput, context: Context<TenantScope>): Promise<Answer<Approval, ApprovalError>>;
  /** One approval with its decisions and its history. */
  get_approval(request: GetApproval, context: Context<TenantScope>): Promise<Answer<ApprovalDetail, ApprovalError>>;
  /** One account or contact with its fields and its timeline. */
  get_crm_record(request: GetCrmRecordInput, context: Context<TenantScope>): Promise<Answer<CrmRecordDetail, CrmError>>;
  /** The history of an endpoint's provider. */
  get_history(request: NameHistory, context: Context<TenantScope>): Promise<Answer<History, HistoryError>>;
  /** A report as it stands. */
  get_report(request: GetReport, context: Context<TenantScope>): Promise<Answer<Report, ReportError>>;
  /** One run with its steps. */
  get_run(request: GetRun, context: Context<TenantScope>): Promise<Answer<RunReport, WorkflowError>>;
  /** Approvals, newest first. */
  list_approvals(request: ListApprovalsInput, context: Context<TenantScope>): Promise<Answer<ApprovalPage, ApprovalError>>;
  /** Accounts or contacts, as CRMs told of them. */
  list_crm_records(request: ListCrmRecordsInput, context: Context<TenantScope>): Promise<Answer<CrmRecordPage, CrmError>>;
  /** Asks people to approve a proposal. */
  propose_spend(request: ProposeSpendInput, context: Context<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Says where the history of an endpoint's provider is. Saying it again changes nothing. */
  put_history(request: PutHistoryInput, context: Context<TenantScope>): Promise<Answer<History, HistoryError>>;
  /** A report's page or PDF. */
  read_report(request: ReadReport, context: Context<TenantScope>): Promise<Answer<ReportDocument, ReportError>>;
  /** Forgets what opens a history, and where its walk is. */
  remove_history(request: NameHistory, context: Context<TenantScope>): Promise<Answer<null, HistoryError>>;
  /** Has the events of a range run again. */
  request_backfill(request: RequestBackfillInput, context: Context<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Asks for a report on an account. */
  request_report(request: RequestReportInput, context: Context<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Walks the history of an endpoint's provider. */
  request_sync(request: RequestSyncInput, context: Context<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Puts another proposal in place of one that is pending. Every decision about the one before is void. */
  revise_approval(request: ReviseApprovalInput, context: Context<TenantScope>): Promise<Answer<Approval, ApprovalError>>;
  /** Pauses, resumes or ends a run. */
  steer_run(request: SteerRun, context: Context<TenantScope>): Promise<Answer<RunReport, WorkflowError>>;
  /** Takes a pending proposal back. */
  withdraw_approval(request: WithdrawApprovalInput, context: Context<TenantScope>): Promise<Answer<Approval, ApprovalError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Workflows`]. */
export interface WorkflowsImplementation {
  /** Decides about exactly what was shown. The same decision again changes nothing. */
  decide_approval(request: DecideApproval, context: ReceivedContext<TenantScope>): Promise<Answer<ApprovalInput, ApprovalError>>;
  /** One approval with its decisions and its history. */
  get_approval(request: GetApproval, context: ReceivedContext<TenantScope>): Promise<Answer<ApprovalDetailInput, ApprovalError>>;
  /** One account or contact with its fields and its timeline. */
  get_crm_record(request: GetCrmRecord, context: ReceivedContext<TenantScope>): Promise<Answer<CrmRecordDetailInput, CrmError>>;
  /** The history of an endpoint's provider. */
  get_history(request: NameHistory, context: ReceivedContext<TenantScope>): Promise<Answer<HistoryInput, HistoryError>>;
  /** A report as it stands. */
  get_report(request: GetReport, context: ReceivedContext<TenantScope>): Promise<Answer<ReportInput, ReportError>>;
  /** One run with its steps. */
  get_run(request: GetRun, context: ReceivedContext<TenantScope>): Promise<Answer<RunReportInput, WorkflowError>>;
  /** Approvals, newest first. */
  list_approvals(request: ListApprovals, context: ReceivedContext<TenantScope>): Promise<Answer<ApprovalPageInput, ApprovalError>>;
  /** Accounts or contacts, as CRMs told of them. */
  list_crm_records(request: ListCrmRecords, context: ReceivedContext<TenantScope>): Promise<Answer<CrmRecordPageInput, CrmError>>;
  /** Asks people to approve a proposal. */
  propose_spend(request: ProposeSpend, context: ReceivedContext<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Says where the history of an endpoint's provider is. Saying it again changes nothing. */
  put_history(request: PutHistory, context: ReceivedContext<TenantScope>): Promise<Answer<HistoryInput, HistoryError>>;
  /** A report's page or PDF. */
  read_report(request: ReadReport, context: ReceivedContext<TenantScope>): Promise<Answer<ReportDocumentInput, ReportError>>;
  /** Forgets what opens a history, and where its walk is. */
  remove_history(request: NameHistory, context: ReceivedContext<TenantScope>): Promise<Answer<null, HistoryError>>;
  /** Has the events of a range run again. */
  request_backfill(request: RequestBackfill, context: ReceivedContext<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Asks for a report on an account. */
  request_report(request: RequestReport, context: ReceivedContext<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Walks the history of an endpoint's provider. */
  request_sync(request: RequestSync, context: ReceivedContext<TenantScope>): Promise<Answer<StartedRun, WorkflowError>>;
  /** Puts another proposal in place of one that is pending. Every decision about the one before is void. */
  revise_approval(request: ReviseApproval, context: ReceivedContext<TenantScope>): Promise<Answer<ApprovalInput, ApprovalError>>;
  /** Pauses, resumes or ends a run. */
  steer_run(request: SteerRun, context: ReceivedContext<TenantScope>): Promise<Answer<RunReportInput, WorkflowError>>;
  /** Takes a pending proposal back. */
  withdraw_approval(request: WithdrawApproval, context: ReceivedContext<TenantScope>): Promise<Answer<ApprovalInput, ApprovalError>>;
}

/** Who acts for a tenant. */
export type Actor =
  /** The holder of an API key. */
  | {
    key: KeyId;
  }
  /** A provider, through a webhook endpoint whose signature was verified. */
  | {
    endpoint: EndpointId;
  }
  /** A scheduled job of the tenant. */
  | {
    job: JobId;
  }
  /** A Worker of the mesh, at work on what the tenant sent before. */
  | {
    service: string;
  };

/** An approval as it stands. */
export interface Approval {
  /** The id, which is also its run's. */
  approval_id: ApprovalId;
  /** Who is asked now. */
  asked: string[];
  /** When it was concluded. */
  concluded_at: Timestamp | null;
  /** What is shown: canonical JSON (RFC 8785). */
  content: string;
  /** SHA-256 of `content`, lower-case hexadecimal. */
  content_hash: string;
  /** When it was proposed. */
  created_at: Timestamp;
  /** All decisions, void ones too, the earliest first. */
  decisions: ApprovalDecision[];
  /** When it expires. */
  expires_at: Timestamp;
  /** How many escalations have happened. */
  level: number;
  /** Why, where there is something to say. */
  reason: string | null;
  /** Counts its versions, from 1. */
  revision: number;
  /** `pending`, `approved`, `rejected`, `expired` or `withdrawn`. */
  status: string;
  /** When it last changed. */
  updated_at: Timestamp;
}

/**
 * An approval as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ApprovalInput {
  /** The id, which is also its run's. */
  approval_id: ApprovalId;
  /** Who is asked now. */
  asked: string[];
  /** When it was concluded. */
  concluded_at?: TimestampInput | null;
  /** What is shown: canonical JSON (RFC 8785). */
  content: string;
  /** SHA-256 of `content`, lower-case hexadecimal. */
  content_hash: string;
  /** When it was proposed. */
  created_at: TimestampInput;
  /** All decisions, void ones too, the earliest first. */
  decisions: ApprovalDecisionInput[];
  /** When it expires. */
  expires_at: TimestampInput;
  /** How many escalations have happened. */
  level: number;
  /** Why, where there is something to say. */
  reason?: string | null;
  /** Counts its versions, from 1. */
  revision: number;
  /** `pending`, `approved`, `rejected`, `expired` or `withdrawn`. */
  status: string;
  /** When it last changed. */
  updated_at: TimestampInput;
}

/** One person's decision. */
export interface ApprovalDecision {
  /** The credential that it came with. */
  actor: string;
  /** Who: an e-mail address or an API key's id. */
  approver: string;
  /** `approve` or `reject`. */
  choice: string;
  /** What they said. */
  comment: string | null;
  /** The hash of what was shown. */
  content_hash: string;
  /** When. */
  decided_at: Timestamp;
  /** The revision that it is about. One about an earlier revision than the current is void. */
  revision: number;
}

/**
 * One person's decision.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ApprovalDecisionInput {
  /** The credential that it came with. */
  actor: string;
  /** Who: an e-mail address or an API key's id. */
  approver: string;
  /** `approve` or `reject`. */
  choice: string;
  /** What they said. */
  comment?: string | null;
  /** The hash of what was shown. */
  content_hash: string;
  /** When. */
  decided_at: TimestampInput;
  /** The revision that it is about. One about an earlier revision than the current is void. */
  revision: number;
}

/** An approval with its history. */
export interface ApprovalDetail {
  /** The approval. */
  approval: Approval;
  /** What was done to it, the earliest first. */
  history: ApprovalRecord[];
}

/**
 * An approval with its history.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ApprovalDetailInput {
  /** The approval. */
  approval: ApprovalInput;
  /** What was done to it, the earliest first. */
  history: ApprovalRecordInput[];
}

/** An approval was not found, changed or decided. */
export type ApprovalError =
  /** The tenant has no such approval. */
  | "not_found"
  /** The new proposal breaks rules. */
  | {
    invalid: {
      /** Each of them. */
      faults: Fault[];
    };
  }
  /** The proposal is not the one that was shown: show it again, and ask again. */
  | {
    changed: {
      /** The hash of what is asked now. */
      content_hash: string;
    };
  }
  /** The person is not asked. */
  | {
    not_asked: {
      /** Who. */
      approver: string;
    };
  }
  /** The person has decided otherwise. A decision stays. */
  | {
    decided: {
      /** Who. */
      approver: string;
      /** What they decided. */
      choice: string;
    };
  }
  /** It is not pending any more. */
  | {
    concluded: {
      /** How it ended. */
      status: string;
    };
  }
  /** It was revised as often as it may be. */
  | {
    too_many_revisions: {
      /** How often it may be. */
      limit: number;
    };
  }
  /** A store did not answer. Send it again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one approval. */
export type ApprovalId = string;

/** A page of approvals. */
export interface ApprovalPage {
  /** Newest first. */
  items: Approval[];
  /** Where the next page begins, if there is one. */
  next_before: ApprovalId | null;
}

/**
 * A page of approvals.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ApprovalPageInput {
  /** Newest first. */
  items: ApprovalInput[];
  /** Where the next page begins, if there is one. */
  next_before?: ApprovalId | null;
}

/** One line of an approval's history. */
export interface ApprovalRecord {
  /** `proposed`, `revised`, `decided`, `escalated`, `withdrawn` or `concluded`. */
  action: string;
  /** Who: a credential, or `workflow`. */
  actor: string;
  /** When. */
  at: Timestamp;
  /** What, as JSON. */
  detail: string;
}

/**
 * One line of an approval's history.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ApprovalRecordInput {
  /** `proposed`, `revised`, `decided`, `escalated`, `withdrawn` or `concluded`. */
  action: string;
  /** Who: a credential, or `workflow`. */
  actor: string;
  /** When. */
  at: TimestampInput;
  /** What, as JSON. */
  detail: string;
}

/** What a record is of. */
export type CrmEntity =
  /** A company. */
  | "account"
  /** A person. */
  | "contact";

/** A record was not read. */
export type CrmError =
  /** The tenant has no such record. */
  | "not_found"
  /** A store did not answer. Ask again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** A field's value. */
export interface CrmField {
  /** The field. */
  name: string;
  /** Its value, as JSON text. */
  value: string;
}

/** A record with its fields and its timeline. */
export interface CrmRecordDetail {
  /** What its fields are now, by name. */
  fields: CrmField[];
  /** Whether the timeline goes on. */
  more: boolean;
  /** The record. */
  record: CrmRecordSummary;
  /** What happened, the latest first. */
  timeline: CrmTimelineEntry[];
}

/**
 * A record with its fields and its timeline.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CrmRecordDetailInput {
  /** What its fields are now, by name. */
  fields: CrmField[];
  /** Whether the timeline goes on. */
  more: boolean;
  /** The record. */
  record: CrmRecordSummaryInput;
  /** What happened, the latest first. */
  timeline: CrmTimelineEntryInput[];
}

/** Names one CRM record. */
export type CrmRecordId = string;

/** A page of records. */
export interface CrmRecordPage {
  /** The records. */
  items: CrmRecordSummary[];
  /** Where the next page goes on; none on the last. */
  next_before: CrmRecordId | null;
}

/**
 * A page of records.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CrmRecordPageInput {
  /** The records. */
  items: CrmRecordSummaryInput[];
  /** Where the next page goes on; none on the last. */
  next_before?: CrmRecordId | null;
}

/** A record without its timeline. */
export interface CrmRecordSummary {
  /** Whether the CRM deleted it. */
  deleted: boolean;
  /** When it was first heard of, by the CRM's own time. */
  first_at: Timestamp;
  /** The id. */
  id: CrmRecordId;
  /** When it last changed, by the CRM's own time. */
  last_at: Timestamp;
  /** What it is called, where its fields tell. */
  name: string | null;
  /** The account with the source, where its ids are unique only within one; else empty. */
  organization: string;
  /** The source's own id. */
  record_id: string;
  /** Of which CRM: `salesforce` or `hubspot`. */
  source: string;
}

/**
 * A record without its timeline.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CrmRecordSummaryInput {
  /** Whether the CRM deleted it. */
  deleted: boolean;
  /** When it was first heard of, by the CRM's own time. */
  first_at: TimestampInput;
  /** The id. */
  id: CrmRecordId;
  /** When it last changed, by the CRM's own time. */
  last_at: TimestampInput;
  /** What it is called, where its fields tell. */
  name?: string | null;
  /**
   * The account with the source, where its ids are unique only within one; else empty.
   *
   * @defaultValue `""`
   */
  organization?: string;
  /** The source's own id. */
  record_id: string;
  /** Of which CRM: `salesforce` or `hubspot`. */
  source: string;
}

/** One line of a timeline. */
export interface CrmTimelineEntry {
  /** When, by the CRM's own time. */
  at: Timestamp;
  /** The event that told so first. */
  event_id: EventId;
  /** The field; none for what happened to the record as a whole. */
  field: string | null;
  /**
   * What it was set to, as JSON text; none where it was emptied. For the record as a whole what happened, as a JSON
   * text: `created`, `deleted`, `restored` or `gap`.
   */
  value: string | null;
}

/**
 * One line of a timeline.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface CrmTimelineEntryInput {
  /** When, by the CRM's own time. */
  at: TimestampInput;
  /** The event that told so first. */
  event_id: EventId;
  /** The field; none for what happened to the record as a whole. */
  field?: string | null;
  /**
   * What it was set to, as JSON text; none where it was emptied. For the record as a whole what happened, as a JSON
   * text: `created`, `deleted`, `restored` or `gap`.
   */
  value?: string | null;
}

/** Decides about a proposal. */
export interface DecideApproval {
  /** Which. */
  approval_id: ApprovalId;
  /** The person that the credential speaks for; the credential itself, unless it says. */
  approver: string | null;
  /** `approve` or `reject`. */
  choice: string;
  /** What the person says. */
  comment: string | null;
  /** The hash of what was shown. May be left out only for a proposal that was never revised. */
  content_hash: string | null;
}

/**
 * Decides about a proposal.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface DecideApprovalInput {
  /** Which. */
  approval_id: ApprovalId;
  /** The person that the credential speaks for; the credential itself, unless it says. */
  approver?: string | null;
  /** `approve` or `reject`. */
  choice: string;
  /** What the person says. */
  comment?: string | null;
  /** The hash of what was shown. May be left out only for a proposal that was never revised. */
  content_hash?: string | null;
}

/** Names one endpoint. */
export type EndpointId = string;

/** Names one event. */
export type EventId = string;

/** What is wrong with one field of a request. */
export interface Fault {
  /** What is wrong, as a predicate. */
  detail: string;
  /** A JSON pointer into the parameters, such as `/lines/0/amount`. */
  pointer: string;
}

/** Names one approval. */
export interface GetApproval {
  /** Which. */
  approval_id: ApprovalId;
}

/** Names one record. */
export interface GetCrmRecord {
  /** Of what. */
  entity: CrmEntity;
  /** Only this field's history in the timeline. */
  field: string | null;
  /** Which. */
  id: CrmRecordId;
  /** At most this many lines of the timeline, 1 to 1,000. */
  limit: number;
}

/**
 * Names one record.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface GetCrmRecordInput {
  /** Of what. */
  entity: CrmEntity;
  /** Only this field's history in the timeline. */
  field?: string | null;
  /** Which. */
  id: CrmRecordId;
  /** At most this many lines of the timeline, 1 to 1,000. */
  limit: number;
}

/** Names one report. */
export interface GetReport {
  /** Which. */
  report_id: ReportId;
}

/** Names one run. */
export interface GetRun {
  /** The run's id, as the client wrote it. */
  run_id: string;
  /** The workflow's public name. */
  workflow: string;
}

/** The history of an endpoint's provider. It has no credentials: nobody is shown them again. */
export interface History {
  /** Where the provider's API is. */
  base_url: string;
  /** When it was set up. */
  created_at: Timestamp;
  /** The endpoint. */
  endpoint_id: EndpointId;
  /** From when calls are wanted. */
  from: Timestamp;
  /** How many calls are known. */
  items: bigint;
  /** A provider of the catalog, or `custom`. */
  provider: string;
  /** The last run. */
  run_id: string | null;
  /** From when the walk under way, or the next one, asks for calls. */
  since: Timestamp;
  /** Whether a walk was left behind its first page: the next run goes on there. */
  under_way: boolean;
  /** When it last changed. */
  updated_at: Timestamp;
}

/**
 * The history of an endpoint's provider. It has no credentials: nobody is shown them again.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface HistoryInput {
  /** Where the provider's API is. */
  base_url: string;
  /** When it was set up. */
  created_at: TimestampInput;
  /** The endpoint. */
  endpoint_id: EndpointId;
  /** From when calls are wanted. */
  from: TimestampInput;
  /** How many calls are known. */
  items: bigint | number;
  /** A provider of the catalog, or `custom`. */
  provider: string;
  /** The last run. */
  run_id?: string | null;
  /** From when the walk under way, or the next one, asks for calls. */
  since: TimestampInput;
  /** Whether a walk was left behind its first page: the next run goes on there. */
  under_way: boolean;
  /** When it last changed. */
  updated_at: TimestampInput;
}

/** A history was not set up, found or removed. */
export type HistoryError =
  /** The endpoint has none. */
  | "not_found"
  /** What was said of it breaks rules. Nothing was stored. */
  | {
    invalid: {
      /** Each of them. */
      faults: Fault[];
    };
  }
  /** A store did not answer, or nothing is there to encrypt credentials with. Send it again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of approvals, newest first. */
export interface ListApprovals {
  /** Only those that ask this person. */
  approver: string | null;
  /** Only older than this one. */
  before: ApprovalId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status: string | null;
}

/**
 * Asks for a page of approvals, newest first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListApprovalsInput {
  /** Only those that ask this person. */
  approver?: string | null;
  /** Only older than this one. */
  before?: ApprovalId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only with this status. */
  status?: string | null;
}

/** Asks for records, those that came last in the order of their ids first. */
export interface ListCrmRecords {
  /** Only records before this one in that order. */
  before: CrmRecordId | null;
  /** Of what. */
  entity: CrmEntity;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for records, those that came last in the order of their ids first.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListCrmRecordsInput {
  /** Only records before this one in that order. */
  before?: CrmRecordId | null;
  /** Of what. */
  entity: CrmEntity;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** Names the history of an endpoint. */
export interface NameHistory {
  /** The endpoint. */
  endpoint_id: EndpointId;
}

/** Asks people to approve a proposal. */
export interface ProposeSpend {
  /** The proposal. */
  proposal: SpendProposal;
}

/**
 * Asks people to approve a proposal.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ProposeSpendInput {
  /** The proposal. */
  proposal: SpendProposalInput;
}

/** What a tenant proves itself to a provider with. Its `Debug` shows nothing of it. */
export type ProviderKey = string;

/** Says where the history of an endpoint's provider is, and what opens it. What was said before is replaced. */
export interface PutHistory {
  /** The API key. */
  api_key: ProviderKey;
  /** Its secret, where the provider has two. */
  api_secret: ProviderKey | null;
  /** Where the provider's API is, unless it is where the description says. */
  base_url: string | null;
  /** How the list is walked, as JSON text; of `custom`. */
  description: string | null;
  /** The endpoint, which is the tenant's: whoever asks has looked. */
  endpoint_id: EndpointId;
  /** From when calls are wanted; of the last 90 days, unless it says. */
  from: Timestamp | null;
  /** A provider of the catalog, or `custom`. */
  provider: string;
  /** Its source, which the events of the history have too. */
  source: string;
}

/**
 * Says where the history of an endpoint's provider is, and what opens it. What was said before is replaced.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PutHistoryInput {
  /** The API key. */
  api_key: ProviderKey;
  /** Its secret, where the provider has two. */
  api_secret?: ProviderKey | null;
  /** Where the provider's API is, unless it is where the description says. */
  base_url?: string | null;
  /** How the list is walked, as JSON text; of `custom`. */
  description?: string | null;
  /** The endpoint, which is the tenant's: whoever asks has looked. */
  endpoint_id: EndpointId;
  /** From when calls are wanted; of the last 90 days, unless it says. */
  from?: TimestampInput | null;
  /** A provider of the catalog, or `custom`. */
  provider: string;
  /** Its source, which the events of the history have too. */
  source: string;
}

/** Asks for a report's document. */
export interface ReadReport {
  /** In which form. */
  form: ReportForm;
  /** Which. */
  report_id: ReportId;
}

/** A report as it stands. */
export interface Report {
  /** The account. */
  account: string;
  /** When it was asked for. */
  created_at: Timestamp;
  /** Why it failed. */
  error: string | null;
  /** From when. */
  from: Timestamp;
  /** Whether there is a page to read. */
  html: boolean;
  /** Whether there is a PDF. */
  pdf: boolean;
  /** Why there is no PDF, once that is known. */
  pdf_reason: string | null;
  /** The id, which is also its run's. */
  report_id: ReportId;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Until before when. */
  until: Timestamp;
  /** When it last changed. */
  updated_at: Timestamp;
}

/**
 * A report as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ReportInput {
  /** The account. */
  account: string;
  /** When it was asked for. */
  created_at: TimestampInput;
  /** Why it failed. */
  error?: string | null;
  /** From when. */
  from: TimestampInput;
  /** Whether there is a page to read. */
  html: boolean;
  /** Whether there is a PDF. */
  pdf: boolean;
  /** Why there is no PDF, once that is known. */
  pdf_reason?: string | null;
  /** The id, which is also its run's. */
  report_id: ReportId;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Until before when. */
  until: TimestampInput;
  /** When it last changed. */
  updated_at: TimestampInput;
}

/** A report's document. */
export interface ReportDocument {
  /** The document. */
  body: Uint8Array;
  /** Its media type. */
  media_type: string;
  /** SHA-256 of the body, lower-case hexadecimal. */
  sha256: string;
}

/**
 * A report's document.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ReportDocumentInput {
  /** The document. */
  body: Uint8Array | ArrayBuffer;
  /** Its media type. */
  media_type: string;
  /** SHA-256 of the body, lower-case hexadecimal. */
  sha256: string;
}

/** A report was not read. */
export type ReportError =
  /** The tenant has no such report. */
  | "not_found"
  /** It is not made yet, or was not made. */
  | {
    not_made: {
      /** How it stands. */
      status: string;
    };
  }
  /** There is no PDF of it. */
  | {
    no_pdf: {
      /** Why. */
      reason: string;
    };
  }
  /** A store did not answer. Ask again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** A form of a report. */
export type ReportForm =
  /** The page. */
  | "html"
  /** The page on paper. */
  | "pdf";

/** Names one report. */
export type ReportId = string;

/** Asks to have the events of a range run again. */
export interface RequestBackfill {
  /** Events that were accepted from then on. */
  from: Timestamp;
  /** Only of this type. */
  kind: string | null;
  /** How many a minute: 1 to 600; 60, unless it says. */
  per_minute: number | null;
  /** Only of this source. */
  source: string | null;
  /** Events that were accepted before then; when it is asked for, unless it says. */
  until: Timestamp | null;
}

/**
 * Asks to have the events of a range run again.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RequestBackfillInput {
  /** Events that were accepted from then on. */
  from: TimestampInput;
  /** Only of this type. */
  kind?: string | null;
  /** How many a minute: 1 to 600; 60, unless it says. */
  per_minute?: number | null;
  /** Only of this source. */
  source?: string | null;
  /** Events that were accepted before then; when it is asked for, unless it says. */
  until?: TimestampInput | null;
}

/** Asks for a report on an account. */
export interface RequestReport {
  /** The account, by name or domain. */
  account: string;
  /** From when; 90 days before its end, unless it says. */
  from: Timestamp | null;
  /** Until before when; when it is asked for, unless it says. */
  until: Timestamp | null;
}

/**
 * Asks for a report on an account.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RequestReportInput {
  /** The account, by name or domain. */
  account: string;
  /** From when; 90 days before its end, unless it says. */
  from?: TimestampInput | null;
  /** Until before when; when it is asked for, unless it says. */
  until?: TimestampInput | null;
}

/** Asks for a walk through a history. */
export interface RequestSync {
  /** The endpoint. */
  endpoint_id: EndpointId;
  /** The most pages of the run: 1 to 1,000; 200, unless it says. */
  max_pages: number | null;
}

/**
 * Asks for a walk through a history.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RequestSyncInput {
  /** The endpoint. */
  endpoint_id: EndpointId;
  /** The most pages of the run: 1 to 1,000; 200, unless it says. */
  max_pages?: number | null;
}

/** Puts another proposal in place of a pending one. */
export interface ReviseApproval {
  /** Which. */
  approval_id: ApprovalId;
  /** What is asked from now on. */
  proposal: SpendProposal;
}

/**
 * Puts another proposal in place of a pending one.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ReviseApprovalInput {
  /** Which. */
  approval_id: ApprovalId;
  /** What is asked from now on. */
  proposal: SpendProposalInput;
}

/** What to do with a run. */
export type RunOrder =
  /** Hold it after the step under way. */
  | "pause"
  /** Let it go on. */
  | "resume"
  /** End it for good. */
  | "terminate";

/** A run as it stands. */
export interface RunReport {
  /** When it was asked for. */
  created_at: Timestamp;
  /** Why it failed. */
  error: string | null;
  /** What it came to, as JSON, once it is complete. */
  output: string | null;
  /** What it was started with, as JSON. */
  params: string;
  /** How far it is, as JSON; the workflow's own words. */
  progress: string | null;
  /** The id. */
  run_id: string;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Its steps so far, in order. */
  steps: StepReport[];
  /** The trace's id. */
  trace_id: string;
  /** When it last changed. */
  updated_at: Timestamp;
  /** The workflow's public name. */
  workflow: string;
}

/**
 * A run as it stands.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RunReportInput {
  /** When it was asked for. */
  created_at: TimestampInput;
  /** Why it failed. */
  error?: string | null;
  /** What it came to, as JSON, once it is complete. */
  output?: string | null;
  /** What it was started with, as JSON. */
  params: string;
  /** How far it is, as JSON; the workflow's own words. */
  progress?: string | null;
  /** The id. */
  run_id: string;
  /** `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`. */
  status: string;
  /** Its steps so far, in order. */
  steps: StepReportInput[];
  /** The trace's id. */
  trace_id: string;
  /** When it last changed. */
  updated_at: TimestampInput;
  /** The workflow's public name. */
  workflow: string;
}

/** Who else is asked when nobody has decided for a while. */
export interface SpendEscalation {
  /** After how many seconds. */
  after_s: number;
  /** Who. */
  approvers: string[];
}

/** A line of a proposal. */
export interface SpendLine {
  /** How much. */
  amount: string;
  /** What. */
  description: string;
}

/** A proposal as somebody wrote it. The pipeline checks it; see `domain::approval`. */
export interface SpendProposal {
  /** How much, such as `1250.00`. */
  amount: string;
  /** Who may decide: e-mail addresses and ids of API keys. */
  approvers: string[];
  /** The currency's three letters. */
  currency: string;
  /** Who else is asked, and when. */
  escalations: SpendEscalation[];
  /** How long it may wait, in seconds. */
  expires_after_s: number;
  /** Why. */
  justification: string | null;
  /** What it is made of. */
  lines: SpendLine[];
  /** How many have to approve; all, unless it says. */
  quorum: number | null;
  /** Who asks: an e-mail address. */
  requester: string;
  /** What for, in a line. */
  title: string;
}

/**
 * A proposal as somebody wrote it. The pipeline checks it; see `domain::approval`.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface SpendProposalInput {
  /** How much, such as `1250.00`. */
  amount: string;
  /** Who may decide: e-mail addresses and ids of API keys. */
  approvers: string[];
  /** The currency's three letters. */
  currency: string;
  /**
   * Who else is asked, and when.
   *
   * @defaultValue `[]`
   */
  escalations?: SpendEscalation[];
  /** How long it may wait, in seconds. */
  expires_after_s: number;
  /** Why. */
  justification?: string | null;
  /**
   * What it is made of.
   *
   * @defaultValue `[]`
   */
  lines?: SpendLine[];
  /** How many have to approve; all, unless it says. */
  quorum?: number | null;
  /** Who asks: an e-mail address. */
  requester: string;
  /** What for, in a line. */
  title: string;
}

/** A run that is on record, and starts. */
export interface StartedRun {
  /** Whether the request was seen before. */
  duplicate: boolean;
  /** The run's id: of the first, when the request is a repeated one. */
  run_id: string;
}

/** Asks to steer a run. */
export interface SteerRun {
  /** What to do. */
  order: RunOrder;
  /** The run's id, as the client wrote it. */
  run_id: string;
  /** The workflow's public name. */
  workflow: string;
}

/** One step of an event's workflow. */
export interface StepReport {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at: Timestamp | null;
  /** What the last failed try said. */
  error: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: Timestamp;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
}

/**
 * One step of an event's workflow.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StepReportInput {
  /** How often it was tried. */
  attempts: number;
  /** When it ended. */
  ended_at?: TimestampInput | null;
  /** What the last failed try said. */
  error?: string | null;
  /** Such as `extract`. */
  name: string;
  /** When the first try began. */
  started_at: TimestampInput;
  /** `running`, `succeeded`, `failed` or `skipped`. */
  status: string;
}

/** Names one tenant. */
export type TenantId = string;

/** The authenticated tenant and who acts for it. */
export interface TenantScope {
  /** Who acts. */
  actor: Actor;
  /** From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words. */
  tenant: TenantId;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;

/** Takes a pending proposal back. */
export interface WithdrawApproval {
  /** Which. */
  approval_id: ApprovalId;
  /** Why. */
  reason: string | null;
}

/**
 * Takes a pending proposal back.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface WithdrawApprovalInput {
  /** Which. */
  approval_id: ApprovalId;
  /** Why. */
  reason?: string | null;
}

/** A run was not started, found or steered. */
export type WorkflowError =
  /** There is no such workflow, or the tenant has no such run of it. */
  | "not_found"
  /** The parameters break rules. Nothing was stored. */
  | {
    invalid: {
      /** Each of them. */
      faults: Fault[];
    };
  }
  /** The same idempotency key came before with other parameters. */
  | "key_reused"
  /** The run has ended, so it cannot be steered. */
  | {
    ended: {
      /** How. */
      status: string;
    };
  }
  /** A store did not answer. Send it again. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };
