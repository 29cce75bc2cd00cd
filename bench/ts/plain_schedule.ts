// A schedule in a plain Durable Object: the least that a careful one does. A run is on record before it is dispatched and
// after it, an alarm dispatches twenty, since the platform allows a request 32 calls of other Workers, and the next
// alarm is set at the end.

import { DurableObject } from "cloudflare:workers";

interface Env {
  PIPELINE_TASKS: { emit_event(request: unknown, context: unknown): Promise<unknown> };
}

interface Due extends Record<string, SqlStorageValue> {
  id: string;
  due_at: number;
  payload: string;
}

const AT_ONCE = 20;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, due_at INTEGER, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY, job_id TEXT NOT NULL, scheduled_for INTEGER NOT NULL, outcome TEXT NOT NULL,
  started_at INTEGER, ended_at INTEGER, UNIQUE (job_id, scheduled_for)
);`;

export class PlainSchedule extends DurableObject<Env> {
  readonly #sql: SqlStorage;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(SCHEMA);
  }

  async create(at: number): Promise<void> {
    this.#sql.exec("INSERT INTO jobs VALUES (?, ?, ?)", crypto.randomUUID(), at, "{}");
    await this.#arm();
  }

  override async alarm(): Promise<void> {
    const due = this.#sql
      .exec<Due>("SELECT * FROM jobs WHERE due_at <= ? ORDER BY due_at LIMIT ?", Date.now(), AT_ONCE)
      .toArray();
    this.ctx.storage.transactionSync(() => {
      for (const { id, due_at } of due) {
        this.#sql.exec("UPDATE jobs SET due_at = NULL WHERE id = ?", id);
        this.#sql.exec(
          "INSERT INTO runs (job_id, scheduled_for, outcome, started_at) VALUES (?, ?, 'running', ?)",
          id,
          due_at,
          Date.now(),
        );
      }
    });
    await Promise.all(
      due.map(async ({ id, due_at, payload }) => {
        const request = { source: "generic", kind: "bench", payload };
        await this.env.PIPELINE_TASKS.emit_event(request, { key: `${id}:${due_at}` });
        this.#sql.exec(
          "UPDATE runs SET outcome = 'succeeded', ended_at = ? WHERE job_id = ? AND scheduled_for = ?",
          Date.now(),
          id,
          due_at,
        );
      }),
    );
    await this.#arm();
  }

  async #arm(): Promise<void> {
    const { at } = this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM jobs WHERE due_at IS NOT NULL").one();
    if (at !== null) await this.ctx.storage.setAlarm(at);
  }
}

export default { fetch: () => new Response(null, { status: 404 }) };
