// The contract `Rules`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of a tenant's rules.
 *
 * The context's idempotency key makes a rule once: the same key with the same rule gives the first.
 *
 * A binding to it has these methods.
 */
export interface Rules {
  /** Checks a rule and makes it. */
  create_rule(request: RuleDraftInput, context: Context<TenantScope>): Promise<Answer<Rule, RuleError>>;
  /** Ends a rule. What it raised stays. */
  delete_rule(request: GetRule, context: Context<TenantScope>): Promise<Answer<null, RuleError>>;
  /** One rule. */
  get_rule(request: GetRule, context: Context<TenantScope>): Promise<Answer<Rule, RuleError>>;
  /** What rules raised, newest first. */
  list_notices(request: ListNoticesInput, context: Context<TenantScope>): Promise<Answer<NoticePage, RuleError>>;
  /** Rules, newest first. */
  list_rules(request: ListRulesInput, context: Context<TenantScope>): Promise<Answer<RulePage, RuleError>>;
  /** Checks a rule and puts it in place of the one of this version. */
  replace_rule(request: ReplaceRuleInput, context: Context<TenantScope>): Promise<Answer<Rule, RuleError>>;
  /** Acknowledges an alert or completes a task. The first who does so is kept. */
  settle_notice(request: SettleNotice, context: Context<TenantScope>): Promise<Answer<Notice, RuleError>>;
  /** What a rule would raise of a past event. Nothing is stored, told or started. */
  test_rule(request: TestRuleInput, context: Context<TenantScope>): Promise<Answer<Trial, RuleError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Rules`]. */
export interface RulesImplementation {
  /** Checks a rule and makes it. */
  create_rule(request: RuleDraft, context: ReceivedContext<TenantScope>): Promise<Answer<RuleInput, RuleError>>;
  /** Ends a rule. What it raised stays. */
  delete_rule(request: GetRule, context: ReceivedContext<TenantScope>): Promise<Answer<null, RuleError>>;
  /** One rule. */
  get_rule(request: GetRule, context: ReceivedContext<TenantScope>): Promise<Answer<RuleInput, RuleError>>;
  /** What rules raised, newest first. */
  list_notices(request: ListNotices, context: ReceivedContext<TenantScope>): Promise<Answer<NoticePageInput, RuleError>>;
  /** Rules, newest first. */
  list_rules(request: ListRules, context: ReceivedContext<TenantScope>): Promise<Answer<RulePageInput, RuleError>>;
  /** Checks a rule and puts it in place of the one of this version. */
  replace_rule(request: ReplaceRule, context: ReceivedContext<TenantScope>): Promise<Answer<RuleInput, RuleError>>;
  /** Acknowledges an alert or completes a task. The first who does so is kept. */
  settle_notice(request: SettleNotice, context: ReceivedContext<TenantScope>): Promise<Answer<NoticeInput, RuleError>>;
  /** What a rule would raise of a past event. Nothing is stored, told or started. */
  test_rule(request: TestRule, context: ReceivedContext<TenantScope>): Promise<Answer<TrialInput, RuleError>>;
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

/** Names one rule. */
export interface GetRule {
  /** Which. */
  rule_id: RuleId;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of notices. */
export interface ListNotices {
  /** Only about this account. */
  account: string | null;
  /** Only older than this one. */
  before: NoticeId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Of which list. */
  list: NoticeList;
  /** Only those that were settled, or were not. */
  settled: boolean | null;
}

/**
 * Asks for a page of notices.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListNoticesInput {
  /** Only about this account. */
  account?: string | null;
  /** Only older than this one. */
  before?: NoticeId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Of which list. */
  list: NoticeList;
  /** Only those that were settled, or were not. */
  settled?: boolean | null;
}

/** Asks for a page of rules. */
export interface ListRules {
  /** Only older than this one. */
  before: RuleId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/**
 * Asks for a page of rules.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListRulesInput {
  /** Only older than this one. */
  before?: RuleId | null;
  /** At most this many, 1 to 200. */
  limit: number;
}

/** What a rule raised of an event. */
export interface Notice {
  /** The customer's company. */
  account: string | null;
  /** Of a task. */
  assignee: string | null;
  /** More of it; why, where an action failed. */
  body: string | null;
  /** When it was raised. */
  created_at: Timestamp;
  /** Of a task. */
  due_at: Timestamp | null;
  /** The event. */
  event_id: EventId;
  /** What it is. */
  kind: NoticeKind;
  /** Its id, which follows from rule, event, action and signal. */
  notice_id: NoticeId;
  /** The rule. */
  rule_id: RuleId;
  /** The rule's name at that time. */
  rule_name: string;
  /** Its run. */
  run_id: string | null;
  /** When. */
  settled_at: Timestamp | null;
  /** Who acknowledged or completed it. */
  settled_by: string | null;
  /** Of an alert. */
  severity: string | null;
  /** The signal, for a rule that is asked about each. */
  signal_id: SignalId | null;
  /** In a line. */
  title: string;
  /** The workflow that was started. */
  workflow: string | null;
}

/**
 * What a rule raised of an event.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface NoticeInput {
  /** The customer's company. */
  account?: string | null;
  /** Of a task. */
  assignee?: string | null;
  /** More of it; why, where an action failed. */
  body?: string | null;
  /** When it was raised. */
  created_at: TimestampInput;
  /** Of a task. */
  due_at?: TimestampInput | null;
  /** The event. */
  event_id: EventId;
  /** What it is. */
  kind: NoticeKind;
  /** Its id, which follows from rule, event, action and signal. */
  notice_id: NoticeId;
  /** The rule. */
  rule_id: RuleId;
  /** The rule's name at that time. */
  rule_name: string;
  /** Its run. */
  run_id?: string | null;
  /** When. */
  settled_at?: TimestampInput | null;
  /** Who acknowledged or completed it. */
  settled_by?: string | null;
  /** Of an alert. */
  severity?: string | null;
  /** The signal, for a rule that is asked about each. */
  signal_id?: SignalId | null;
  /** In a line. */
  title: string;
  /** The workflow that was started. */
  workflow?: string | null;
}

/** Names one notice. */
export type NoticeId = string;

/** What kind of thing a rule raised. */
export type NoticeKind =
  /** An alert. */
  | "alert"
  /** A task. */
  | "task"
  /** A workflow that was started. */
  | "workflow"
  /** An action that could not be carried out. */
  | "failed_action";

/** Which list of notices is meant. */
export type NoticeList =
  /** Alerts, and actions that failed. */
  | "alerts"
  /** Tasks. */
  | "tasks";

/** A page of notices. */
export interface NoticePage {
  /** Newest first. */
  items: Notice[];
  /** Where the next page begins, if there is one. */
  next_before: NoticeId | null;
}

/**
 * A page of notices.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface NoticePageInput {
  /** Newest first. */
  items: NoticeInput[];
  /** Where the next page begins, if there is one. */
  next_before?: NoticeId | null;
}

/** Asks for a rule to be changed. */
export interface ReplaceRule {
  /** What it shall say. */
  draft: RuleDraft;
  /** Which. */
  rule_id: RuleId;
  /** The version that was read. */
  version: number;
}

/**
 * Asks for a rule to be changed.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ReplaceRuleInput {
  /** What it shall say. */
  draft: RuleDraftInput;
  /** Which. */
  rule_id: RuleId;
  /** The version that was read. */
  version: number;
}

/** A rule as stored. */
export interface Rule {
  /** When it was made. */
  created_at: Timestamp;
  /** What it says. */
  draft: RuleDraft;
  /** How many of its actions failed. */
  failures: number;
  /** Why the last of them did. */
  last_error: string | null;
  /** When it last raised something. */
  last_raised_at: Timestamp | null;
  /** Its id. */
  rule_id: RuleId;
  /** When it was last changed. */
  updated_at: Timestamp;
  /** Counts its changes, from 1. */
  version: number;
}

/**
 * A rule as stored.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RuleInput {
  /** When it was made. */
  created_at: TimestampInput;
  /** What it says. */
  draft: RuleDraftInput;
  /**
   * How many of its actions failed.
   *
   * @defaultValue `0`
   */
  failures?: number;
  /** Why the last of them did. */
  last_error?: string | null;
  /** When it last raised something. */
  last_raised_at?: TimestampInput | null;
  /** Its id. */
  rule_id: RuleId;
  /** When it was last changed. */
  updated_at: TimestampInput;
  /** Counts its changes, from 1. */
  version: number;
}

/** A rule as it is written. */
export interface RuleDraft {
  /** For how long, in hours, it stays silent about an account that it raised something about. */
  cooldown_hours: number | null;
  /** Whether it is asked. */
  enabled: boolean;
  /** For people. */
  name: string;
  /** `signal` or `event`. */
  scope: string;
  /** The actions, as JSON text. */
  then: string;
  /** The condition, JSON logic as JSON text. */
  when: string;
}

/**
 * A rule as it is written.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RuleDraftInput {
  /** For how long, in hours, it stays silent about an account that it raised something about. */
  cooldown_hours?: number | null;
  /** Whether it is asked. */
  enabled: boolean;
  /** For people. */
  name: string;
  /** `signal` or `event`. */
  scope: string;
  /** The actions, as JSON text. */
  then: string;
  /** The condition, JSON logic as JSON text. */
  when: string;
}

/** Something about rules was refused. */
export type RuleError =
  /** The tenant has no such rule. */
  | "not_found"
  /** The tenant has no such alert. */
  | "alert_not_found"
  /** The tenant has no such task. */
  | "task_not_found"
  /** The tenant has no such event. */
  | "event_not_found"
  /** The rule cannot be accepted. */
  | {
    invalid: {
      /** Each with its place. */
      faults: Fault[];
    };
  }
  /** The idempotency key came before with another rule. */
  | "key_reused"
  /** The rule is of another version by now. */
  | {
    changed: {
      /** Which. */
      version: number;
    };
  }
  /** The tenant has as many as it may have. */
  | {
    too_many: {
      /** How many. */
      limit: number;
    };
  }
  /** A store did not answer. */
  | {
    unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one rule. */
export type RuleId = string;

/** A page of rules. */
export interface RulePage {
  /** Newest first. */
  items: Rule[];
  /** Where the next page begins, if there is one. */
  next_before: RuleId | null;
}

/**
 * A page of rules.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface RulePageInput {
  /** Newest first. */
  items: RuleInput[];
  /** Where the next page begins, if there is one. */
  next_before?: RuleId | null;
}

/** Says that an alert was seen to, or a task done. */
export interface SettleNotice {
  /** The list that it is on. */
  list: NoticeList;
  /** Which. */
  notice_id: NoticeId;
}

/** Names one signal. */
export type SignalId = string;

/** Names one tenant. */
export type TenantId = string;

/** The authenticated tenant and who acts for it. */
export interface TenantScope {
  /** Who acts. */
  actor: Actor;
  /** From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words. */
  tenant: TenantId;
}

/** Asks what a rule would raise. */
export interface TestRule {
  /** The rule, which need not be stored. */
  draft: RuleDraft;
  /** Of which event. */
  event_id: EventId;
}

/**
 * Asks what a rule would raise.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TestRuleInput {
  /** The rule, which need not be stored. */
  draft: RuleDraftInput;
  /** Of which event. */
  event_id: EventId;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;

/** What a rule would raise. */
export interface Trial {
  /** Each time that its condition holds. */
  matches: TrialMatch[];
}

/**
 * What a rule would raise.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TrialInput {
  /** Each time that its condition holds. */
  matches: TrialMatchInput[];
}

/** What an action comes to. */
export interface TrialAction {
  /** `alert`, `task` or `workflow`. */
  action: string;
  /** Of a task. */
  assignee: string | null;
  /** Of an alert. */
  body: string | null;
  /** Of a task. */
  due_in_hours: number | null;
  /** Why it would fail; none where it would not. */
  error: string | null;
  /** Of a workflow, as JSON text. */
  params: string | null;
  /** Of an alert. */
  severity: string | null;
  /** Of an alert or a task. */
  title: string | null;
  /** Of a workflow: its name. */
  workflow: string | null;
}

/**
 * What an action comes to.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TrialActionInput {
  /** `alert`, `task` or `workflow`. */
  action: string;
  /** Of a task. */
  assignee?: string | null;
  /** Of an alert. */
  body?: string | null;
  /** Of a task. */
  due_in_hours?: number | null;
  /** Why it would fail; none where it would not. */
  error?: string | null;
  /** Of a workflow, as JSON text. */
  params?: string | null;
  /** Of an alert. */
  severity?: string | null;
  /** Of an alert or a task. */
  title?: string | null;
  /** Of a workflow: its name. */
  workflow?: string | null;
}

/** That a condition holds. */
export interface TrialMatch {
  /** What its actions come to, in order. */
  actions: TrialAction[];
  /** For which signal; none for the event as a whole. */
  signal_id: SignalId | null;
}

/**
 * That a condition holds.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface TrialMatchInput {
  /** What its actions come to, in order. */
  actions: TrialActionInput[];
  /** For which signal; none for the event as a whole. */
  signal_id?: SignalId | null;
}
