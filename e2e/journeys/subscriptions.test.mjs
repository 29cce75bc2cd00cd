//! Signals posted to a customer: signed, retried, redelivered, and never where they must not go.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { Receiver, verify } from "../support/receiver.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
const receivers = [];

before(async () => {
  mesh = await runningMesh();
});
after(() => Promise.all(receivers.map((receiver) => receiver.stop())));

const newCustomer = async (name) => new Customer(mesh, await newTenant(mesh, name));

async function newReceiver(answer = 204) {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  receiver.answer = answer;
  return receiver;
}

async function subscribe(customer, receiver, json = {}) {
  const answer = await customer.send("POST", "/v1/subscriptions", { json: { url: receiver.url, ...json } });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

/** Has a call with a budget and a pain in it worked off. */
async function talk(customer, account = "Quillhaven") {
  const { event_id: id } = (await deliver(customer.endpoint("standard"), call({ account }))).json;
  const event = await customer.settled(id);
  assert.equal(event.status, "processed", event.reason);
  return event;
}

const deliveries = (customer, { id }) => customer.list(`/v1/subscriptions/${id}/deliveries`);

/** Waits until a subscription's only delivery stands so. */
function delivered(customer, subscription, status = "delivered") {
  const done = (found) => found.length === 1 && found[0].status === status;
  return until(`the delivery is ${status}`, () => deliveries(customer, subscription), done).then(([one]) => one);
}

test("a call's signals are posted once, signed, and only those that were asked for", async () => {
  const customer = await newCustomer("subscriptions");
  const [all, budgets, none] = [await newReceiver(), await newReceiver(), await newReceiver()];
  const every = await subscribe(customer, all);
  const some = await subscribe(customer, budgets, { kinds: ["budget"], description: "CRM" });
  await subscribe(customer, none, { kinds: ["event.failed"] });
  const event = await talk(customer);
  const signals = await customer.signals(event.id);

  const [message] = await all.received(1);
  const { type, data } = verify(message, every.secret);
  assert.equal(type, "signals.created");
  assert.equal(data.event.id, event.id);
  assert.equal(data.event.account, "Quillhaven");
  const byId = (one, other) => one.id.localeCompare(other.id);
  assert.deepEqual([...data.signals].sort(byId), [...signals].sort(byId));
  assert.throws(() => verify(message, some.secret), "the other subscription's secret fits");

  const [budget] = await budgets.received(1);
  const kinds = new Set(verify(budget, some.secret).data.signals.map(({ kind }) => kind));
  assert.deepEqual([...kinds], ["budget"]);

  const one = await delivered(customer, every);
  assert.equal(one.event_id, event.id);
  assert.equal(one.message_id, message.id);
  assert.equal(one.attempts, 1);
  const { body, attempts } = (await customer.get(`/v1/deliveries/${one.id}`)).json;
  assert.equal(body, message.bytes.toString("utf8"));
  assert.deepEqual(attempts.map(({ number, status, error }) => [number, status, error]), [[1, 204, null]]);
  assert.deepEqual([all.arrived.length, budgets.arrived.length, none.arrived.length], [1, 1, 0]);
});

test("an endpoint that fails and heals gets the same message, and the log tells of each attempt", async () => {
  const customer = await newCustomer("subscriptions-healing");
  const receiver = await newReceiver({ status: 500, body: "on fire" });
  const subscription = await subscribe(customer, receiver);
  await talk(customer);
  await receiver.received(2);
  receiver.answer = 200;
  const one = await delivered(customer, subscription);
  const { attempts } = (await customer.get(`/v1/deliveries/${one.id}`)).json;
  assert.ok(attempts.length >= 3, `${attempts.length} attempts`);
  assert.deepEqual(
    attempts.map(({ status }) => status),
    [...Array(attempts.length - 1).fill(500), 200],
  );
  assert.equal(attempts[0].response, "on fire");
  assert.equal(attempts[0].error, "the endpoint answered 500");
  assert.equal(new Set(receiver.arrived.map(({ id }) => id)).size, 1, "a retry is the same message");
  for (const message of receiver.arrived) verify(message, subscription.secret);
});

test("a redirect is not followed, wherever it leads", async () => {
  const customer = await newCustomer("subscriptions-redirect");
  const inside = await newReceiver();
  const receiver = await newReceiver({ status: 307, headers: { location: inside.url } });
  const subscription = await subscribe(customer, receiver);
  await talk(customer);
  await receiver.received(2);
  const [one] = await deliveries(customer, subscription);
  assert.match(one.last_error, /answered 307: redirects are not followed/);
  assert.equal(inside.arrived.length, 0);
});

test("what was delivered is delivered again when asked, at either path, under the same id", async () => {
  const customer = await newCustomer("subscriptions-again");
  const receiver = await newReceiver();
  const subscription = await subscribe(customer, receiver);
  await talk(customer);
  const { id } = await delivered(customer, subscription);
  for (const [count, path] of [[2, "/v1/deliveries"], [3, "/v1/subscriptions/deliveries"]]) {
    const answer = await customer.send("POST", `${path}/${id}/redeliver`);
    assert.equal(answer.status, 202, String(answer));
    await receiver.received(count);
    await delivered(customer, subscription);
  }
  assert.equal(new Set(receiver.arrived.map((message) => message.id)).size, 1);
});

test("after a rotation messages are signed with both secrets", async () => {
  const customer = await newCustomer("subscriptions-rotation");
  const receiver = await newReceiver();
  const subscription = await subscribe(customer, receiver);
  const rotated = await customer.send("POST", `/v1/subscriptions/${subscription.id}/rotate`);
  assert.equal(rotated.status, 200, String(rotated));
  assert.notEqual(rotated.json.secret, subscription.secret);
  await talk(customer);
  const [message] = await receiver.received(1);
  assert.equal(message.signatures.length, 2);
  for (const secret of [subscription.secret, rotated.json.secret]) verify(message, secret);

  const last = await customer.send("POST", `/v1/subscriptions/${subscription.id}/rotate`, { json: { overlap_seconds: 0 } });
  await talk(customer, "Marrowby");
  const later = (await receiver.received(2))[1];
  verify(later, last.json.secret);
  assert.equal(later.signatures.length, 1);
});

test("an endpoint that says it is gone is disabled until it is enabled", async () => {
  const customer = await newCustomer("subscriptions-gone");
  const receiver = await newReceiver(410);
  const subscription = await subscribe(customer, receiver);
  const path = `/v1/subscriptions/${subscription.id}`;
  await talk(customer);
  await delivered(customer, subscription, "failed");
  const read = async () => (await customer.get(path)).json;
  const disabled = await until("it is disabled", read, ({ status }) => status === "disabled");
  assert.equal(disabled.disabled_reason, "the endpoint answered 410: it is gone");
  const [{ id }] = await deliveries(customer, subscription);
  const refused = await customer.send("POST", `/v1/deliveries/${id}/redeliver`);
  assert.deepEqual([refused.status, refused.json.code], [409, "subscription.disabled"]);

  receiver.answer = 200;
  const enabled = await customer.send("POST", `${path}/enable`);
  assert.deepEqual([enabled.status, enabled.json.status], [200, "active"]);
  assert.equal((await customer.send("POST", `/v1/deliveries/${id}/redeliver`)).status, 202);
  await delivered(customer, subscription);
});

test("another tenant sees, changes and redelivers nothing of ours", async () => {
  const [ours, theirs] = [await newCustomer("subscriptions-ours"), await newCustomer("subscriptions-theirs")];
  const [receiver, other] = [await newReceiver(), await newReceiver()];
  const subscription = await subscribe(ours, receiver);
  await subscribe(theirs, other);
  await talk(ours);
  const { id } = await delivered(ours, subscription);
  const path = `/v1/subscriptions/${subscription.id}`;
  for (const [method, route] of [
    ["GET", path],
    ["DELETE", path],
    ["POST", `${path}/rotate`],
    ["POST", `${path}/enable`],
    ["GET", `${path}/deliveries`],
    ["GET", `/v1/deliveries/${id}`],
    ["POST", `/v1/deliveries/${id}/redeliver`],
  ]) {
    assert.equal((await theirs.send(method, route)).status, 404, `${method} ${route}`);
  }
  assert.equal(other.arrived.length, 0, "their endpoint got our signals");
  assert.equal(receiver.arrived.length, 1);
});

test("what cannot be subscribed is refused with the place, and a key makes one subscription", async () => {
  const customer = await newCustomer("subscriptions-refused");
  const create = (json, headers) => customer.send("POST", "/v1/subscriptions", { json, headers });
  for (const [json, code, pointer] of [
    [{ url: "ftp://example.com" }, "subscription.invalid_url", "/url"],
    [{ url: "https://user:pass@example.com" }, "subscription.invalid_url", "/url"],
    [{ url: "nowhere" }, "subscription.invalid_url", "/url"],
    [{ url: "http://127.0.0.1:1/", kinds: ["budget", "gossip"] }, "request.invalid", "/kinds/1"],
    [{ url: "http://127.0.0.1:1/", ordered_by: "size" }, "request.invalid", "/ordered_by"],
    [{ kinds: ["*"] }, "request.invalid", "/url"],
  ]) {
    const answer = await create(json);
    assert.equal(answer.status, 422, `${JSON.stringify(json)}: ${answer}`);
    assert.deepEqual([answer.json.code, answer.json.errors[0].pointer], [code, pointer], String(answer));
  }
  const key = { "idempotency-key": "one" };
  const url = "http://127.0.0.1:1/";
  const [first, second] = [await create({ url }, key), await create({ url }, key)];
  assert.deepEqual([second.status, second.json.id, second.json.secret], [201, first.json.id, first.json.secret]);
  assert.equal((await create({ url, kinds: ["pain"] }, key)).status, 422);
  assert.equal((await customer.list("/v1/subscriptions")).length, 1);
  assert.equal((await customer.send("DELETE", `/v1/subscriptions/${first.json.id}`)).status, 204);
  assert.equal((await customer.send("GET", `/v1/subscriptions/${first.json.id}`)).status, 404);
});
