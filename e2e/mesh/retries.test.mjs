//! Calls that fail on the way, and calls that are too large to go.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

const MIB = 1024 * 1024;

describe("a call that breaks on the way", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  /** Breaks the next calls; gives the outcome of one that the probe makes, and how many calls arrived for it. */
  const broken = async (breaks, method, left_ms = 10_000) => {
    await mesh.fetch(`/?breaks=${breaks}`, {}, "flaky");
    const outcome = await mesh.ask(`retries/${method}`, { left_ms });
    const arrived = await (await mesh.fetch("/", {}, "flaky")).json();
    return { outcome, arrived };
  };

  test("is sent again where the method is idempotent", async () => {
    assert.deepEqual(await broken(2, "ask"), { outcome: { ok: "asked" }, arrived: 3 });
  });

  test("is not sent again where it is not", async () => {
    const { outcome, arrived } = await broken(1, "act");
    assert.deepEqual([outcome.error, outcome.retry, arrived], ["failed", "if_idempotent", 1]);
    assert.match(outcome.message, /broken as asked/);
  });

  test("is given up after two retries", async () => {
    const { outcome, arrived } = await broken(100, "ask");
    assert.deepEqual([outcome.error, arrived], ["failed", 3]);
  });

  test("is not sent again when no time is left for it", async () => {
    // The first retry would wait at least 50 ms.
    const { outcome, arrived } = await broken(100, "ask", 45);
    assert.ok(["failed", "timed_out"].includes(outcome.error), outcome.error);
    assert.equal(arrived, 1);
  });

  test("with a message over 32 MiB is refused before it is sent", async () => {
    const { error, message, retry } = await mesh.ask("retries/take", 32 * MIB);
    assert.deepEqual([error, retry], ["contract_mismatch", "never"]);
    assert.match(message, /the request of `take` was not sent: .*over the limit of \d+.*ByteStream/);
    assert.deepEqual(await mesh.ask("retries/take", 31 * MIB), { ok: 31 * MIB });
  });

  test("with a reply over 32 MiB says so", async () => {
    const { error, message } = await mesh.ask("retries/give", 32 * MIB);
    assert.equal(error, "failed");
    assert.match(message, /over the limit of \d+.*ByteStream/);
    assert.deepEqual(await mesh.ask("retries/give", 31 * MIB), { ok: 31 * MIB });
  });
});
