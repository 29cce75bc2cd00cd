//! Jobs fire every second while the mesh is killed (SIGKILL) and started again at seeded moments. Afterwards each second
//! of each job is on record once, each effect is there once, and what ran late says how late.
//! `cargo xtask soak --scheduler` makes 200 jobs and 10 kills of it; here it is a sample.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { Customer } from "../support/customer.mjs";
import { readData } from "../support/database.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { seeded } from "../support/seeded.mjs";

const JOBS = Number(process.env.WEFT_SCHEDULE_JOBS ?? 20);
const KILLS = Number(process.env.WEFT_SCHEDULE_KILLS ?? 2);
const SEED = Number(process.env.WEFT_SCHEDULE_SEED ?? randomInt(2 ** 31));
/** The longest that a mesh lives before it is killed, in milliseconds, and the shortest. */
const LIFE_MS = [500, 5_000];
const SECOND_MS = 1_000;
/** How many requests are made at the same time. */
const AT_ONCE = 10;
/** Nothing more happens to a run with one of these. */
const OPEN = ["pending", "running", "waiting"];

test(`${JOBS} jobs every second and ${KILLS} kills (seed ${SEED}): each second is on record once`, async (t) => {
  const draw = seeded(SEED);
  const state = await newState();
  let mesh;
  t.after(async () => {
    await mesh?.discard();
    await removeState(state);
  });

  let jobs;
  const down = [];
  for (let kills = 0; ; kills += 1) {
    mesh = await OwnMesh.start(state);
    const customers = mesh.tenants.map((tenant) => new Customer(mesh, tenant));
    jobs ??= await inParallel(JOBS, (at) => create(customers[at % customers.length], at));
    if (kills > 0) down.at(-1).until = Date.now();
    if (kills === KILLS) {
      await check(t, customers, jobs, down, state);
      await mesh.interrupt();
      return;
    }
    const alive = draw(...LIFE_MS);
    await pause(alive);
    await mesh.kill();
    down.push({ from: Date.now() });
    t.diagnostic(`killed after ${alive} ms`);
  }
});

/** Every other job makes up for all that it missed, the others for the last; of those every other one tells of it. */
async function create(customer, at) {
  const json = {
    name: `Every second, ${at}`,
    schedule: { every: "1s" },
    task: { kind: "event", source: "generic", type: "second.passed", payload: { job: at } },
    misfire: at % 4 < 2 ? "all" : "last",
    ...(at % 4 === 3 && { alert: { after: 1 } }),
  };
  const answer = await customer.send("POST", "/v1/jobs", { json });
  assert.equal(answer.status, 201, String(answer));
  return { ...answer.json, tenant: customer.tenant.id };
}

async function check(t, customers, jobs, down, state) {
  const customer = (job) => customers.find(({ tenant }) => tenant.id === job.tenant);
  const runsOf = (job) => customer(job).list(`/v1/jobs/${job.id}/runs`);
  // Nobody asked for them since the restart: their alarms alone brought them back.
  const restarted = down.at(-1)?.until ?? 0;
  await until(
    "jobs fire again by themselves",
    () => firings(state, restarted),
    (count) => count > 0,
  );
  await inParallel(jobs.length, async (at) => {
    const answer = await customer(jobs[at]).send("POST", `/v1/jobs/${jobs[at].id}/pause`);
    assert.equal(answer.status, 200, String(answer));
  });
  const runs = new Map();
  await until(
    "every run ends",
    async () => {
      const left = jobs.filter(({ id }) => !runs.has(id));
      await inParallel(left.length, async (at) => {
        const of = await runsOf(left[at]);
        if (of.every(({ outcome }) => !OPEN.includes(outcome))) runs.set(left[at].id, of);
      });
      return jobs.length - runs.size;
    },
    (left) => left === 0,
    { seconds: 300 },
  );

  const outcomes = {};
  const effects = await effectsByKey(state);
  let [late, seconds] = [0, 0];
  for (const job of jobs) {
    const of = runs.get(job.id);
    seconds += assertNoGap(job, of);
    for (const run of of) {
      outcomes[run.outcome] = (outcomes[run.outcome] ?? 0) + run.count;
      const key = `${job.id}:key:${Date.parse(run.scheduled_for)}`;
      const found = effects.get(key) ?? [];
      effects.delete(key);
      if (run.outcome === "succeeded") {
        assert.deepEqual(found, [run.event_id], `${key} has not its one effect`);
        assert.equal(run.lateness_ms, Date.parse(run.started_at) - Date.parse(run.scheduled_for));
        late = Math.max(late, run.lateness_ms);
      } else {
        assert.deepEqual(found, [], `${key} is ${run.outcome} and took effect`);
      }
    }
    assertToldLate(job, of, down);
  }
  assert.deepEqual([...effects.keys()], [], "an event has no run");
  const alerts = await assertTold(jobs, runs, state);
  t.diagnostic(`${alerts} alerts`);
  t.diagnostic(`${seconds} seconds of jobs: ${JSON.stringify(outcomes)}, the latest ${late} ms late`);
}

/** From its first second to its last each has exactly one record. Gives how many there are. */
function assertNoGap(job, runs) {
  const first = Date.parse(job.created_at) + SECOND_MS;
  let next = first;
  for (const run of [...runs].reverse()) {
    const [from, to] = [Date.parse(run.first_scheduled_for ?? run.scheduled_for), Date.parse(run.scheduled_for)];
    assert.equal(from, next, `${job.id}: after ${new Date(next - SECOND_MS).toISOString()} comes ${JSON.stringify(run)}`);
    assert.equal((to - from) / SECOND_MS + 1, run.count, `${job.id}: ${JSON.stringify(run)}`);
    next = to + SECOND_MS;
  }
  assert.ok(next > first, `${job.id} has no record`);
  return (next - first) / SECOND_MS;
}

/** Each second while nobody was there ran late, and says how late, or is counted as missed. */
function assertToldLate(job, runs, down) {
  for (const { from, until } of down) {
    for (const run of runs) {
      const at = Date.parse(run.scheduled_for);
      if (at < from || at >= until || run.outcome !== "succeeded") continue;
      // One that was begun before the kill began on time: it ends in another life.
      if (Date.parse(run.started_at) <= from) continue;
      assert.ok(run.lateness_ms > 0 && Date.parse(run.started_at) > at, `${job.id}: ${JSON.stringify(run)}`);
    }
    const made = job.misfire === "all" ? ["succeeded"] : ["succeeded", "missed"];
    const during = runs.filter(({ scheduled_for: at }) => Date.parse(at) >= from && Date.parse(at) < until);
    // A pause at the end may find some that were not begun.
    const others = during.filter(({ outcome }) => ![...made, "paused"].includes(outcome));
    assert.deepEqual(others, [], `${job.id} while nobody was there`);
  }
}

/** What a job missed is told once, and once that it runs again; gives how many alerts there are. */
async function assertTold(jobs, runs, state) {
  const sql = "SELECT type, delivery_key FROM events WHERE type IN ('job.failing', 'job.recovered') ORDER BY id";
  const missed = ({ id }) => runs.get(id).some(({ outcome }) => outcome === "missed");
  const owed = jobs.filter((job) => job.alert && missed(job));
  const told = async () => {
    const alerts = new Map();
    for (const { type, delivery_key: key } of await readData(state, sql)) {
      const [job, , kind, run] = key.split(":");
      assert.equal(kind, type, key);
      alerts.set(job, [...(alerts.get(job) ?? []), { type, run }]);
    }
    return alerts;
  };
  const alerts = await until(
    "every job that missed something tells of it",
    told,
    (found) => owed.every(({ id }) => found.has(id)),
    { show: (found) => [...found.keys()] },
  );
  for (const [id, found] of alerts) {
    assert.ok(jobs.some((job) => job.id === id && job.alert), `${id} was not to tell of anything`);
    const outcomes = new Map(runs.get(id).map((run) => [run.id, run.outcome]));
    assert.equal(new Set(found.map(({ type, run }) => `${type} ${run}`)).size, found.length, `${id} told something twice`);
    found.forEach(({ type, run }, at) => {
      assert.equal(type, at % 2 === 0 ? "job.failing" : "job.recovered", `${id}: ${JSON.stringify(found)}`);
      const wanted = type === "job.failing" ? ["missed", "failed"] : ["succeeded"];
      assert.ok(wanted.includes(outcomes.get(run)), `${id}: ${type} of a run that is ${outcomes.get(run)}`);
    });
  }
  return [...alerts.values()].reduce((sum, found) => sum + found.length, 0);
}

/** The events that jobs sent, by job and nominal time. */
async function effectsByKey(state) {
  const events = await readData(state, "SELECT id, delivery_key FROM events WHERE type = 'second.passed'");
  const effects = new Map();
  for (const { id, delivery_key: key } of events) effects.set(key, [...(effects.get(key) ?? []), id]);
  return effects;
}

async function firings(state, since) {
  const sql = `SELECT count(*) AS count FROM events WHERE type = 'second.passed' AND received_at > ${since}`;
  return (await readData(state, sql))[0]?.count ?? 0;
}

/** Calls `make` with 0 to `count - 1`, some at a time; what it gave, in order. */
async function inParallel(count, make) {
  const made = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => make(from + at));
    made.push(...(await Promise.all(some)));
  }
  return made;
}
