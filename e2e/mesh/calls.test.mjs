//! What crosses a call between two Rust Workers.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../support/poll.mjs";
import { Runtime } from "./harness.mjs";

test("a callee that is not deployed is unreachable, and a retry is worth it", async (t) => {
  const mesh = await Runtime.start(["alone"], { registry: true, t });
  const { error, transient, message } = await mesh.ask("calls/who");
  assert.deepEqual([error, transient], ["unreachable", true], message);
});

describe("a call between two Workers", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  test("carries values of every kind both ways, 64-bit integers exactly", async () => {
    const values = {
      largest: 2n ** 64n - 1n,
      smallest: -(2n ** 63n),
      fraction: 0.1,
      count: 7,
      text: "grüße 👋",
      bytes: [0, 255, 128],
      maybe: null,
      shapes: ["point", { circle: 5 }, { box: { width: 1, height: 65_535 } }],
    };
    assert.deepEqual(await mesh.ask("calls/echo", values), { ok: values });
  });

  test("brings a refusal in the service's own words", async () => {
    const reason = "because";
    assert.deepEqual(await mesh.ask("calls/refuse", reason), {
      refused: { asked: { reason, code: 2n ** 64n - 1n } },
    });
  });

  test("gives the callee its own bindings", async () => {
    assert.deepEqual(await mesh.ask("calls/who"), { ok: "back" });
  });

  test("lets work go on after the answer where the callee says so, and only there", async () => {
    const logged = (line) => mesh.logs.some(({ message }) => message === line);
    const lost = { line: "the platform was not told", delay_ms: 50, told: false };
    assert.deepEqual(await mesh.ask("calls/linger", lost), { ok: null });
    const kept = { line: "the platform was told", delay_ms: 300, told: true };
    assert.deepEqual(await mesh.ask("calls/linger", kept), { ok: null });
    await until("the work that goes on", () => logged(kept.line), Boolean, { seconds: 20 });
    assert.equal(logged(lost.line), false);
  });
});
