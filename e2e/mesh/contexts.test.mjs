//! What travels beside a request.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

describe("a call's context", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start(["front", "back"]);
  });
  after(() => mesh.stop());

  test("reaches the callee", async () => {
    const { ok: seen } = await mesh.ask("contexts/describe", "key-1");
    assert.deepEqual(seen.visitor, { tenant: "acme", actor: "ada" });
    assert.match(seen.trace_id, /^[0-9a-f]{32}$/);
    assert.ok(seen.left_ms > 0 && seen.left_ms <= 10_000, `${seen.left_ms}`);
    assert.deepEqual([seen.key, seen.caller, seen.hops], ["key-1", "probe", 1]);
  });

  test("ends a loop of calls before the platform does, and says so", async () => {
    const { ok: end } = await mesh.ask("contexts/descend");
    assert.match(end, /^after \d+ calls: .*look for a loop in the call graph/);
  });
});
