//! A payload that no step can handle: its event ends with the reason, and its bytes stay readable.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const LIMIT = 8 * 1024 * 1024;

let customer;

before(async () => {
  const mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "unhandled"));
});

/** Delivers a body, and gives what became of it. */
async function outcome(body, source = "standard") {
  const bytes = Buffer.from(body);
  const answer = await deliver(customer.endpoint(source), bytes);
  assert.equal(answer.status, 202, String(answer));
  const event = await customer.settled(answer.json.event_id);
  const raw = await customer.get(`/v1/events/${event.id}/raw`);
  assert.ok(raw.bytes.equals(bytes), "the archived bytes differ from those that were sent");
  assert.deepEqual(await customer.signals(event.id), []);
  return event;
}

test("an event that is no conversation is skipped", async () => {
  const event = await outcome(
    JSON.stringify({
      type: "payment.settled",
      timestamp: "2026-11-12T09:30:00Z",
      data: { id: "pay_4471", amount: 1900, currency: "EUR", customer: { name: "Brindle & Co" } },
    }),
  );
  assert.equal(event.status, "skipped");
  assert.match(event.reason, /no conversation/);
  const steps = event.steps.map(({ name, status }) => [name, status]);
  assert.deepEqual(
    steps,
    [
      ["load", "succeeded"],
      ["normalize", "succeeded"],
    ],
    JSON.stringify(event.steps),
  );
  assertProblem(await customer.send("GET", `/v1/events/${event.id}/text`), 404, "event.no_text");
});

test("a transcript in which nobody says anything is skipped", async () => {
  for (const turns of [
    [],
    [
      { speaker: "Ann", text: " " },
      { speaker: "Bo", text: "" },
    ],
  ]) {
    const event = await outcome(JSON.stringify({ type: "call.completed", data: { title: "Silence", turns } }));
    assert.equal(event.status, "skipped", JSON.stringify(event));
    assert.ok(event.reason.length > 0);
  }
});

test("a transcript beyond what can be read fails with the reason", async () => {
  const turns = Array.from({ length: 20_001 }, (_, at) => ({ speaker: "Ann", text: `Word ${at}.` }));
  const event = await outcome(JSON.stringify({ type: "call.completed", data: { title: "Endless", turns } }));
  assert.equal(event.status, "failed", JSON.stringify(event));
  assert.match(event.reason, /turns/);
  const last = event.steps.at(-1);
  assert.deepEqual([last.name, last.status], ["normalize", "failed"]);
  assert.ok(last.error.length > 0 && last.ended_at !== null, JSON.stringify(last));
});

test("odd but valid JSON is taken as it is", async () => {
  for (const body of [
    "null",
    "17",
    '"a"',
    "[]",
    '{"a":{"a":{"a":{"a":[[[[[]]]]]}}}}',
    '\ufeff{"type":"x"}',
    '{"n":1e400}',
  ]) {
    const event = await outcome(body, "zoom");
    assert.ok(["skipped", "failed"].includes(event.status) && event.reason, `${body}: ${JSON.stringify(event)}`);
  }
});

test("a body of exactly the limit is taken", async () => {
  const frame = JSON.stringify({ type: "backup.made", data: { pad: "" } });
  const body = frame.replace('""', `"${"x".repeat(LIMIT - frame.length)}"`);
  assert.equal(Buffer.byteLength(body), LIMIT);
  const event = await outcome(body);
  assert.deepEqual([event.status, event.size_bytes], ["skipped", LIMIT]);
});

test("skipped events are listed as such", async () => {
  const { id: skipped } = await outcome('{"type":"page.viewed"}');
  const listed = await customer.events({ status: "skipped" });
  assert.ok(listed.some(({ id }) => id === skipped));
  for (const { status, reason, signals_count: count } of listed) {
    assert.deepEqual([status, count], ["skipped", 0]);
    assert.ok(reason);
  }
});
