// What a Worker in TypeScript may write against the declarations, and what it may not. Only compiled, never run.

import type { Intake, IngestEventError } from "../Intake.js";
import type { CreateJob, Job, Jobs, JobsImplementation, Schedule } from "../Jobs.js";
import type { Answer, Context, FaultKind } from "../mesh.js";
import type { TenantIndex } from "../TenantIndex.js";

type TenantScope = Parameters<Jobs["create_job"]>[1]["scope"];

declare const env: { JOBS: Jobs; INTAKE: Intake; INDEX: TenantIndex };
declare const scope: TenantScope;

export async function calling(): Promise<string> {
  const context: Context<TenantScope> = { scope, key: "monday" };
  const answer = await env.JOBS.create_job(
    {
      name: "nightly",
      // A whole number is taken where a bigint is, and `retry` has a default.
      schedule: { every: { interval_ms: 5_000 } },
      task: { event: { source: "generic", kind: "tick", payload: "{}" } },
    },
    context,
  );
  if ("ok" in answer && answer.ok !== undefined) {
    const created: bigint = answer.ok.created_at;
    return `${answer.ok.job_id} ${created}`;
  }
  if (answer.refused !== undefined) {
    const refusal = answer.refused;
    if (typeof refusal === "string") return refusal;
    if ("invalid" in refusal) return refusal.invalid.pointer;
    if ("too_many" in refusal) return String(refusal.too_many.limit);
    if ("changed" in refusal) return String(refusal.changed.version);
    if ("backfill_running" in refusal) return refusal.backfill_running.backfill_id;
    if ("too_many_pings" in refusal) return String(refusal.too_many_pings.most);
    return refusal.unavailable.detail;
  }
  const kind: FaultKind | (string & {}) = answer.fault.kind;
  return kind;
}

export async function bytes(body: ArrayBuffer): Promise<Answer<{ duplicate: boolean }, IngestEventError>> {
  return env.INTAKE.ingest_event(
    { source: "generic", kind: "note", media_type: "text/plain", body, occurred_at: 1n },
    { scope: { tenant: scope.tenant, actor: { service: "notes" } } },
  );
}

export class JobsInTypeScript implements Pick<JobsImplementation, "create_job" | "delete_job"> {
  async create_job(request: CreateJob): Promise<Answer<Job, "key_reused">> {
    const attempts: number = request.retry.max_attempts;
    return attempts > 10 ? { refused: "key_reused" } : { ok: job(request.schedule) };
  }

  async delete_job(): Promise<Answer<null, "not_found">> {
    return { ok: null };
  }
}

function job(schedule: Schedule): Job {
  const at = "at" in schedule ? schedule.at.at : null;
  return {
    job_id: "job_0",
    version: 1,
    name: "nightly",
    schedule,
    task: { event: { source: "generic", kind: "tick", payload: "{}" } },
    retry: { max_attempts: 3, delay_ms: 2_000, jitter: "none" },
    calendar: { starts_at: null, ends_at: null, excluded: [], jitter_ms: 0, timezone: null },
    policy: { misfire: "last", misfire_window_ms: null, overlap: "allow", timeout_ms: null, concurrency: null, alert: null },
    status: "active",
    next_run_at: at,
    preview: [],
    created_at: 1n,
    failing_since: null,
    heartbeat: null,
  };
}

export async function mistakes(): Promise<void> {
  const context: Context<TenantScope> = { scope };
  // @ts-expect-error a required field is missing
  await env.JOBS.get_job({}, context);
  // @ts-expect-error a variant that there is not
  await env.JOBS.create_job({ name: "", schedule: { never: {} }, task: null }, context);
  // @ts-expect-error a context has a scope
  await env.JOBS.get_job({ job_id: "job_0" }, { key: "monday" });
  // @ts-expect-error a method that there is not
  await env.JOBS.remove_job({ job_id: "job_0" }, context);
  const answer = await env.JOBS.get_job({ job_id: "job_0" }, context);
  // @ts-expect-error a reply is there only where the call was answered so
  answer.ok.job_id;
  // @ts-expect-error 64-bit integers arrive as bigints
  const created: number | undefined = answer.ok?.created_at;
  void created;
  // @ts-expect-error bytes are no text
  await env.INDEX.find({ query: "", vector: "text", limit: 1 }, context);
}
