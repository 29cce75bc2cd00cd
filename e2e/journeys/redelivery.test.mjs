//! Providers deliver at least once, and sometimes many at a time: each call is worked off once, and none is lost.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { byStatus, Customer } from "../support/customer.mjs";
import { call } from "../support/calls.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

const newCustomer = async (name) => new Customer(mesh, await newTenant(mesh, name));

/** What came of one call: its event, and its signals once. */
async function assertProcessedOnce(customer, id) {
  const event = await customer.settled(id);
  assert.equal(event.status, "processed", event.reason);
  assert.deepEqual(
    (await customer.events()).map((event) => event.id),
    [id],
  );
  const signals = await customer.signals(id);
  assert.ok(signals.length > 0, "the call has signals");
  assert.equal(signals.length, event.signals_count);
  const places = signals.map(({ kind, evidence }) => `${kind} ${evidence.start}`);
  assert.equal(new Set(places).size, places.length, "a signal is there twice");
}

test("a redelivery is answered with the first delivery's event, before and after it is processed", async () => {
  const customer = await newCustomer("redelivery");
  const body = call({ account: "Quillhaven" });
  const again = () => deliver(customer.endpoint("standard"), body, { id: "msg_once" });

  const first = await again();
  assert.equal(first.status, 202, String(first));
  assert.equal(first.json.duplicate, false);
  const { event_id: id } = first.json;
  for (const moment of ["at once", "when it is processed"]) {
    const answer = await again();
    assert.equal(answer.status, 202, `${moment}: ${answer}`);
    assert.deepEqual(answer.json, { event_id: id, duplicate: true }, moment);
    await customer.settled(id);
  }
  await assertProcessedOnce(customer, id);
});

test("where the scheme names no delivery, the same bytes are a redelivery and others are not", async () => {
  const customer = await newCustomer("redelivery-zoom");
  const zoom = customer.endpoint("zoom");
  const first = (await deliver(zoom, call({ account: "Quillhaven" }))).json;
  const again = (await deliver(zoom, call({ account: "Quillhaven" }))).json;
  const other = (await deliver(zoom, call({ account: "Marrowby" }))).json;
  assert.deepEqual(again, { event_id: first.event_id, duplicate: true });
  assert.equal(other.duplicate, false);
  assert.notEqual(other.event_id, first.event_id);
});

test("the same delivery id at another tenant is another event", async () => {
  const [one, other] = [await newCustomer("redelivery-one"), await newCustomer("redelivery-other")];
  const body = call({ account: "Quillhaven" });
  const ids = [];
  for (const customer of [one, other]) {
    const { event_id: id, duplicate } = (await deliver(customer.endpoint("standard"), body, { id: "msg_same" })).json;
    assert.equal(duplicate, false);
    ids.push(id);
  }
  assert.notEqual(ids[0], ids[1]);
});

test("forty concurrent deliveries of one call are one event", async () => {
  const customer = await newCustomer("redelivery-forty");
  const body = call({ account: "Quillhaven" });
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => deliver(customer.endpoint("standard"), body, { id: "msg_forty" })),
  );
  for (const answer of answers) assert.equal(answer.status, 202, String(answer));
  const ids = new Set(answers.map(({ json }) => json.event_id));
  assert.equal(ids.size, 1, [...ids].join());
  assert.equal(answers.filter(({ json }) => !json.duplicate).length, 1, "exactly one of them was the first");
  await assertProcessedOnce(customer, [...ids][0]);
});

test("two hundred different calls are two hundred events, all processed", async () => {
  const customer = await newCustomer("redelivery-many");
  const bodies = Array.from({ length: 200 }, (_, at) => call({ account: `Customer ${at}` }));
  const answers = await Promise.all(bodies.map((body) => deliver(customer.endpoint("standard"), body)));
  for (const answer of answers) assert.equal(answer.status, 202, String(answer));
  const ids = new Set(answers.map(({ json }) => json.event_id));
  assert.equal(ids.size, 200);

  const events = await customer.allSettled(ids, { seconds: 240 });
  assert.deepEqual(byStatus(events.values()), { processed: 200 });
  assert.equal((await customer.events()).length, 200, "there are more events than calls");
  const accounts = new Set([...events.values()].map(({ account }) => account));
  assert.equal(accounts.size, 200, "every event kept its own call");

  const signals = await customer.list("/v1/signals");
  const expected = [...events.values()].reduce((sum, event) => sum + event.signals_count, 0);
  assert.equal(signals.length, expected);
  assert.ok(signals.length >= 200, `${signals.length} signals`);
  const places = signals.map(({ event_id: event, kind, evidence }) => `${event} ${kind} ${evidence.start}`);
  assert.equal(new Set(places).size, places.length, "a signal is there twice");
});
