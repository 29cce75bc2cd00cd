//! A provider's past calls: its list is walked page by page, through whatever goes wrong, and each call is an event once,
//! whether it came by webhook or from the list.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { KEY, meeting, Meetings } from "../support/meetings.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newId, newTenant } from "../support/tenants.mjs";

const ENDED = ["completed", "failed", "terminated"];

let mesh;
let customer;
let provider;
before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "history"));
  provider = await Meetings.start();
});
after(() => provider?.stop());

const endpoint = () => customer.endpoint("standard");
const place = () => `/v1/endpoints/${endpoint().id}/history`;
const fathom = (more = {}) => ({ provider: "fathom", api_key: KEY, base_url: provider.url, ...more });

async function setUp(json) {
  const answer = await customer.send("PUT", place(), { json });
  assert.equal(answer.status, 200, String(answer));
  assert.ok(!answer.text.includes(KEY), "the key is not shown");
  return answer.json;
}

function ended(id) {
  const run = async () => (await customer.get(`/v1/workflows/sync/${id}`)).json;
  return until(`the sync ${id} ends`, run, ({ status }) => ENDED.includes(status));
}

/** Walks the history, and gives how that ended. */
async function synced(params = {}) {
  const json = { params: { endpoint_id: endpoint().id, ...params } };
  const asked = await customer.send("POST", "/v1/workflows/sync", { json });
  assert.equal(asked.status, 202, String(asked));
  return ended(asked.json.id);
}

/** The events of the endpoint's calls, by the number of the call. */
async function byCall() {
  const found = new Map();
  for (const { id } of await customer.events({ source: "standard" })) {
    const { recording_id: call } = (await customer.get(`/v1/events/${id}/raw`)).json;
    found.set(call, [...(found.get(call) ?? []), id]);
  }
  return found;
}

test("what came by webhook, what comes twice and what went wrong on the way: each call is one event", async () => {
  const byWebhook = (await deliver(endpoint(), Buffer.from(JSON.stringify(meeting(3))))).json.event_id;
  provider.pages = [
    [meeting(5), meeting(4)],
    [meeting(3), meeting(4, { title: "Renamed meanwhile" }), meeting(2), meeting(1, { text: null })],
  ];
  provider.troubles = [
    { status: 429, headers: { "retry-after": "1" } },
    null,
    { status: 200, body: '{"items": [' },
    { status: 503 },
  ];
  const history = await setUp(fathom());
  assert.deepEqual([history.provider, history.under_way, history.run_id], ["fathom", false, null]);

  const run = await synced();
  assert.equal(run.status, "completed", JSON.stringify(run));
  const { pages, items, ingested, known, changed, unready, rests, complete } = run.output;
  assert.deepEqual([pages, items, ingested, known, changed, unready, rests, complete], [2, 6, 3, 2, 1, 1, 1, true]);
  const steps = run.steps.map(({ name, status }) => `${name} ${status}`);
  assert.deepEqual(steps, ["begin succeeded", "recall succeeded", "page succeeded"]);

  const calls = await byCall();
  assert.deepEqual([...calls.keys()].sort(), [2, 3, 4, 5]);
  assert.deepEqual(calls.get(3), [byWebhook]);
  for (const [call, events] of calls) assert.equal(events.length, 1, `call ${call}`);
  for (const [id] of calls.values()) assert.equal((await customer.settled(id)).status, "processed");
  const signals = await customer.signals(calls.get(5)[0]);
  assert.ok(signals.some(({ evidence }) => evidence.quote.includes("5 thousand")), JSON.stringify(signals));

  // The webhook comes after the list had it; and the text of the last call is written by now.
  const late = await deliver(endpoint(), Buffer.from(JSON.stringify(meeting(5))));
  assert.deepEqual([late.status, late.json.duplicate, late.json.event_id], [202, true, calls.get(5)[0]]);
  provider.pages[1][3] = meeting(1);
  const again = await synced();
  assert.deepEqual([again.output.ingested, again.output.known], [1, 5]);
  assert.deepEqual([...(await byCall()).keys()].sort(), [1, 2, 3, 4, 5]);
});

test("a run of one page ends there, and the next goes on; a refused key ends it with the reason", async () => {
  await setUp(fathom({ from: "2025-01-01T00:00:00Z" }));
  provider.pages = [[meeting(11)], [meeting(12)], [meeting(13)]];
  const first = await synced({ max_pages: 1 });
  assert.deepEqual([first.output.ingested, first.output.complete], [1, false]);
  assert.equal((await customer.get(place())).json.under_way, true);

  await setUp(fathom({ from: "2025-01-01T00:00:00Z", api_key: "not-the-key" }));
  const refused = await synced();
  assert.equal(refused.status, "failed");
  assert.match(refused.error, /refused the credentials \(401\)/);

  await setUp(fathom({ from: "2025-01-01T00:00:00Z" }));
  provider.asked = [];
  const rest = await synced();
  assert.deepEqual([rest.output.ingested, rest.output.pages, rest.output.complete], [2, 2, true]);
  assert.match(provider.asked[0], /cursor=1/, "it went on at the page where the first run ended");
});

test("a list of one's own is described, and followed by its links", async () => {
  const description = {
    title: "Ours",
    documentation: [],
    auth: { bearer: {} },
    list: { method: "GET", path: "/linked/calls", page: { link: {} }, items: "" },
    item: { id: "/recording_id", occurred_at: "/created_at", kind: "meeting" },
  };
  provider.pages = [[meeting(21)], [meeting(22)]];
  await setUp(fathom({ provider: "custom", description }));
  const run = await synced();
  assert.deepEqual([run.output?.ingested, run.output?.complete], [2, true], JSON.stringify(run));
  const bad = { ...description, list: { ...description.list, path: "//elsewhere.example/" } };
  const refused = await customer.send("PUT", place(), { json: fathom({ provider: "custom", description: bad }) });
  assert.equal(assertProblem(refused, 422, "request.invalid").errors[0].pointer, "/description/list/path");
});

test("a job walks the history at its times, and its run links to the walk", async () => {
  await setUp(fathom());
  provider.pages = [[meeting(31)]];
  const task = { kind: "sync", endpoint_id: endpoint().id };
  const json = { name: "Nightly", schedule: { at: new Date(Date.now() - 1_000).toISOString() }, task };
  const made = await customer.send("POST", "/v1/jobs", { json });
  assert.equal(made.status, 201, String(made));
  assert.deepEqual(made.json.task, task);
  const runs = () => customer.list(`/v1/jobs/${made.json.id}/runs`);
  const [run] = await until("the job ran", runs, (all) => all.length > 0 && all[0].outcome === "succeeded");
  assert.equal(run.workflow.name, "sync");
  const walked = await ended(run.workflow.id);
  assert.deepEqual([walked.status, walked.output.ingested], ["completed", 1]);

  const stranger = new Customer(mesh, await newTenant(mesh, "history-stranger"));
  for (const [who, id] of [
    [stranger, endpoint().id],
    [customer, newId("end")],
    [customer, customer.endpoint("zoom").id],
  ]) {
    const refused = await who.send("POST", "/v1/jobs", { json: { ...json, task: { ...task, endpoint_id: id } } });
    assert.equal(assertProblem(refused, 422, "request.invalid").errors[0].pointer, "/task/endpoint_id");
    const started = await who.send("POST", "/v1/workflows/sync", { json: { params: { endpoint_id: id } } });
    assert.equal(assertProblem(started, 422, "request.invalid").errors[0].pointer, "/params/endpoint_id");
  }
});

test("a history goes when it is told to, and with its endpoint", async () => {
  await setUp(fathom());
  assert.equal((await customer.send("DELETE", place())).status, 204);
  assertProblem(await customer.send("GET", place()), 404, "endpoint.no_history");
  const json = { source: "standard", name: "Another" };
  const other = (await customer.send("POST", "/v1/endpoints", { json })).json;
  const its = `/v1/endpoints/${other.id}/history`;
  assert.equal((await customer.send("PUT", its, { json: fathom() })).status, 200);
  assert.equal((await customer.send("DELETE", `/v1/endpoints/${other.id}`)).status, 204);
  assertProblem(await customer.send("GET", its), 404, "endpoint.not_found");
  const started = await customer.send("POST", "/v1/workflows/sync", { json: { params: { endpoint_id: other.id } } });
  assertProblem(started, 422, "request.invalid");
});
