//! Rust and TypeScript call each other by the same contract, with plain objects on the side of TypeScript.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

const LARGEST = 2n ** 64n - 1n;

describe("TypeScript", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  const typescript = async (name, body = "{}") => mesh.fetch(`/${name}`, { method: "POST", body }, "typescript");
  const asked = async (name, body) => (await typescript(name, body)).json();
  const wrong = (method, request, context = { scope: { tenant: "acme", actor: "typescript" } }) =>
    asked("wrong", JSON.stringify({ method, request, context }));

  test("calls Rust with plain objects, and 64-bit integers stay exact", async () => {
    assert.deepEqual(await asked("echo"), {
      ok: {
        largest: `${LARGEST}n`,
        smallest: `${-(2n ** 63n)}n`,
        fraction: 0.1,
        count: 7,
        text: "grüße 👋",
        bytes: [0, 255, 128],
        maybe: null,
        shapes: ["point", { circle: 5 }, { box: { width: 1, height: 65_535 } }],
      },
    });
  });

  test("gets Rust's refusals as data", async () => {
    assert.deepEqual(await asked("refuse"), { refused: { asked: { reason: "because", code: `${LARGEST}n` } } });
  });

  test("says for whom it calls, and leaves out what has a default", async () => {
    assert.deepEqual(await asked("visitor"), { ok: 'typescript of acme, called by "typescript"' });
  });

  test("sends Rust a stream and gets one", async () => {
    const answer = await typescript("shout", "who is there?");
    assert.deepEqual([answer.headers.get("x-name"), await answer.text()], ["NOTE", "WHO IS THERE?"]);
  });

  const values = { largest: 1, smallest: -1, fraction: 1, count: 1, text: "", bytes: null, shapes: [] };
  const misfits = [
    ["a field of another type", "echo", { ...values, count: "seven" }, undefined, /`req\.count`: invalid type: string "seven", expected/],
    ["a number that does not fit", "echo", { ...values, count: -1 }, undefined, /`req\.count`: .*-1/],
    ["a variant that there is not", "echo", { ...values, bytes: [], shapes: ["line"] }, undefined, /`req\.shapes\[0\].*line/],
    ["a missing field", "echo", { largest: 1 }, undefined, /`req`: missing field `smallest`/],
    ["no scope", "visitor", null, {}, /`cx\.scope`: missing field `tenant`/],
  ];
  for (const [what, method, request, context, message] of misfits) {
    test(`that sends ${what} is told where`, async () => {
      const { fault } = await wrong(method, request, context);
      assert.equal(fault.kind, "contract");
      assert.match(fault.message, message);
    });
  }

  test("answers Rust with plain objects", async () => {
    const values = {
      largest: LARGEST,
      smallest: -(2n ** 63n),
      fraction: 0.1,
      count: 7,
      text: "grüße 👋",
      bytes: [0, 255, 128],
      maybe: null,
      shapes: ["point", { circle: 5 }, { box: { width: 1, height: 65_535 } }],
    };
    assert.deepEqual(await mesh.ask("interop/echo", values), { ok: values });
    assert.deepEqual(await mesh.ask("interop/visitor"), { ok: 'ada of acme, called by "probe"' });
  });

  test("refuses Rust in the service's own words", async () => {
    assert.deepEqual(await mesh.ask("interop/refuse", "because"), {
      refused: { asked: { reason: "because", code: LARGEST } },
    });
  });

  test("that breaks the contract is a mismatch for Rust, which names the field", async () => {
    const { error, message } = await mesh.ask("interop/refuse", "wrongly");
    assert.equal(error, "contract_mismatch");
    assert.match(message, /missing field `code`/);
  });

  test("takes a stream from Rust and gives one", async () => {
    const answer = await mesh.fetch("/interop/shout", { method: "POST", body: "who is there?" });
    assert.deepEqual([answer.headers.get("x-name"), await answer.text()], ["NOTE", "WHO IS THERE?"]);
  });
});
