//! Events over the API: sent with an `Idempotency-Key`, listed in pages, filtered, read.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "api-events"));
});

async function submit(json, headers) {
  const answer = await customer.send("POST", "/v1/events", { json, headers });
  assert.equal(answer.status, 202, String(answer));
  assert.match(answer.json.event_id, /^evt_[0-9a-f]{32}$/);
  return answer.json;
}

const note = (n) => ({ source: "generic", type: "note.taken", payload: { n } });

test("a call sent over the API is worked off like a webhook's", async () => {
  const payload = JSON.parse(call({ account: "Fennimore" }));
  const event = {
    source: "generic",
    type: "call.completed",
    occurred_at: "2026-11-10T11:00:00+01:00",
    subject: "deal 7",
  };
  const { event_id: id, duplicate } = await submit({ ...event, payload });
  assert.equal(duplicate, false);
  const settled = await customer.settled(id);
  assert.equal(settled.status, "processed", settled.reason);
  const { source, type, subject, occurred_at: occurred, account } = settled;
  assert.deepEqual(
    { source, type, subject, occurred, account },
    {
      source: "generic",
      type: "call.completed",
      subject: "deal 7",
      occurred: "2026-11-10T10:00:00.000Z",
      account: "Fennimore",
    },
  );
  assert.ok((await customer.signals(id)).length > 0);
});

test("the payload is archived as it was written", async () => {
  // Spacing, the order of members, and more digits than a double can hold: all are the sender's.
  const payload = '{ "b" : 12345678901234567890.10, "a":1, "é":"\\u00e9" }';
  const body = `{"source":"generic","type":"odd.numbers","payload":${payload}}`;
  const answer = await customer.send("POST", "/v1/events", { body, headers: { "content-type": "application/json" } });
  assert.equal(answer.status, 202, String(answer));
  const raw = await customer.get(`/v1/events/${answer.json.event_id}/raw`);
  assert.equal(raw.text, payload);
});

test("the same key and body give the first answer; the same key with another body is refused", async () => {
  const headers = { "idempotency-key": "order-1041" };
  const first = await submit(note(1), headers);
  assert.equal(first.duplicate, false);
  for (let again = 0; again < 2; again += 1) {
    assert.equal((await submit(note(1), headers)).event_id, first.event_id);
  }
  const other = await customer.send("POST", "/v1/events", { json: note(2), headers });
  assertProblem(other, 422, "idempotency.key_reused");
  // The refused body left no trace: the first still stands for the key, and there is no second event.
  assert.equal((await submit(note(1), headers)).event_id, first.event_id);
  assert.equal((await customer.get(`/v1/events/${first.event_id}/raw`)).text, '{"n":1}');

  const concurrent = await Promise.all(
    Array.from({ length: 20 }, () => submit(note(3), { "idempotency-key": "order-1042" })),
  );
  assert.equal(new Set(concurrent.map(({ event_id: id }) => id)).size, 1);
  assert.equal(concurrent.filter(({ duplicate }) => !duplicate).length, 1);
});

test("a key means nothing to another tenant, and without one equal calls are two events", async () => {
  const other = new Customer(mesh, await newTenant(mesh, "api-events-other"));
  const headers = { "idempotency-key": "order-1041" };
  const answer = await other.send("POST", "/v1/events", { json: note(99), headers });
  assert.equal(answer.status, 202, String(answer));
  assert.equal(answer.json.duplicate, false);
  const [one, two] = [await submit(note(4)), await submit(note(4))];
  assert.notEqual(one.event_id, two.event_id);
  assert.equal(two.duplicate, false);
});

test("pages of a list, newest first, leave nothing out and repeat nothing", async () => {
  const pages = new Customer(mesh, await newTenant(mesh, "api-events-pages"));
  const sent = [];
  for (let n = 0; n < 7; n += 1) {
    const type = n % 2 === 0 ? "even.one" : "odd.one";
    sent.push(
      (await pages.send("POST", "/v1/events", { json: { source: "generic", type, payload: n } })).json.event_id,
    );
  }
  await pages.allSettled(sent);

  const first = (await pages.get("/v1/events?limit=4")).json;
  assert.equal(first.items.length, 4);
  assert.equal(typeof first.next_cursor, "string");
  const second = (await pages.get(`/v1/events?limit=4&cursor=${first.next_cursor}`)).json;
  assert.equal(second.items.length, 3);
  assert.equal(second.next_cursor, null);
  const listed = [...first.items, ...second.items].map(({ id }) => id);
  assert.deepEqual(listed, [...listed].sort().reverse(), "newest first");
  assert.deepEqual([...listed].sort(), [...sent].sort());

  const exact = (await pages.get("/v1/events?limit=7")).json;
  assert.deepEqual([exact.items.length, exact.next_cursor], [7, null], "a full last page leads nowhere");
  assertProblem(
    await pages.send("GET", `/v1/events?type=even.one&cursor=${first.next_cursor}`),
    400,
    "page.bad_cursor",
  );

  const even = await pages.list("/v1/events", { type: "even.one", limit: 1 });
  assert.equal(even.length, 4);
  assert.ok(even.every(({ type }) => type === "even.one"));
  assert.equal((await pages.events({ source: "generic", status: "skipped" })).length, 7);
  assert.deepEqual(await pages.events({ source: "zoom" }), []);
  assert.deepEqual(await pages.events({ status: "dead" }), []);
});
