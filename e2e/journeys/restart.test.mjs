//! The mesh is interrupted and killed in the middle of its work, and nothing is lost or done twice. Each journey here
//! runs a mesh of its own.

import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { test } from "node:test";

import { byStatus, Customer } from "../support/customer.mjs";
import { call } from "../support/calls.mjs";
import { send } from "../support/http.mjs";
import { readMesh, runningMesh } from "../support/mesh.mjs";
import { newState, OwnMesh, refusedStart, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { samples } from "../support/samples.mjs";
import { deliver } from "../support/signing.mjs";

const SMALL_CALLS = 30;

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

/** Every sample and a number of small calls, sent to the demo tenant; `name` makes the deliveries different. */
async function sendAll(customer, name) {
  const bodies = Array.from({ length: SMALL_CALLS }, (_, at) => call({ account: `${name} ${at}` }));
  const small = bodies.map((body, at) => ({ source: "standard", body, id: `msg_${name}_${at}` }));
  const large = (await samples()).map((sample) => ({ ...sample, id: `msg_${name}_${sample.name}` }));
  const deliveries = [...large, ...small];
  const answers = await Promise.all(
    deliveries.map(({ source, body, id }) => deliver(customer.endpoint(source), body, { id })),
  );
  return deliveries.map((delivery, at) => {
    assert.equal(answers[at].status, 202, String(answers[at]));
    return { ...delivery, event: answers[at].json.event_id };
  });
}

const atWork = (events) => {
  const counts = byStatus(events);
  return (counts.processing ?? 0) > 0;
};

/** What a signal says and where, without the ids that differ from run to run. */
const outline = (signals) => signals.map(({ kind, evidence: { start, end, quote } }) => ({ kind, start, end, quote }));
const sorted = (signals) => outline(signals).sort((a, b) => a.start - b.start || (a.kind < b.kind ? -1 : 1));

/** Everything that was sent is processed, and every signal is there once: those of the undisturbed `reference`. */
async function assertNothingLost(customer, deliveries, reference) {
  const events = await customer.allSettled(
    deliveries.map(({ event }) => event),
    { seconds: 180 },
  );
  assert.deepEqual(byStatus(events.values()), { processed: deliveries.length });
  assert.equal((await customer.events()).length, deliveries.length, "there are more events than deliveries");
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

/** The signals of every sample, from a mesh that nobody disturbs. */
async function undisturbed() {
  const mesh = await runningMesh();
  const customer = new Customer(mesh, mesh.tenants[1]);
  const signals = new Map();
  for (const { name, source, body } of await samples()) {
    const { event_id: id } = (await deliver(customer.endpoint(source), body, { id: `msg_reference_${name}` })).json;
    await customer.settled(id);
    signals.set(name, sorted(await customer.signals(id)));
  }
  return signals;
}

/** Sends calls to a new mesh, ends it by `end` while it is at work, starts it again, and looks at what came of them. */
async function interrupted(t, name, end) {
  const { state, start } = await workbench(t);
  const reference = await undisturbed();
  const first = await start();
  assert.deepEqual(
    await readMesh(manifest(state)),
    JSON.parse(JSON.stringify({ ...first, state })),
    "what `--json` printed",
  );
  const customer = new Customer(first, first.tenants[0]);
  const deliveries = await sendAll(customer, name);
  await until("the mesh is at work", () => customer.events(), atWork, { show: byStatus });
  const { settledBefore } = await end(first, customer);
  t.diagnostic(`${settledBefore} of ${deliveries.length} events had settled when the mesh was stopped`);

  const second = await start();
  assert.deepEqual(
    second.tenants.map(({ api_key: key }) => key),
    first.tenants.map(({ api_key: key }) => key),
  );
  const again = new Customer(second, second.tenants[0]);
  await assertNothingLost(again, deliveries, reference);
  // A provider that saw its connection break delivers once more.
  for (const { source, body, id, event } of deliveries.slice(0, 3)) {
    const answer = await deliver(again.endpoint(source), body, { id });
    assert.deepEqual(answer.json, { event_id: event, duplicate: true });
  }
  await second.interrupt();
}

const settledCount = async (customer) =>
  (await customer.events()).filter(({ status }) => status === "processed").length;

test("Ctrl-C in the middle of the work loses nothing and leaves no process behind", async (t) => {
  await interrupted(t, "ctrl-c", async (mesh, customer) => {
    const settledBefore = await settledCount(customer);
    const { code, processes } = await mesh.interrupt();
    assert.equal(code, 128 + 2, "the exit code says that it was interrupted");
    const names = processes.map(({ command }) => command).join("\n");
    assert.match(names, /workerd/, `the runtime was among what was stopped:\n${names}`);
    assert.equal(await exists(manifest(mesh.state)), false, "`dev.json` is still there");
    return { settledBefore };
  });
});

test("a kill in the middle of the work loses nothing", async (t) => {
  await interrupted(t, "kill", async (mesh, customer) => {
    const settledBefore = await settledCount(customer);
    await mesh.kill();
    return { settledBefore };
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
  assert.equal(printed, "", "standard output is for what `--json` promises");
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
