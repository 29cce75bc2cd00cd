//! A Rust Worker that hears the tail of another: every kind of event that the local runtime has.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../support/poll.mjs";
import { Runtime } from "./harness.mjs";

describe("a Worker that hears the tail of another", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start(["noisy", "watcher", "open-watcher"]);
  });
  after(() => mesh.stop());

  /** The items so far, with or without redaction. */
  const heard = (open = false) =>
    mesh.logs.filter(({ message }) => message?.item && message.open === open).map(({ message }) => message.item);
  /** The first item that fits. */
  const item = (what, fits, open = false) => until(what, () => heard(open).find(fits), Boolean);
  const of = (type) => (item) => item.event.type === type;

  test("hears requests, with their outcome, redacted unless it asks otherwise", async () => {
    const path = "/?key=0123456789abcdef0123456789abcdef";
    await mesh.fetch(path, { headers: { "x-plain": "seen", authorization: "Bearer secret" } });
    const { event, outcome, executionModel, eventTimestamp } = await item("the request", of("fetch"));
    assert.equal(event.request.method, "GET");
    assert.doesNotMatch(event.request.url, /0123456789abcdef/);
    assert.equal(event.request.headers.authorization, "REDACTED");
    assert.equal(event.request.headers["x-plain"], "seen");
    assert.deepEqual([event.response, outcome, executionModel], [{ status: 202 }, "ok", "stateless"]);
    assert.ok(eventTimestamp > 1_700_000_000_000);

    const open = await item("the request without redaction", of("fetch"), true);
    assert.ok(open.event.request.url.endsWith(path));
    assert.equal(open.event.request.headers.authorization, "Bearer secret");
  });

  test("hears calls of methods, with what they log", async () => {
    await mesh.fetch("/rpc");
    const call = await item("the call", ({ event }) => event.rpcMethod === "say");
    assert.equal(call.event.type, "rpc");
    assert.equal(call.entrypoint, "Talk");
    const [{ level, message }] = call.logs;
    assert.deepEqual([level, message], ["warn", ["said", { word: "hello" }, 7]]);
  });

  test("hears what nobody caught", async () => {
    const noisy = await mesh.worker("noisy");
    await noisy.scheduled({ cron: "0 0 1 1 *", scheduledTime: 1_700_000_000_000 });
    const { outcome, exceptions } = await item("the failed cron", ({ event }) => event.cron === "0 0 1 1 *");
    assert.equal(outcome, "exception");
    assert.deepEqual(exceptions.map(({ name, message }) => [name, message]), [["RangeError", "no year left"]]);
  });

  test("hears crons and alarms, with when they were due", async () => {
    const noisy = await mesh.worker("noisy");
    await noisy.scheduled({ cron: "5 4 * * *", scheduledTime: 1_700_000_000_000 });
    const { event: cron } = await item("the cron", ({ event }) => event.cron === "5 4 * * *");
    assert.deepEqual(cron, { type: "scheduled", scheduledTime: 1_700_000_000_000, cron: "5 4 * * *" });

    await mesh.fetch("/alarm");
    const alarm = await item("the alarm", of("alarm"));
    assert.ok(alarm.event.scheduledTime > 1_700_000_000_000);
    assert.deepEqual([alarm.executionModel, alarm.logs[0].message], ["durableObject", ["alarmed"]]);
    assert.match(alarm.durableObjectId, /^[0-9a-f]{64}$/);
  });

  test("hears queues and sockets", async () => {
    await mesh.fetch("/queue");
    assert.deepEqual((await item("the batch", of("queue"))).event, { type: "queue", queue: "probe-noise", batchSize: 1 });

    await mesh.fetch("/socket");
    const socket = (kind) => item(`the socket's ${kind}`, ({ event }) => event.webSocketEventType === kind);
    assert.equal((await socket("message")).event.type, "webSocket");
    const { event: close } = await socket("close");
    assert.deepEqual(close, { type: "webSocket", webSocketEventType: "close", code: 1000, wasClean: true });
  });

  test("knows every kind that the runtime has", () => {
    assert.deepEqual(heard().filter(({ event }) => event.type === "unknown"), []);
  });
});
