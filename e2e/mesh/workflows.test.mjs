//! Durable workflows in the platform's own engine, steered from a Worker that does not define them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../support/poll.mjs";
import { resumeWorkflows } from "../../xtask/runtime/workflows.mjs";
import { Runtime } from "./harness.mjs";

const ROLES = ["office", "works"];
const NUMBER = 2n ** 64n - 1n;
const HOUR = 3600;

/** One instance, and what a test can ask about it. */
class Errand {
  constructor(mesh, id) {
    this.mesh = mesh;
    this.id = id;
  }

  static async start(mesh, id, plan) {
    assert.equal(await mesh.ask("workflows/create", { id, plan }), "new");
    return new Errand(mesh, id);
  }

  ask(what, more = {}) {
    return this.mesh.ask(`workflows/${what}`, { id: this.id, ...more });
  }

  /** What its steps logged, in order. */
  did() {
    const prefix = `${this.id}: `;
    return this.mesh.logs
      .map(({ message }) => message)
      .filter((message) => typeof message === "string" && message.startsWith(prefix))
      .map((message) => message.slice(prefix.length));
  }

  hasDone(line) {
    return until(`${this.id} does "${line}"`, () => this.did().includes(line), Boolean);
  }

  async ended() {
    return until(`${this.id} ends`, () => this.ask("status"), (status) => typeof status === "object" || status === "Terminated");
  }
}

/** Stops everything in the middle, starts it again, and wakes what had not finished, as `cargo xtask dev` does. */
async function restart(mesh, vars) {
  await mesh.restart(vars && { vars: { works: vars } });
  await wake(mesh);
}

async function wake(mesh) {
  await resumeWorkflows([{ name: "works", workflows: [{ name: "probe-errands" }] }], {
    restarted: Date.now(),
    explorer: (route, init) => mesh.explorer(route, init),
  });
}

describe("a workflow", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start(ROLES);
  });
  after(() => mesh.stop());

  test("retries a step as its policy says, and ends with typed output", async () => {
    const errand = await Errand.start(mesh, "retry", "retry");
    assert.deepEqual(await errand.ended(), { complete: { number: 3, by: null } });
    assert.deepEqual(errand.did(), ["flaky, try 1", "flaky, try 2", "flaky, try 3"]);
  });

  test("ends as errored in its own typed words", async () => {
    const over = "its output of 1048585 bytes is over the limit of 1048576: store it and return the key";
    const timeout = "WorkflowTimeoutError: Execution timed out after 1000ms";
    for (const [plan, failed] of [
      ["exhaust", { exhausted: { step: "broken", message: "no" } }],
      ["terminal", { terminal: { step: "wrong", message: "never" } }],
      ["stuck", { exhausted: { step: "stuck", message: timeout } }],
      ["twice", { duplicate_name: { step: "same" } }],
      ["many", { too_many_steps: { step: "step 19", limit: 40 } }],
      ["large", { terminal: { step: "large", message: over } }],
    ]) {
      const errand = await Errand.start(mesh, plan, plan);
      assert.deepEqual(await errand.ended(), { errored: { failed } }, plan);
    }
  });

  test("waits for an event from another Worker, also one that comes first, or until its timeout", async () => {
    const first = await Errand.start(mesh, "waits", { wait: { seconds: HOUR } });
    await first.hasDone("quote by first");
    await first.ask("approve", { by: "ada" });
    assert.deepEqual(await first.ended(), { complete: { number: NUMBER, by: "ada" } });

    const early = await Errand.start(mesh, "waits-later", "late");
    await early.ask("approve", { by: "ben" });
    assert.deepEqual(await early.ended(), { complete: { number: NUMBER, by: "ben" } });

    const late = await Errand.start(mesh, "waits-in-vain", { wait: { seconds: 1 } });
    assert.deepEqual(await late.ended(), { complete: { number: NUMBER, by: "nobody" } });
  });

  test("runs branches side by side", async () => {
    const errand = await Errand.start(mesh, "branches", "branches");
    assert.deepEqual(await errand.ended(), { complete: { number: NUMBER, by: null } });
    assert.deepEqual(errand.did(), ["work", "work"]);
  });

  test("undoes its steps in reverse when it fails, with what they recorded, each with its own retries", async () => {
    const errand = await Errand.start(mesh, "trip", "trip");
    assert.deepEqual(await errand.ended(), { errored: { failed: { terminal: { step: "pay", message: "no money" } } } });
    assert.deepEqual(errand.did(), [
      "flight",
      "hotel",
      "car",
      "undo car-1, try 1",
      "undo hotel-1, try 1",
      "undo hotel-1, try 2",
      "undo flight-1, try 1",
    ]);
  });

  test("can be paused, resumed, terminated with and without undoing, restarted and deleted", async () => {
    const errand = await Errand.start(mesh, "steered", { wait: { seconds: HOUR } });
    await errand.hasDone("quote by first");
    assert.equal(await errand.ask("create"), "existed");
    assert.equal(await errand.ask("get"), "steered");
    assert.equal(await errand.ask("pause"), null);
    await until("it is paused", () => errand.ask("status"), (status) => status === "Paused");
    assert.equal(await errand.ask("resume"), null);
    await until("it runs", () => errand.ask("status"), (status) => status === "Running");
    assert.equal(await errand.ask("restart"), null);
    await until("it quotes again", () => errand.did().length, (count) => count === 2);
    assert.equal(await errand.ask("terminate"), null);
    assert.equal(await errand.ended(), "Terminated");
    assert.equal((await errand.ask("terminate")).error, "ended");
    assert.equal(await errand.ask("delete"), null);
    assert.equal((await errand.ask("status")).error, "not_found");
    assert.equal((await errand.ask("get")).error, "not_found");

    const half = await Errand.start(mesh, "half-trip", "long_trip");
    await half.hasDone("car");
    assert.equal(await half.ask("restart_from", { from: "hotel" }), null);
    await until("it does the rest again", () => half.did().length, (count) => count === 5);
    assert.deepEqual(half.did(), ["flight", "hotel", "car", "hotel", "car"]);
    assert.equal((await half.ask("restart_from", { from: "cruise" })).error, "host");
    await half.ask("approve", { by: "ada" });
    assert.ok((await half.ended()).complete, "it goes on behind the step");

    const trip = await Errand.start(mesh, "long-trip", "long_trip");
    await trip.hasDone("car");
    assert.equal(await trip.ask("terminate_and_undo"), null);
    assert.equal(await trip.ended(), "Terminated");
    assert.deepEqual(trip.did().slice(3), [
      "undo car-1, try 1",
      "undo hotel-1, try 1",
      "undo hotel-1, try 2",
      "undo flight-1, try 1",
    ]);
  });

  test("is created in batches that tell new from old", async () => {
    await Errand.start(mesh, "old", "step");
    const outcome = await mesh.ask("workflows/create_many", { id: "new-1", more: ["old", "new-2"] });
    assert.deepEqual(outcome, ["new", "existed", "new"]);
    assert.deepEqual(await new Errand(mesh, "new-2").ended(), { complete: { number: NUMBER, by: null } });
    const more = Array.from({ length: 100 }, (_, index) => `many-${index}`);
    assert.equal((await mesh.ask("workflows/create_many", { id: "many", more })).error, "batch_size");
  });
});

describe("a restart of the whole runtime", () => {
  test("runs no finished step again, and lets sleeps and waits go on", async (t) => {
    const mesh = await Runtime.start(ROLES, { t });
    const waits = await Errand.start(mesh, "waits", { wait: { seconds: HOUR } });
    const naps = await Errand.start(mesh, "naps", { nap: { seconds: 3 } });
    const recovers = await Errand.start(mesh, "recovers", "recover");
    await waits.hasDone("quote by first");
    await naps.hasDone("quote by first");
    await recovers.hasDone("second way");
    await restart(mesh);
    await waits.ask("approve", { by: "ada" });
    await recovers.ask("approve", { by: "ada" });
    assert.deepEqual(await waits.ended(), { complete: { number: NUMBER, by: "ada" } });
    assert.deepEqual(await naps.ended(), { complete: { number: NUMBER, by: null } });
    assert.deepEqual(await recovers.ended(), { complete: { number: NUMBER, by: null } });
    assert.deepEqual(waits.did(), ["quote by first", "after"]);
    assert.deepEqual(naps.did(), ["quote by first", "after"]);
    assert.deepEqual(recovers.did(), ["first way", "second way"], "a failure for good is on record too");
  });

  test("goes on with undoing where it stopped", async (t) => {
    const mesh = await Runtime.start(ROLES, { t });
    const errand = await Errand.start(mesh, "trip", "trip");
    await errand.hasDone("undo hotel-1, try 1");
    await restart(mesh);
    assert.deepEqual(await errand.ended(), { errored: { failed: { terminal: { step: "pay", message: "no money" } } } });
    assert.deepEqual(errand.did(), [
      "flight",
      "hotel",
      "car",
      "undo car-1, try 1",
      "undo hotel-1, try 1",
      // What counts the tries is in memory, which is gone: it fails once more.
      "undo hotel-1, try 1",
      "undo hotel-1, try 2",
      "undo flight-1, try 1",
    ]);
  });

  test("with another build ends what no longer fits, before anything runs", async (t) => {
    const mesh = await Runtime.start(ROLES, { t });
    for (const [variant, changed] of [
      ["renamed", { sequence: { position: "0", recorded: "step `quote`", found: "step `price`" } }],
      ["removed", { sequence: { position: "0", recorded: "step `quote`", found: "wait `approval` for event `approved`" } }],
      ["narrow", { shape: { step: "quote", problem: "the field `note` would be lost" } }],
    ]) {
      const errand = await Errand.start(mesh, variant, { wait: { seconds: HOUR } });
      await errand.hasDone("quote by first");
      await restart(mesh, { VARIANT: variant });
      assert.deepEqual(await errand.ended(), { errored: { code_changed: changed } }, variant);
      assert.deepEqual(errand.did(), ["quote by first"], "nothing ran again");
      const next = await Errand.start(mesh, `${variant}-next`, { nap: { seconds: 1 } });
      assert.deepEqual(await next.ended(), { complete: { number: NUMBER, by: null } }, "a new one runs");
      await mesh.restart({ vars: { works: { VARIANT: "first" } } });
    }
  });
});
