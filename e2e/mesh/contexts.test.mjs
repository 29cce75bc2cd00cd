//! What travels beside a request.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../support/poll.mjs";
import { Runtime } from "./harness.mjs";

describe("a call's context", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  test("reaches the callee", async () => {
    const { ok: seen } = await mesh.ask("contexts/describe", "key-1");
    assert.deepEqual(seen.visitor, { tenant: "acme", actor: "ada" });
    assert.match(seen.trace_id, /^[0-9a-f]{32}$/);
    assert.ok(seen.left_ms > 0 && seen.left_ms <= 10_000, `${seen.left_ms}`);
    assert.deepEqual([seen.key, seen.caller, seen.hops], ["key-1", "probe", 1]);
  });

  test("gives the callee's work up when the caller's time is over, down the whole chain", async () => {
    const wait = { name: "one too slow", ms: 800 };
    const { error } = await mesh.ask("contexts/delegate", { wait, left_ms: 300 });
    assert.equal(error, "timed_out");
    // By the time that this one has ended, the slow one would have.
    const other = { name: "another", ms: 1_000 };
    assert.deepEqual(await mesh.ask("contexts/wait", { wait: other, left_ms: 5_000 }), { ok: null });
    const of = (name) => mesh.logs.map(({ message }) => `${message}`).filter((line) => line.startsWith(name));
    assert.deepEqual(of("another"), ["another began", "another finished"]);
    // Where the platform ended the callee's invocation before its timer, the next call that waits gives it up.
    const short = { wait: { name: "a short one", ms: 10 }, left_ms: 5_000 };
    const probe = async () => (await mesh.ask("contexts/wait", short), of("one too slow delegated "));
    await until("the delegated call to be given up", probe, (said) => said.length === 2);
    assert.deepEqual(of("one too slow delegated "), ["one too slow delegated began", "one too slow delegated given up"]);
    assert.deepEqual([of("one too slow began").length, of("one too slow finished").length], [1, 0]);
  });

  test("leaves the callee the time that it has", async () => {
    const wait = { name: "one in time", ms: 300 };
    assert.deepEqual(await mesh.ask("contexts/wait", { wait, left_ms: 5_000 }), { ok: null });
  });

  test("that has no time left is not even sent", async () => {
    const wait = { name: "one too late", ms: 0 };
    const { error } = await mesh.ask("contexts/wait", { wait, left_ms: 0 });
    assert.equal(error, "timed_out");
    assert.ok(!mesh.logs.some(({ message }) => `${message}`.startsWith(wait.name)));
  });

  test("whose time is over when it arrives is answered before the service's own code runs", async () => {
    const { CONTEXTS } = await mesh.bindings("front");
    const wait = { name: "one that comes too late", ms: 0 };
    const scope = { tenant: "acme", actor: "ada" };
    const { fault } = await CONTEXTS.wait(wait, { scope, left_ms: 0 });
    assert.deepEqual(fault, { kind: "expired", message: "no time was left when the call arrived" });
    const { ok } = await CONTEXTS.wait({ ...wait, name: "one in time" }, { scope });
    assert.equal(ok, null);
    const lines = mesh.logs.map(({ message }) => message);
    assert.ok(lines.includes("one in time began") && !lines.includes(`${wait.name} began`));
  });

  test("ends a loop of calls before the platform does, and says so", async () => {
    const { ok: end } = await mesh.ask("contexts/descend");
    assert.match(end, /^after \d+ calls: .*look for a loop in the call graph/);
  });
});
