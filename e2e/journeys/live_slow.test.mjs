//! Listeners that take nothing of the live feed are dropped with the reason, and go on from their last id.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { WebSocket } from "ws";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { deliver } from "../support/signing.mjs";

/** More than what the kernel's buffers of a connection take: some five megabytes. */
const ENTRIES = 8_000;
const ENTRY_BYTES = 2_000;

/** Adds entries to the one feed that a stopped mesh has; gives the ids, oldest first. */
async function fill(state) {
  const folder = path.join(state, "v3", "do", "weft-pipeline-LiveFeed");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  assert.equal(files.length, 1, "one tenant, one feed");
  const database = new DatabaseSync(path.join(folder, files[0]));
  try {
    const data = JSON.stringify({ filler: "x".repeat(ENTRY_BYTES) });
    const insert = database.prepare("INSERT INTO entries (key, kind, data, at) VALUES (?, 'event.failed', ?, ?)");
    database.exec("BEGIN");
    for (let at = 0; at < ENTRIES; at += 1) insert.run(`filler-${at}`, data, Date.now());
    database.exec("COMMIT");
    // Nobody has listened yet, so the log has no name.
    const epoch = "0badcafe";
    database.prepare("INSERT INTO log (one, epoch) VALUES (1, ?)").run(epoch);
    return database.prepare("SELECT seq FROM entries ORDER BY seq").all().map(({ seq }) => `${epoch}-${seq}`);
  } finally {
    database.close();
  }
}

/** Asks for the feed over a plain connection, and stops reading once it is open. */
async function stalled(mesh, customer, after, headers) {
  const { hostname, port } = new URL(mesh.gateway);
  const socket = connect(Number(port), hostname);
  const lines = { host: "feed.test", authorization: `Bearer ${customer.key}`, "last-event-id": after, ...headers };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET /v1/live HTTP/1.1\r\n${head.join("")}\r\n`);
  await once(socket, "readable");
  return socket;
}

/** All that a stalled connection still gives until the other side has nothing more to say. */
async function rest(socket, end) {
  const chunks = [];
  for await (const chunk of socket) {
    chunks.push(chunk);
    if (chunk.includes(end) || Buffer.concat(chunks.slice(-2)).includes(end)) break;
  }
  return Buffer.concat(chunks).toString("latin1");
}

test("who takes nothing is dropped with the reason, and has lost nothing", async (t) => {
  const state = await newState();
  let mesh = await OwnMesh.start(state);
  t.after(async () => {
    await mesh.discard();
    await removeState(state);
  });
  let customer = new Customer(mesh, mesh.tenants[0]);
  const { event_id: event } = (await deliver(customer.endpoint("standard"), call({ account: "Quillhaven" }))).json;
  await customer.settled(event);
  await mesh.interrupt();
  const ids = await fill(state);
  mesh = await OwnMesh.start(state);
  customer = new Customer(mesh, mesh.tenants[0]);

  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": randomBytes(16).toString("base64"),
  };
  const slow = await Promise.all([
    stalled(mesh, customer, ids[0], upgrade),
    stalled(mesh, customer, ids[0], { accept: "text/event-stream" }),
  ]);
  const log = () => readFile(path.join(state, "logs", "workers.jsonl"), "utf8");
  const dropped = (text) => text.split('"live.too_slow"').length - 1;
  await until("both are dropped", log, (text) => dropped(text) === 2);
  const reason = "too slow: go on from the last id";
  for (const said of await Promise.all(slow.map((socket) => rest(socket, reason)))) {
    assert.ok(said.includes(reason), said.slice(-200));
    const told = said.split(`"filler"`).length - 1;
    assert.ok(told > 0 && told < ENTRIES, `${told} of ${ENTRIES} entries were sent`);
  }

  const socket = new WebSocket(`${mesh.gateway.replace("http", "ws")}/v1/live`, {
    headers: { authorization: `Bearer ${customer.key}`, "last-event-id": ids[0] },
  });
  const heard = [];
  socket.on("message", (data) => heard.push(JSON.parse(String(data)).id));
  await until("the rest is heard", () => heard, (all) => all.length === ids.length);
  socket.terminate();
  // The first is the greeting, which says where the listener is.
  assert.deepEqual(heard, ids);
});
