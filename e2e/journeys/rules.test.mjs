//! A tenant's own rules: refused with the place, tried on a past event, raised once, told to whoever listens.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { WebSocket } from "ws";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { Receiver, verify } from "../support/receiver.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
const closing = [];

before(async () => {
  mesh = await runningMesh();
});
after(() => Promise.all(closing.map((close) => close())));

const newCustomer = async (name) => new Customer(mesh, await newTenant(mesh, name));

const params = {
  title: { cat: ["Offer for ", { var: "event.account" }] },
  amount: "40000",
  currency: "EUR",
  requester: "rita@acme.example",
  approvers: ["bob@acme.example"],
  expires_in: "2d",
};

const budgets = {
  name: "Money is there",
  scope: "signal",
  when: { and: [{ "==": [{ var: "signal.kind" }, "budget"] }, { ">": [{ var: "signal.score" }, 0.1] }] },
  then: [
    { do: "alert", severity: "warning", title: { cat: [{ var: "signal.account" }, ": ", { var: "signal.quote" }] } },
    { do: "task", title: "Make an offer", assignee: "ines.falk@seller.example", due_in_hours: 24 },
    { do: "workflow", name: "spend_approval", params },
  ],
};

const create = (customer, json, headers) => customer.send("POST", "/v1/rules", { json, headers });

async function talk(customer, account) {
  const body = call({ account });
  const { event_id: id } = (await deliver(customer.endpoint("standard"), body)).json;
  const event = await customer.settled(id);
  assert.equal(event.status, "processed", event.reason);
  return { id, body };
}

/** Listens over a WebSocket. */
async function listen(customer) {
  const socket = new WebSocket(`${mesh.gateway.replace("http", "ws")}/v1/live`, {
    headers: { authorization: `Bearer ${customer.key}` },
  });
  closing.push(() => socket.close());
  const heard = [];
  socket.on("message", (data) => heard.push(JSON.parse(String(data))));
  await once(socket, "open");
  await until("it is greeted", () => heard, (all) => all.some(({ type }) => type === "hello"));
  return heard;
}

test("a rule that cannot hold is refused with every place", async () => {
  const customer = await newCustomer("rules-bad");
  const bad = {
    ...budgets,
    when: { and: [{ "==": [{ var: "signal.kind" }, "buget"] }, { ">": [{ var: "signal.scor" }, "1"] }] },
    then: [{ do: "alert", severity: "loud", title: "T" }, { do: "workflow", name: "spend_approval", params: { title: "T" } }],
  };
  const { errors } = assertProblem(await create(customer, bad), 422, "request.invalid");
  const pointers = new Set(errors.map(({ pointer }) => pointer));
  for (const pointer of ["/when/and/0/==/1", "/when/and/1/>/0/var", "/when/and/1/>/1", "/then/0/severity", "/then/1/params"]) {
    assert.ok(pointers.has(pointer), `${pointer} in ${JSON.stringify(errors)}`);
  }
  const misspelt = errors.find(({ pointer }) => pointer === "/when/and/0/==/1");
  assert.match(misspelt.detail, /`buget`.*there are `budget`/);
  assert.deepEqual(await customer.list("/v1/rules"), []);
});

test("a rule is tried on a past event and raises nothing, then raises everything once and tells of it", async () => {
  const [customer, stranger] = [await newCustomer("rules"), await newCustomer("rules-other")];
  const past = await talk(customer, "Marrowby");
  const tried = await customer.send("POST", "/v1/rules/test", { json: { rule: budgets, event_id: past.id } });
  assert.equal(tried.status, 200, String(tried));
  const signals = await customer.signals(past.id);
  const budget = signals.find(({ kind }) => kind === "budget");
  assert.deepEqual(tried.json.matches.map(({ signal_id }) => signal_id), [budget.id]);
  const [alert, task, workflow] = tried.json.matches[0].actions;
  assert.deepEqual([alert.do, alert.title], ["alert", `Marrowby: ${budget.evidence.quote}`]);
  assert.deepEqual([task.do, task.due_in_hours], ["task", 24]);
  assert.deepEqual([workflow.do, workflow.params.title, workflow.error], ["workflow", "Offer for Marrowby", undefined]);
  const foreign = await stranger.send("POST", "/v1/rules/test", { json: { rule: budgets, event_id: past.id } });
  assertProblem(foreign, 404, "event.not_found");
  assert.deepEqual(await customer.list("/v1/alerts"), []);

  const key = { "idempotency-key": "one" };
  const made = await create(customer, budgets, key);
  assert.equal(made.status, 201, String(made));
  assert.equal((await create(customer, budgets, key)).json.id, made.json.id);
  const rule = made.json;

  const receiver = await Receiver.start();
  closing.push(() => receiver.stop());
  const kinds = ["alert.created", "task.created"];
  const subscription = await customer.send("POST", "/v1/subscriptions", { json: { url: receiver.url, kinds } });
  assert.equal(subscription.status, 201, String(subscription));
  const [heard, elsewhere] = [await listen(customer), await listen(stranger)];

  const event = await talk(customer, "Quillhaven");
  const listed = async () => ({ alerts: await customer.list("/v1/alerts"), tasks: await customer.list("/v1/tasks") });
  const { alerts, tasks } = await listed();
  const [found] = (await customer.signals(event.id)).filter(({ kind }) => kind === "budget");
  assert.deepEqual(alerts.map((one) => [one.type, one.rule_id, one.event_id, one.signal_id, one.title, one.status]), [
    ["alert", rule.id, event.id, found.id, `Quillhaven: ${found.evidence.quote}`, "open"],
  ]);
  assert.deepEqual(tasks.map((one) => [one.title, one.assignee, one.status]), [
    ["Make an offer", "ines.falk@seller.example", "open"],
  ]);
  const approvals = await customer.list("/v1/approvals");
  assert.deepEqual(approvals.map(({ content }) => content.title), ["Offer for Quillhaven"]);

  const posted = (await receiver.received(2)).map((message) => verify(message, subscription.json.secret));
  assert.deepEqual(posted.map(({ type }) => type).sort(), kinds);
  assert.equal(posted.find(({ type }) => type === "alert.created").data.id, alerts[0].id);
  await until("the feed tells of it", () => heard, (all) => kinds.every((kind) => all.some(({ type }) => type === kind)));
  assert.equal(heard.find(({ type }) => type === "alert.created").data.title, alerts[0].title);
  assert.deepEqual(elsewhere.map(({ type }) => type), ["hello"]);

  await deliver(customer.endpoint("standard"), event.body);
  const { alerts: same, tasks: still } = await listed();
  assert.deepEqual([same.length, still.length, (await customer.list("/v1/approvals")).length], [1, 1, 1]);

  const path = `/v1/alerts/${alerts[0].id}/acknowledge`;
  assertProblem(await stranger.send("POST", path), 404, "alert.not_found");
  const seen = await customer.send("POST", path);
  assert.deepEqual([seen.status, seen.json.status], [200, "acknowledged"], String(seen));
  const done = await customer.send("POST", `/v1/tasks/${tasks[0].id}/complete`);
  assert.deepEqual([done.status, done.json.status], [200, "completed"], String(done));
  assert.deepEqual(await customer.list("/v1/alerts", { status: "open" }), []);

  const change = { ...budgets, enabled: false, version: rule.version };
  const changed = await customer.send("PUT", `/v1/rules/${rule.id}`, { json: change });
  assert.deepEqual([changed.status, changed.json.version, changed.json.enabled], [200, 2, false], String(changed));
  const late = await customer.send("PUT", `/v1/rules/${rule.id}`, { json: { ...change, name: "Late" } });
  assertProblem(late, 409, "rule.changed");
  await talk(customer, "Ostrander");
  assert.equal((await listed()).alerts.length, 1, "a rule that is off raises nothing");
  assert.equal((await customer.send("DELETE", `/v1/rules/${rule.id}`)).status, 204);
});

test("a rule about the event whose workflow is refused leaves a visible failure, and the event is processed", async () => {
  const customer = await newCustomer("rules-failing");
  const then = [{ do: "workflow", name: "spend_approval", params: { ...params, amount: { cat: ["much"] } } }];
  const when = { ">=": [{ var: "counts.budget" }, 1] };
  const made = await create(customer, { name: "Odd", scope: "event", when, then });
  assert.equal(made.status, 201, String(made));
  const event = await talk(customer, "Quillhaven");
  const [failed] = await customer.list("/v1/alerts");
  assert.deepEqual([failed.type, failed.event_id, failed.severity], ["failed_action", event.id, "warning"]);
  assert.match(failed.body, /amount/);
  const rule = (await customer.get(`/v1/rules/${made.json.id}`)).json;
  assert.equal(rule.failures, 1);
  assert.match(rule.last_error, /amount/);
});
