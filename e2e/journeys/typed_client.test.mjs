//! A program over types generated from the gateway's description, used as its author would use it. That it compiles is
//! checked by the test command before.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import * as program from "../client/client.ts";
import { call } from "../support/calls.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { newId, newTenant } from "../support/tenants.mjs";

let gateway;

before(async () => {
  const mesh = await runningMesh();
  const tenant = await newTenant(mesh, "typed-client");
  gateway = program.connect(mesh.gateway, tenant.api_key);
});

test("a generated client sends a call, waits for it, and reads what came of it", async () => {
  const event = { source: "generic", type: "call.completed", payload: JSON.parse(call({ account: "Fennimore" })) };
  const { event_id: id, duplicate } = await program.submit(gateway, "call-7", event);
  assert.equal(duplicate, false);
  assert.deepEqual(await program.submit(gateway, "call-7", event), { event_id: id, duplicate: true });
  const settled = ({ status }) => status === "processed";
  const { steps } = await until("the event is processed", () => program.readEvent(gateway, id), settled);
  assert.ok(steps.every(({ name, attempts }) => name.length > 0 && attempts >= 1));
  const signals = await program.signalsOf(gateway, id, 1);
  assert.ok(signals.length > 1, "one page would have done");
  assert.equal(new Set(signals.map((signal) => signal.id)).size, signals.length);
  assert.ok(signals.every(({ evidence, event_id }) => evidence.quote.length > 0 && event_id === id));
  const hits = await program.search(gateway, signals[0].evidence.quote);
  assert.ok(hits.some((hit) => hit.event_id === id));
});

test("its refusals carry the stable code", async () => {
  const refusal = await program.readEvent(gateway, newId("evt")).catch((error) => error);
  assert.ok(refusal instanceof program.Refusal, String(refusal));
  assert.equal(refusal.problem.code, "event.not_found");
  assert.equal(refusal.problem.status, 404);
});

test("it makes and deletes a job, and stores and reads a file", async () => {
  const task = { kind: "event", source: "generic", type: "renewal.check", payload: { account: "Fennimore" } };
  const { id, preview } = await program.schedule(gateway, { name: "Renewals", schedule: { every: "1h" }, task });
  assert.equal(preview.length, 10);
  await program.unschedule(gateway, id);
  const again = await program.unschedule(gateway, id).catch((error) => error);
  assert.equal(again.problem?.code, "job.not_found");
  const file = await program.store(gateway, "notes.txt", new Blob(["a note on Fennimore"], { type: "text/plain" }));
  assert.equal(Buffer.from(await program.firstBytes(gateway, file.id, 6)).toString(), "a note");
});
