//! Signals found by a chat model: its faults are retried, what nobody said is dropped, and the rules stand in where it
//! refuses for good. The mesh is one of the journey's own, started with a model in its environment.

import assert from "node:assert/strict";
import { test } from "node:test";

import { call } from "../support/calls.mjs";
import { ChatServer, cuts, refuses, says, signals } from "../support/chat_server.mjs";
import { Customer } from "../support/customer.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { deliver } from "../support/signing.mjs";

const SETTLED = ["processed", "skipped", "failed", "dead"];
const BUDGET = { kind: "budget", turn: 3, quote: "a budget of forty thousand euros approved", score: 0.93 };
const INVENTED = { kind: "timeline", turn: 3, quote: "live before Easter", score: 0.9 };

test("a model's faults are retried, its inventions dropped, and the rules stand in for its refusal", async (t) => {
  const state = await newState();
  const server = await ChatServer.start([
    refuses(500),
    refuses(429, { "retry-after": "1" }),
    cuts,
    says("Sure! The customer has a budget."),
    signals(BUDGET, INVENTED),
    refuses(401),
  ]);
  const mesh = await OwnMesh.start(state, {
    AI_BASE_URL: server.baseUrl,
    AI_MODEL: "double",
    AI_INPUT_PRICE: "1.5",
    AI_OUTPUT_PRICE: "6",
    AI_API_KEY: "key-of-the-double",
    AI_GATEWAY_TOKEN: "token-of-the-gateway",
  });
  t.after(async () => {
    await mesh.discard();
    await server.stop();
    await removeState(state);
  });
  const customer = new Customer(mesh, mesh.tenants[0]);
  const settled = async (name) => {
    const answer = await deliver(customer.endpoint("standard"), call({ account: name }));
    assert.equal(answer.status, 202, String(answer));
    const event = await until(
      `${name} is settled`,
      () => customer.event(answer.json.event_id),
      ({ status }) => SETTLED.includes(status),
    );
    assert.equal(event.status, "processed", JSON.stringify(event));
    return event;
  };

  const event = await settled("Retried");
  assert.deepEqual(event.extractor, { kind: "model", model: "double-1", dropped_quotes: 1 });
  assert.equal(event.steps.find(({ name }) => name === "extract").attempts, 5, JSON.stringify(event.steps));
  const found = await customer.list("/v1/signals", { account: "Retried" });
  assert.deepEqual(
    found.map(({ kind, evidence }) => [kind, evidence.quote]),
    [["budget", BUDGET.quote]],
  );
  assert.equal(server.requests.length, 5, "a try is one request");
  const [first] = server.requests;
  assert.equal(first.path, "/v1/chat/completions");
  assert.equal(first.headers.authorization, "Bearer key-of-the-double");
  assert.equal(first.headers["cf-aig-authorization"], "Bearer token-of-the-gateway");
  assert.equal(first.body.response_format.type, "json_schema");

  // Two answers came, of which one was of no use; both are paid.
  const { groups } = await until(
    "usage is told",
    async () => (await customer.get("/v1/usage?group_by=model")).json,
    ({ totals }) => totals.model_calls >= 2,
  );
  const NOT_CACHED = { cache_hits: 0, saved_tokens: 0, saved_usd: 0 };
  const used = { model_calls: 2, tokens_in: 20, tokens_out: 10, cost_usd: 0.00009, ...NOT_CACHED };
  assert.deepEqual(groups, [{ group: "double", requests: 0, refused: 0, failed: 0, events: 0, ...used }]);

  const refused = await settled("Refused");
  assert.equal(refused.extractor.kind, "rules");
  assert.match(refused.extractor.fallback_reason, /refused: it does not accept this platform's own credentials/);
  assert.ok(refused.signals_count > 0, "the rules found nothing");
  assert.equal(server.requests.length, 6, "a refusal was asked again");
});
