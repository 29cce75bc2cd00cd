//! Everything at once, for as long as it is told: deliveries, events, reads, searches, files and live feeds of several
//! tenants, as fast as the machine answers. `cargo xtask soak --load 10` runs it for ten minutes.
//!
//! It fails when an answer is none of those expected (429 is, and is counted), when an accepted event does not end
//! processed, exactly once, or when the runtime's memory grows.
//!
//! The local simulation of Workflows keeps the object of every instance in memory, with its open database, until the
//! process ends; the platform does not. So events are sent for two thirds of the time, in which the memory may grow by
//! what such a database caches, and for the last third, in which no workflow begins, it must stay.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { readData } from "../support/database.mjs";
import { runSql } from "../support/explorer.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { tree } from "../support/processes.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const MINUTES = Number(process.env.WEFT_LOAD_MINUTES ?? 10);
const TENANTS = 4;
/** Events of a tenant that are on their way at the same time: each is followed to its end before the next is sent. */
const SENDERS = 2;
/** Requests of a tenant that are open at the same time beside those. */
const READERS = 4;
/** How often the memory is looked at. */
const SAMPLE_MS = 5_000;
/** For this share of the time events are sent. */
const SENDING = 2 / 3;
/** What the object of an instance keeps at most, in MiB: SQLite's page cache. */
const INSTANCE_MIB = 2;
/** How much larger the memory may be at the end of a part than at its middle, of a load of so many minutes or more. */
const GROWTH = 1.1;
const GROWTH_MINUTES = 5;
/** How long an event may take to its end, in milliseconds. */
const SETTLES_MS = 180_000;
/** Failures that are shown. */
const SHOWN = 20;

const times = new Map();
const statuses = new Map();
const failures = [];

const fail = (text) => failures.push(text);

/** Sends a request, notes how long it took, and whether its answer is one of those expected. */
async function timed(route, expected, act) {
  const started = performance.now();
  let answer;
  try {
    answer = await act();
  } catch (error) {
    fail(`${route}: ${error.message}: ${error.cause?.message ?? ""}`);
    return undefined;
  }
  if (!times.has(route)) times.set(route, []);
  times.get(route).push(performance.now() - started);
  const key = `${route} ${answer.status}`;
  statuses.set(key, (statuses.get(key) ?? 0) + 1);
  if (answer.status !== 429 && !expected.includes(answer.status)) fail(`${route}: ${answer}`);
  return expected.includes(answer.status) ? answer : undefined;
}

/** A tenant's programs. */
class Load {
  constructor(customer, name) {
    this.customer = customer;
    this.name = name;
    this.accepted = new Map();
    this.heard = 0;
    this.count = 0;
  }

  /** Sends events, by webhook and over the API in turn, and follows each to its end. */
  async send(until, of) {
    for (let at = 0; Date.now() < until; at += 1) {
      const account = `${this.name} ${of}-${at}`;
      const body = call({ account });
      const id = `msg_${this.name}_${of}_${at}`;
      const accepted = at % 2 === 0 ? await this.hook(id, body) : await this.event(id, JSON.parse(body));
      if (accepted === undefined) continue;
      this.accepted.set(accepted.event_id, account);
      await this.follow(accepted.event_id);
      // A provider that didn't hear the answer delivers again.
      if (at % 4 === 0) {
        const again = await this.hook(id, body);
        if (again && !(again.duplicate && again.event_id === accepted.event_id)) fail(`${id} became two events`);
      }
    }
  }

  async hook(id, body) {
    const endpoint = this.customer.endpoint("standard");
    return (await timed("POST /hooks/{id}", [202], () => deliver(endpoint, body, { id })))?.json;
  }

  async event(id, payload) {
    const json = { source: "generic", type: "call.completed", payload };
    const headers = { "idempotency-key": id };
    const send = () => this.customer.send("POST", "/v1/events", { json, headers });
    return (await timed("POST /v1/events", [202], send))?.json;
  }

  async follow(id) {
    const end = Date.now() + SETTLES_MS;
    for (;;) {
      const answer = await timed("GET /v1/events/{id}", [200], () => this.customer.send("GET", `/v1/events/${id}`));
      const status = answer?.json.status;
      if (status === "processed") return;
      if (["skipped", "failed", "dead"].includes(status)) return fail(`event ${id} ended ${status}`);
      if (Date.now() > end) return fail(`event ${id} is still ${status} after ${SETTLES_MS} ms`);
      await pause(150);
    }
  }

  /** Reads whatever there is to read, and stores files. */
  async read(until) {
    const lists = ["events", "signals", "endpoints", "jobs", "rules", "alerts", "tasks", "approvals", "files"];
    while (Date.now() < until) {
      this.count += 1;
      const turn = this.count % (lists.length + 5);
      if (turn < lists.length) {
        await this.get(`GET /v1/${lists[turn]}`, `/v1/${lists[turn]}?limit=20`);
      } else if (turn < lists.length + 3) {
        await this.get("GET /v1/search", `/v1/search?q=who+approves+the+budget+${this.count % 50}`);
      } else if (turn === lists.length + 3) {
        await this.get("GET /openapi.json", "/openapi.json");
      } else {
        await this.file();
      }
    }
  }

  get(route, path) {
    return timed(route, [200], () => this.customer.send("GET", path));
  }

  /** A file up, a part of it down, and away. */
  async file() {
    const body = randomBytes(64 * 1024);
    const store = () => this.customer.send("POST", "/v1/files?name=load.bin", { body, headers: { "content-type": "application/octet-stream" } });
    const stored = await timed("POST /v1/files", [201], store);
    if (stored === undefined) return;
    const path = `/v1/files/${stored.json.id}`;
    const part = await timed("GET /v1/files/{id}", [206], () => this.customer.send("GET", path, { headers: { range: "bytes=100-4195" } }));
    if (part && !part.bytes.equals(body.subarray(100, 4196))) fail(`${path}: other bytes than were stored`);
    await timed("DELETE /v1/files/{id}", [204], () => this.customer.send("DELETE", path));
  }

  /** Listens to the live feed, from the last id that it heard when it breaks. */
  async listen(signal) {
    let last;
    while (!signal.aborted) {
      try {
        const headers = { authorization: `Bearer ${this.customer.key}`, accept: "text/event-stream" };
        if (last) headers["last-event-id"] = last;
        const answer = await fetch(`${this.customer.gateway}/v1/live`, { headers, signal });
        if (answer.status !== 200) fail(`GET /v1/live answered ${answer.status}`);
        for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
          for (const [, id] of chunk.matchAll(/^id: ?(.+)$/gm)) {
            last = id;
            this.heard += 1;
          }
        }
      } catch (error) {
        if (!signal.aborted) fail(`GET /v1/live: ${error.message}`);
      }
      if (!signal.aborted) await pause(500);
    }
  }

  /** Every accepted event is there once, processed, and no other. */
  async settle() {
    const events = await this.customer.events();
    const ids = new Set(events.map(({ id }) => id));
    if (ids.size !== events.length || events.length !== this.accepted.size) {
      fail(`${this.name}: ${this.accepted.size} events were accepted, ${events.length} are listed`);
    }
    const lost = [...this.accepted.keys()].filter((id) => !ids.has(id));
    if (lost.length > 0) fail(`${this.name}: accepted and not there: ${lost.join(", ")}`);
    const open = events.filter(({ status }) => status !== "processed");
    if (open.length > 0) fail(`${this.name}: not processed: ${JSON.stringify(open.slice(0, 3))}`);
    // Each such call has two signals, however often its steps were tried.
    const signals = await this.customer.list("/v1/signals");
    if (signals.length !== 2 * events.length) fail(`${this.name}: ${signals.length} signals of ${events.length} events`);
    if (this.heard < this.accepted.size) fail(`${this.name}: heard ${this.heard} things live, of ${this.accepted.size} events`);
  }
}

/** The resident memory of the runtime, in MiB. */
async function memory(pid) {
  const all = (await tree(pid)).filter(({ command }) => /workerd\b.* serve\b/.test(command));
  const pids = all.map((process) => process.pid).join(",");
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", pids]);
  return stdout.trim().split(/\s+/).reduce((sum, kib) => sum + Number(kib), 0) / 1024;
}

function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function report(seconds) {
  const width = Math.max(...[...times.keys()].map((route) => route.length));
  console.log(`${"route".padEnd(width)}  requests   p50 ms   p99 ms   max ms  429`);
  let total = 0;
  for (const [route, all] of [...times].sort()) {
    const sorted = all.toSorted((one, other) => one - other);
    total += all.length;
    const numbers = [quantile(sorted, 0.5), quantile(sorted, 0.99), sorted.at(-1)];
    const columns = numbers.map((ms) => ms.toFixed(1).padStart(8)).join(" ");
    console.log(`${route.padEnd(width)}  ${String(all.length).padStart(8)} ${columns}  ${statuses.get(`${route} 429`) ?? 0}`);
  }
  console.log(`${total} requests in ${seconds.toFixed(0)} s, ${(total / seconds).toFixed(0)} a second`);
}

/** Looks at the memory until `until`; with the number of events at each time. */
async function watch(mesh, until, events) {
  const samples = [];
  while (Date.now() < until) {
    samples.push({ mib: await memory(mesh.pid), events: events() });
    await pause(SAMPLE_MS);
  }
  return samples;
}

/** What the memory did from the middle of some samples to their end, less what instances of workflows keep. */
function grown(part, samples) {
  const mean = (some) => {
    const sum = (field) => some.reduce((total, sample) => total + sample[field], 0) / some.length;
    return { mib: sum("mib"), events: sum("events") };
  };
  const at = (share) => Math.floor(samples.length * share);
  const [middle, end] = [mean(samples.slice(at(0.25), at(0.5))), mean(samples.slice(at(0.75)))];
  const kept = (end.events - middle.events) * INSTANCE_MIB;
  const most = middle.mib * GROWTH + kept;
  console.log(`memory of workerd ${part}: ${middle.mib.toFixed(0)} MiB in the second quarter, ${end.mib.toFixed(0)} in the last, ${(end.events - middle.events).toFixed(0)} instances more`);
  if (MINUTES >= GROWTH_MINUTES && end.mib > most) fail(`memory grows ${part}: at most ${most.toFixed(0)} MiB were expected`);
}

const state = await newState();
let mesh;
try {
  mesh = await OwnMesh.start(state);
  const loads = [];
  for (let at = 0; at < TENANTS; at += 1) {
    const tenant = await newTenant(mesh, `load-${at}`);
    await runSql(mesh, "CONTROL_DB", "UPDATE tenants SET plan = 'scale' WHERE id = ?", [tenant.id]);
    loads.push(new Load(new Customer(mesh, tenant), `load-${at}`));
  }
  const started = Date.now();
  const until = started + MINUTES * 60_000;
  const sendUntil = started + MINUTES * 60_000 * SENDING;
  const over = new AbortController();
  const events = () => loads.reduce((sum, load) => sum + load.accepted.size, 0);
  const sending = loads.flatMap((load) => Array.from({ length: SENDERS }, (_, of) => load.send(sendUntil, of)));
  const reading = loads.flatMap((load) => Array.from({ length: READERS }, () => load.read(until)));
  const listening = loads.map((load) => load.listen(over.signal));
  const whileSending = await watch(mesh, sendUntil, events);
  await Promise.all(sending);
  const whileReading = await watch(mesh, until, events);
  await Promise.all(reading);
  for (const load of loads) await load.settle();
  over.abort();
  await Promise.all(listening);
  report((Date.now() - started) / 1000);
  grown("while events are sent", whileSending);
  grown("while only reading", whileReading);
  const [{ count }] = await readData(state, "SELECT count(*) AS count FROM dead_letters");
  if (count !== 0) fail(`${count} dead letters`);
  const heard = loads.reduce((sum, load) => sum + load.heard, 0);
  console.log(`${events()} events accepted; ${heard} things heard live`);
} finally {
  await mesh?.discard();
  await removeState(state);
}
for (const text of failures.slice(0, SHOWN)) console.log(`✗ ${text}`);
console.log(`${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
