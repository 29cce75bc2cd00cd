//! The live feed: over WebSockets and as server-sent events, resumed where it broke off, each tenant its own.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { EventSource } from "eventsource";
import { WebSocket } from "ws";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { deliver } from "../support/signing.mjs";
import { addKey, newTenant } from "../support/tenants.mjs";

let mesh;
const open = [];

before(async () => {
  mesh = await runningMesh();
});
after(() => open.forEach((listener) => listener.close()));

const newCustomer = async (name) => new Customer(mesh, await newTenant(mesh, name));

async function talk(customer, account) {
  const { event_id: id } = (await deliver(customer.endpoint("standard"), call({ account }))).json;
  return customer.settled(id);
}

/** Listens over a WebSocket; gives what it hears, in order. */
async function overSocket(customer, query = {}, headers = { authorization: `Bearer ${customer.key}` }) {
  const url = `${mesh.gateway.replace("http", "ws")}/v1/live?${new URLSearchParams(query)}`;
  const socket = new WebSocket(url, { headers });
  open.push(socket);
  const heard = [];
  socket.on("message", (data) => heard.push(String(data) === "pong" ? { type: "pong" } : JSON.parse(String(data))));
  socket.on("close", (code, reason) => heard.push({ type: "closed", code, reason: String(reason) }));
  await once(socket, "open");
  await has(heard, ({ type }) => type === "hello");
  return { socket, heard, close: () => socket.close() };
}

/** Listens as server-sent events, by the standard's own client. */
async function asEvents(customer, query = {}, headers = {}) {
  const source = new EventSource(`${mesh.gateway}/v1/live?${new URLSearchParams(query)}`, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${customer.key}`, ...headers } }),
  });
  open.push(source);
  const heard = [];
  for (const type of ["hello", "gap", "signal.created", "event.processed"]) {
    source.addEventListener(type, (event) => heard.push({ type, lastEventId: event.lastEventId, ...JSON.parse(event.data) }));
  }
  await has(heard, ({ type }) => type === "hello");
  return { source, heard, close: () => source.close() };
}

const has = (heard, wanted) => until("it is heard", () => heard, (all) => all.some(wanted));
const settled = (heard, id) => has(heard, ({ type, data }) => type === "event.processed" && data.id === id);
const ids = (heard) => heard.filter(({ type }) => type === "signal.created").map(({ data }) => data.id);

test("a call's signals and its end are heard over both, by their own tenant alone", async () => {
  const [ours, theirs] = [await newCustomer("live-ours"), await newCustomer("live-theirs")];
  const listeners = [await overSocket(ours), await asEvents(ours)];
  const other = await overSocket(theirs);
  const event = await talk(ours, "Quillhaven");
  const signals = await ours.signals(event.id);
  for (const { heard } of listeners) {
    await settled(heard, event.id);
    assert.deepEqual([...ids(heard)].sort(), signals.map(({ id }) => id).sort());
    const first = heard.find(({ type }) => type === "signal.created");
    assert.deepEqual(first.data, signals.find(({ id }) => id === first.data.id));
  }
  const [socket, source] = listeners.map(({ heard }) => heard.filter(({ type }) => type !== "hello").map(({ id }) => id));
  assert.deepEqual(socket, source, "both give entries the same ids");
  assert.deepEqual(other.heard.map(({ type }) => type), ["hello"]);
});

test("a listener goes on after its last id, and is told of a gap", async () => {
  const customer = await newCustomer("live-resume");
  const first = await overSocket(customer);
  const one = await talk(customer, "Quillhaven");
  await settled(first.heard, one.id);
  const last = first.heard.at(-1).id;
  first.close();
  const two = await talk(customer, "Marrowby");
  for (const again of [
    await overSocket(customer, { last_event_id: last }),
    await asEvents(customer, {}, { "last-event-id": last }),
  ]) {
    await settled(again.heard, two.id);
    const missed = (await customer.signals(two.id)).map(({ id }) => id);
    assert.deepEqual([...ids(again.heard)].sort(), missed.sort(), "exactly what came since");
  }
  const lost = await overSocket(customer, { last_event_id: "00000000-7" });
  await settled(lost.heard, two.id);
  assert.equal(lost.heard[0].type, "gap");
  assert.equal(lost.heard[0].data.asked, "00000000-7");
});

test("filters, pings, tickets and refusals", async () => {
  const customer = await newCustomer("live-rest");
  const budgets = await overSocket(customer, { kinds: "budget", account: "Quillhaven" });
  budgets.socket.send("ping");
  await has(budgets.heard, ({ type }) => type === "pong");

  const made = await customer.send("POST", "/v1/live/tickets");
  assert.equal(made.status, 201, String(made));
  const { ticket } = made.json;
  const browser = await overSocket(customer, { ticket }, {});
  await assert.rejects(overSocket(customer, { ticket }, {}), /401/, "a ticket is good once");
  await talk(customer, "Marrowby");
  const event = await talk(customer, "Quillhaven");
  await settled(browser.heard, event.id);
  const expected = (await customer.signals(event.id)).filter(({ kind }) => kind === "budget").map(({ id }) => id);
  await until("the budgets are heard", () => ids(budgets.heard), (heard) => heard.length === expected.length);
  assert.deepEqual(ids(budgets.heard), expected);

  await assert.rejects(overSocket(customer, {}, {}), /401/);
  const poor = await addKey(mesh, customer.tenant, { scopes: ["signals:read"] });
  await assert.rejects(overSocket(customer, {}, { authorization: `Bearer ${poor}` }), /403/);
  const plain = await customer.send("GET", "/v1/live");
  assert.deepEqual([plain.status, plain.json.code], [406, "live.not_acceptable"]);
});
