//! The mesh is interrupted and killed in the middle of its work, and nothing is lost or done twice. Each journey here
//! runs a mesh of its own.

import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { before, describe, test } from "node:test";

import { byStatus, Customer } from "../support/customer.mjs";
import { call } from "../support/calls.mjs";
import { eventStatuses } from "../support/database.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { newState, OwnMesh, refusedStart, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { samples } from "../support/samples.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const SMALL_CALLS = 30;
/** How many events have to be in the middle of their workflows when the mesh is stopped. */
const AT_WORK = 5;
/** The type of the events that a job sends meanwhile. */
const TICK = "clock.ticked";

const exists = (file) =>
  access(file).then(
    () => true,
    () => false,
  );
const manifest = (state) => path.join(state, "dev.json");

/** A state folder that goes with the test, and a way to start meshes on it that stop with the test. */
async function workbench(t) {
  const state = await newState();
  const started = [];
  t.after(async () => {
    for (const mesh of started) await mesh.discard();
    await removeState(state);
  });
  return {
    state,
    start: async () => {
      const mesh = await OwnMesh.start(state);
      started.push(mesh);
      return mesh;
    },
  };
}

/** Every sample and a number of small calls; `name` makes the deliveries different. */
async function deliveriesOf(name) {
  const bodies = Array.from({ length: SMALL_CALLS }, (_, at) => call({ account: `${name} ${at}` }));
  const small = bodies.map((body, at) => ({ source: "standard", body, id: `msg_${name}_${at}` }));
  const large = (await samples()).map((sample) => ({ ...sample, id: `msg_${name}_${sample.name}` }));
  return [...large, ...small];
}

/** Delivers; gives the event's id, or nothing where the mesh went away before it answered. */
async function attempt(customer, { source, body, id }) {
  const answer = await deliver(customer.endpoint(source), body, { id }).catch(() => undefined);
  if (answer === undefined) return undefined;
  assert.equal(answer.status, 202, String(answer));
  return answer.json.event_id;
}

/** What a signal says and where, without the ids that differ from run to run. */
const outline = (signals) => signals.map(({ kind, evidence: { start, end, quote } }) => ({ kind, start, end, quote }));
const sorted = (signals) => outline(signals).sort((a, b) => a.start - b.start || (a.kind < b.kind ? -1 : 1));

/** Everything that was sent is processed, and every signal is there once: those of an undisturbed mesh. */
async function assertNothingLost(customer, deliveries) {
  const events = await customer.allSettled(
    deliveries.map(({ event }) => event),
    { seconds: 180 },
  );
  assert.deepEqual(byStatus(events.values()), { processed: deliveries.length });
  const calls = (await customer.events()).filter(({ type }) => type !== TICK);
  assert.equal(calls.length, deliveries.length, "there are more events than deliveries");
  for (const { event, name } of deliveries) {
    const signals = sorted(await customer.signals(event));
    assert.equal(signals.length, events.get(event).signals_count, `the signals of ${name ?? "a small call"}`);
    if (name) assert.deepEqual(signals, reference.get(name), `the signals of ${name}`);
    const { steps } = await customer.event(event);
    assert.ok(
      steps.every(({ status }) => ["succeeded", "skipped"].includes(status)),
      JSON.stringify(steps),
    );
  }
}

/** The signals of every sample, by name, from a mesh that nobody disturbs. */
async function undisturbed() {
  const mesh = await runningMesh();
  const customer = new Customer(mesh, await newTenant(mesh, "undisturbed"));
  const signals = new Map();
  for (const { name, source, body } of await samples()) {
    const { event_id: id } = (await deliver(customer.endpoint(source), body)).json;
    await customer.settled(id);
    signals.set(name, sorted(await customer.signals(id)));
  }
  return signals;
}

let reference;

before(async () => {
  reference = await undisturbed();
});

/** Sends calls to a new mesh, ends it by `end` while it is at work, starts it again, and looks at what came of them. */
async function interrupted(t, name, end) {
  const { state, start } = await workbench(t);
  const first = await start();
  const { state: _, ...printed } = { ...first };
  assert.deepEqual(
    JSON.parse(await readFile(manifest(state), "utf8")),
    printed,
    "`--json` prints what `dev.json` says",
  );
  const customer = new Customer(first, first.tenants[0]);
  const job = await repeatingJob(customer);

  const deliveries = await deliveriesOf(name);
  const attempts = Promise.all(deliveries.map((delivery) => attempt(customer, delivery)));
  const statuses = await until(
    "it is at work",
    () => eventStatuses(state),
    ({ processing = 0 }) => processing >= AT_WORK,
  );
  await end(first);
  const accepted = await attempts;
  const answered = accepted.filter((event) => event !== undefined).length;
  t.diagnostic(
    `stopped with ${answered} of ${deliveries.length} answered, and in the database ${JSON.stringify(statuses)}`,
  );

  const second = await start();
  assert.deepEqual(keys(second), keys(first));
  const again = new Customer(second, second.tenants[0]);
  // A provider that saw its connection break delivers once more; what was answered is known.
  for (const [at, delivery] of deliveries.entries()) {
    const { event_id: event, duplicate } = (await deliver(again.endpoint(delivery.source), delivery.body, delivery))
      .json;
    if (accepted[at] !== undefined) assert.deepEqual({ event, duplicate }, { event: accepted[at], duplicate: true });
    delivery.event = event;
  }
  await assertNothingLost(again, deliveries);
  await assertStillFires(again, job);
  await second.interrupt();
}

const keys = ({ tenants }) => tenants.map(({ api_key: key }) => key);

async function repeatingJob(customer) {
  const task = { kind: "event", source: "generic", type: TICK, payload: {} };
  const answer = await customer.send("POST", "/v1/jobs", { json: { name: "Clock", schedule: { every: "1s" }, task } });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

/** The job goes on after the restart, at its own times, each once. */
async function assertStillFires(customer, job) {
  const startedAt = new Date().toISOString();
  const list = () => customer.list(`/v1/jobs/${job.id}/runs`);
  const later = (runs) => runs.some((run) => run.outcome === "succeeded" && run.scheduled_for > startedAt);
  const runs = (await until("the job fires again", list, later)).filter(({ outcome }) => outcome === "succeeded");
  const times = runs.map(({ scheduled_for: time }) => time);
  assert.equal(new Set(times).size, times.length, `a time fired twice: ${times.join()}`);
  const events = runs.map(({ event_id: id }) => id);
  assert.equal(new Set(events).size, events.length, "two runs sent one event");
}

// Side by side: most of their time they wait for the sweep that takes up what the queue forgot.
describe("a mesh that is stopped in the middle of its work", { concurrency: true }, () => {
  test("Ctrl-C loses nothing and leaves no process behind", async (t) => {
    await interrupted(t, "ctrl-c", async (mesh) => {
      const { code, processes } = await mesh.interrupt();
      assert.equal(code, 128 + 2, "the exit code says that it was interrupted");
      const names = processes.map(({ command }) => command).join("\n");
      assert.match(names, /workerd/, `the runtime was among what was stopped:\n${names}`);
      assert.equal(await exists(manifest(mesh.state)), false, "`dev.json` is still there");
    });
  });

  test("a kill loses nothing", async (t) => {
    await interrupted(t, "kill", (mesh) => mesh.kill());
  });
});

test("two meshes run side by side and know nothing of each other", async (t) => {
  const { start } = await workbench(t);
  const [shared, own] = [await runningMesh(), await start()];
  assert.notEqual(own.gateway, shared.gateway);
  for (const mesh of [shared, own]) assert.equal((await send("GET", `${mesh.gateway}/healthz`)).status, 200);
  const stranger = new Customer(own, shared.tenants[0]);
  assert.equal((await stranger.send("GET", "/v1/events")).status, 401);
  const endpoint = { ...shared.tenants[0].endpoints[0], url: own.tenants[0].endpoints[0].url };
  assert.equal((await deliver(endpoint, call({ account: "Elsewhere" }))).status, 401);

  const customer = new Customer(own, own.tenants[0]);
  const { event_id: id } = (await deliver(customer.endpoint("standard"), call({ account: "Here" }))).json;
  assert.equal((await customer.settled(id)).status, "processed");
  const { code } = await own.interrupt();
  assert.equal(code, 128 + 2);
  assert.equal((await send("GET", `${shared.gateway}/healthz`)).status, 200, "the other one still runs");
});

/** A refusal is one sentence for a person, and no zero for a script. */
function assertRefusal({ code, said, printed }, ...words) {
  assert.notEqual(code, 0);
  assert.equal(printed, "", "nothing is up, so there is nothing to print");
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  assert.equal(lines.length, 1, `one sentence, not:\n${said}`);
  for (const word of words) assert.ok(said.includes(word), `“${said}” doesn't say ${word}`);
}

test("a busy port is said in one sentence, with the mend", async (t) => {
  const { state } = await workbench(t);
  const taken = createServer();
  await new Promise((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address();
  assertRefusal(await refusedStart(["--port", String(port), "--state", state]), String(port), "--port");
  assert.equal(await exists(manifest(state)), false);
});

test("a state folder that is in use is said in one sentence, and the mesh on it goes on", async () => {
  const shared = await runningMesh();
  assertRefusal(await refusedStart(["--port", "0", "--state", shared.state]), shared.gateway, "--state");
  assert.equal(JSON.parse(await readFile(manifest(shared.state), "utf8")).gateway, shared.gateway);
  assert.equal((await send("GET", `${shared.gateway}/healthz`)).status, 200);
});
