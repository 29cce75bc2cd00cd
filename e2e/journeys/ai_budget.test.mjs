//! What a tenant may spend on models, in the real runtime: a budget that is used up lets the rules stand in, a call whose
//! Worker is killed counts at its bound, and what usage tells is the ledger to the billionth of a dollar.

import assert from "node:assert/strict";
import { test } from "node:test";

import { call } from "../support/calls.mjs";
import { ChatServer, signals, stalls } from "../support/chat_server.mjs";
import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { ModelDouble, WORDS } from "../support/model_double.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";

const OWNER = "olivia.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const SETTLED = ["processed", "skipped", "failed", "dead"];
const BUDGET = { kind: "budget", turn: 3, quote: "a budget of forty thousand euros approved", score: 0.93 };
/** Of one answer of the double: ten tokens read, five written. */
const CALL_NANOS = 10 * 1_500 + 5 * 6_000;

const model = (server, holdSeconds) => ({
  AI_BASE_URL: server.baseUrl,
  AI_MODEL: "double",
  AI_INPUT_PRICE: "1.5",
  AI_OUTPUT_PRICE: "6",
  AI_HOLD_SECONDS: String(holdSeconds),
});

async function budget(mesh, tenant, method = "GET", { email = OWNER, json } = {}) {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  const headers = { "cf-access-jwt-assertion": token.json.token };
  return send(method, `${mesh.admin}/admin/api/tenants/${tenant.id}/ai-budget`, { headers, json });
}

async function settled(customer, account) {
  const answer = await deliver(customer.endpoint("standard"), call({ account }));
  assert.equal(answer.status, 202, String(answer));
  return ended(customer, answer.json.event_id);
}

const ended = (customer, id) =>
  until(`${id} is settled`, () => customer.event(id), ({ status }) => SETTLED.includes(status));

/** What usage tells of models, once it tells as much as the ledger. */
async function reconciled(mesh, customer) {
  const ledger = (await budget(mesh, customer.tenant)).json;
  assert.equal(ledger.open_calls, 0, JSON.stringify(ledger));
  const nanos = (usd) => Math.round(usd * 1e9);
  const usage = await until(
    `usage tells what the ledger has: ${ledger.month.cost_nanos}`,
    async () => (await customer.get("/v1/usage?group_by=model")).json,
    ({ totals }) => nanos(totals.cost_usd) === ledger.month.cost_nanos,
  );
  const calls = ledger.month.by_key_and_model.reduce((sum, each) => sum + each.calls, 0);
  assert.equal(usage.totals.model_calls, calls, JSON.stringify(usage));
  return { ledger, usage };
}

test("a budget that is used up lets the rules stand in, and usage is the ledger", async (t) => {
  const state = await newState();
  const server = await ChatServer.start([signals(BUDGET)]);
  const mesh = await OwnMesh.start(state, model(server, 900));
  t.after(async () => {
    await mesh.discard();
    await server.stop();
    await removeState(state);
  });
  const [ours, theirs] = mesh.tenants.map((tenant) => new Customer(mesh, tenant));
  assert.equal((await budget(mesh, ours.tenant, "GET", { email: VIEWER })).json.version, 0);
  const limits = [
    { unit: "requests", window: "month", most: 2 },
    { unit: "money", window: "month", most: "5.00", model: "double" },
  ];
  const put = (options) => budget(mesh, ours.tenant, "PUT", options);
  assertProblem(await put({ email: VIEWER, json: { limits } }), 403, "access.role_missing");
  assertProblem(await put({ json: { limits: [{ unit: "money", window: "day", most: "much" }] } }), 422, "request.invalid");
  const set = await put({ json: { version: 0, limits } });
  assert.deepEqual([set.status, set.json.version, set.json.updated_by], [200, 1, `person:${OWNER}`], String(set));
  assertProblem(await put({ json: { version: 0, limits } }), 409, "request.stale");

  for (const account of ["One", "Two"]) {
    const event = await settled(ours, account);
    assert.deepEqual([event.status, event.extractor.kind], ["processed", "model"], JSON.stringify(event));
  }
  const third = await settled(ours, "Three");
  assert.deepEqual([third.status, third.extractor.kind], ["processed", "rules"], JSON.stringify(third));
  assert.match(third.extractor.fallback_reason, /2 requests a month/);
  assert.ok(third.signals_count > 0, "the rules found nothing");
  assert.equal(server.requests.length, 2, "a refused call is not made");
  const other = await settled(theirs, "Four");
  assert.equal(other.extractor.kind, "model", "another tenant's budget is its own");

  const { ledger, usage } = await reconciled(mesh, ours);
  assert.equal(ledger.month.cost_nanos, 2 * CALL_NANOS);
  assert.deepEqual(usage.groups.map(({ group, model_calls, tokens_in }) => [group, model_calls, tokens_in]), [["double", 2, 20]]);
  const [requests, money] = usage.budgets;
  assert.deepEqual([requests.unit, requests.most, requests.spent, requests.held, requests.left], ["requests", 2, 2, 0, 0]);
  assert.deepEqual([money.unit, money.model, money.spent, money.left], ["money", "double", 0.00009, 4.99991]);
  assert.match(money.resets_at, /^\d{4}-\d\d-01T00:00:00/);

  // What is less than a call can cost at most is not spent on one.
  await put({ json: { limits: [{ unit: "money", window: "day", most: "0.001" }] } });
  const dear = await settled(ours, "Five");
  assert.match(dear.extractor.fallback_reason, /0\.001 USD a day/);
});

test("a call whose Worker is killed counts at its bound, and the next goes on", async (t) => {
  const state = await newState();
  const server = await ChatServer.start([stalls, signals(BUDGET)]);
  const meshes = [await OwnMesh.start(state, model(server, 2))];
  t.after(async () => {
    for (const mesh of meshes) await mesh.discard();
    await server.stop();
    await removeState(state);
  });
  const before = new Customer(meshes[0], meshes[0].tenants[0]);
  const limits = [{ unit: "money", window: "month", most: "1" }];
  assert.equal((await budget(meshes[0], before.tenant, "PUT", { json: { limits } })).status, 200);
  const answer = await deliver(before.endpoint("standard"), call({ account: "Killed" }));
  await until("the model is asked", () => server.requests.length, (asked) => asked === 1);
  await meshes[0].kill();

  meshes.push(await OwnMesh.start(state, model(server, 2)));
  const [, mesh] = meshes;
  const customer = new Customer(mesh, mesh.tenants[0]);
  const event = await ended(customer, answer.json.event_id);
  assert.equal(event.status, "processed", JSON.stringify(event));
  await until("no call is open", async () => (await budget(mesh, customer.tenant)).json, ({ open_calls }) => open_calls === 0);
  const { ledger } = await reconciled(mesh, customer);
  const [spent] = ledger.month.by_key_and_model;
  assert.equal(spent.calls, 2, JSON.stringify(ledger));
  assert.ok(spent.cost_nanos > 100 * CALL_NANOS, `the call that nobody settled counts at its bound: ${spent.cost_nanos}`);
  assert.ok(ledger.used[0].left < 1 && ledger.used[0].held === 0, JSON.stringify(ledger.used));
});

test("of two hundred calls at once exactly those are served that the budget covers", async (t) => {
  const COVERED = 20;
  const PRICE_NANOS = WORDS * 6_000;
  const state = await newState();
  const double = await ModelDouble.start();
  const mesh = await OwnMesh.start(state, { ...model(double, 900), AI_INPUT_PRICE: "0" });
  t.after(async () => {
    await mesh.discard();
    await double.stop();
    await removeState(state);
  });
  const customer = new Customer(mesh, mesh.tenants[0]);
  const most = ((COVERED * PRICE_NANOS) / 1e9).toFixed(9);
  const set = await budget(mesh, customer.tenant, "PUT", { json: { limits: [{ unit: "money", window: "month", most }] } });
  assert.equal(set.status, 200, String(set));
  const json = { model: "double", max_tokens: WORDS, messages: [{ role: "user", content: "Say something" }] };
  const seen = { 200: 0, 402: 0, 429: 0 };
  /** Asks until it is served, or until the budget is spent for good. */
  const served = async () => {
    for (;;) {
      const answer = await customer.send("POST", "/v1/chat/completions", { json });
      assert.ok(answer.status in seen, String(answer));
      seen[answer.status] += 1;
      if (answer.status !== 429) return answer;
      const seconds = Number(answer.headers.get("retry-after"));
      assert.ok(seconds >= 1, String(answer));
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000 * (0.5 + Math.random())));
    }
  };
  const answers = await Promise.all(Array.from({ length: 200 }, served));
  const refused = answers.filter(({ status }) => status === 402);
  assert.equal(answers.length - refused.length, COVERED, JSON.stringify(seen));
  assert.equal(double.requests.length, COVERED, "a refused call is not made");
  assert.match(JSON.stringify(refused[0].json), /USD a month/);
  const { ledger, usage } = await reconciled(mesh, customer);
  assert.equal(ledger.month.cost_nanos, COVERED * PRICE_NANOS, "to the billionth");
  assert.equal(ledger.used[0].left, 0);
  assert.equal(usage.groups[0].model_calls, COVERED);
});
