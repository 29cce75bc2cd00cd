//! A recorded call arrives by webhook and becomes signals that can be queried and passages that can be found.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { compare, total } from "../support/labels.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { samples } from "../support/samples.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const STEPS = [
  "load",
  "normalize",
  "prefilter",
  "extract",
  "verify",
  "store",
  "chunk",
  "embed",
  "evaluate",
  "notify",
];
const MEGABYTE = 1_000_000;

/** The least over all calls. What is reached is printed with each run. */
const FLOORS = { recall: 0.8, precision: 0.7, search: 0.6 };
const TOP = 10;

/** Whether the floors were set with this call in view: the first eleven samples were there when they were. */
const measured = ({ name }) => name < "12";

let customer;

before(async () => {
  const mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "webhook"));
});

/** Does something once, for whichever tests run. */
function once(work) {
  let done;
  return () => (done ??= work());
}

/** The samples, delivered: each with its `answer`, its `id`, and its bytes as they are read back `raw` at once. */
const delivered = once(async () => {
  const calls = await samples();
  for (const call of calls) {
    call.answer = await deliver(customer.endpoint(call.source), call.body);
    call.id = call.answer.json.event_id;
    call.raw = await customer.send("GET", `/v1/events/${call.id}/raw`);
  }
  return calls;
});

/** The samples, worked off: each with its `event`, its source `text` and its `signals`. */
const workedOff = once(async () => {
  const calls = await delivered();
  for (const call of calls) {
    call.event = await customer.settled(call.id);
    call.text = (await customer.get(`/v1/events/${call.id}/text`)).text;
    call.signals = await customer.signals(call.id);
  }
  return calls;
});

test("a signed delivery is accepted once it is stored", async () => {
  for (const { name, body, answer, raw } of await delivered()) {
    assert.equal(answer.status, 202, `${name}: ${answer}`);
    assert.match(answer.json.event_id, /^evt_[0-9a-f]{32}$/);
    assert.equal(answer.json.duplicate, false);
    // It is readable from the moment of its 202, however far its workflow is.
    assert.equal(raw.status, 200, `${name}: ${raw}`);
    assert.ok(raw.bytes.equals(body), `${name}: the archived bytes differ from those that were sent`);
    assert.match(raw.headers.get("content-type"), /^application\/json\b/);
  }
});

test("its workflow goes through every step, once and in order", async () => {
  for (const { name, body, expected, answer, event } of await workedOff()) {
    assert.equal(event.status, expected.status, `${name}: ${event.reason}`);
    const names = event.steps.map(({ name }) => name);
    assert.deepEqual(names, STEPS, name);
    let last = "";
    for (const step of event.steps) {
      const place = `${name}: ${JSON.stringify(step)}`;
      assert.ok(["succeeded", "skipped"].includes(step.status), place);
      assert.equal(step.attempts, 1, place);
      assert.ok(last <= step.started_at && step.started_at <= step.ended_at, place);
      last = step.ended_at;
    }
    assert.equal(event.trace_id, answer.trace, "the event is not under the trace of its delivery");
    assert.equal(event.size_bytes, body.length);
    assert.ok(event.title && event.account && event.assessment.headline, JSON.stringify(event));
  }
});

test("a call of more than a megabyte is no exception", async () => {
  const large = (await workedOff()).filter(({ body }) => body.length > MEGABYTE);
  assert.ok(large.length > 0, "the samples have no such call");
  for (const { event } of large)
    assert.ok(event.status === "processed" && event.signals_count > 0, JSON.stringify(event));
});

test("every signal quotes the call word for word", async () => {
  for (const call of await workedOff()) {
    assert.equal(call.signals.length, call.event.signals_count, call.name);
    const characters = [...call.text];
    for (const { kind, score, event_id: event, account, evidence } of call.signals) {
      const slice = characters.slice(evidence.start, evidence.end).join("");
      assert.equal(evidence.quote, slice, `${call.name}: a ${kind} is not where its evidence says`);
      assert.ok(evidence.quote.trim() !== "" && score > 0 && score <= 1, JSON.stringify(evidence));
      assert.deepEqual([event, account], [call.id, call.event.account]);
    }
    const places = call.signals.map(({ kind, evidence }) => `${kind} ${evidence.start}`);
    assert.equal(new Set(places).size, places.length, `${call.name}: a signal is there twice`);
  }
});

test("a call with nothing of interest gives no signal", async () => {
  const quiet = (await workedOff()).filter(measured).filter(({ expected }) => expected.signals.length === 0);
  assert.ok(quiet.length > 0, "the samples have no such call");
  for (const call of quiet) assert.deepEqual(call.signals, [], call.name);
});

test("the signals are those that a careful reader would note", async (t) => {
  const tallies = (await workedOff()).filter(measured).map((call) => ({
    call,
    ...compare(call.text, call.signals, call.expected.signals),
  }));
  const { recall, precision, ...counts } = total(tallies);
  const figures = `recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}, ${JSON.stringify(counts)}`;
  t.diagnostic(figures);
  const missed = tallies.flatMap(({ call, missed }) => missed.map((label) => `${call.name} ${label}`));
  assert.ok(recall >= FLOORS.recall, `${figures}\nmissed:\n${missed.join("\n")}`);
  const odd = tallies.flatMap(({ call, odd }) => odd.map((signal) => `${call.name} ${signal}`));
  assert.ok(precision >= FLOORS.precision, `${figures}\nwrong:\n${odd.join("\n")}`);
});

test("signals can be listed by kind, score, account and time", async () => {
  const all = (await workedOff()).flatMap(({ signals }) => signals);
  const ids = (signals) => signals.map(({ id }) => id).sort();
  assert.deepEqual(ids(await customer.list("/v1/signals")), ids(all));
  const check = async (query, expect) => {
    const listed = await customer.list("/v1/signals", query);
    assert.deepEqual(ids(listed), ids(all.filter(expect)), JSON.stringify(query));
    assert.ok(listed.length > 0, `no sample tries ${JSON.stringify(query)}`);
  };
  await check({ kind: "budget" }, ({ kind }) => kind === "budget");
  const scores = all.map(({ score }) => score).sort((a, b) => a - b);
  const middle = scores[Math.floor(scores.length / 2)];
  await check({ min_score: middle }, ({ score }) => score >= middle);
  const { account } = all[0];
  await check({ account }, (signal) => signal.account === account);
  const since = all.map(({ created_at: time }) => time).sort()[Math.floor(all.length / 2)];
  await check({ since }, ({ created_at: time }) => time >= since);
  const one = (await customer.get(`/v1/signals/${all[0].id}`)).json;
  assert.deepEqual(one, all[0]);
});

test("a search finds the passage by its meaning", async (t) => {
  const questions = (await workedOff()).filter(measured).flatMap((call) =>
    call.expected.search.map((question) => ({ call, ...question })),
  );
  const missed = [];
  for (const { call, q, expect_quote_contains: quote } of questions) {
    const { hits } = (await customer.get(`/v1/search?${new URLSearchParams({ q, limit: TOP })}`)).json;
    assert.ok(hits.length > 0 && hits.length <= TOP, `${hits.length} hits for “${q}”`);
    assert.ok(
      hits.every(({ score }, at) => at === 0 || score <= hits[at - 1].score),
      "the best hit comes first",
    );
    const found = hits.some(({ event_id: event, snippet }) => event === call.id && snippet.includes(quote));
    if (!found) missed.push(`${call.name}: ${q}`);
  }
  const share = 1 - missed.length / questions.length;
  t.diagnostic(`${questions.length - missed.length} of ${questions.length} passages are among the first ${TOP} hits`);
  assert.ok(share >= FLOORS.search, `${share.toFixed(2)} of the questions are answered; not:\n${missed.join("\n")}`);
});

test("a search can be limited to signals or to passages", async () => {
  const calls = await workedOff();
  const search = async (kind) => {
    const query = new URLSearchParams({ q: "how much money is set aside for this", limit: 5, kind });
    return (await customer.get(`/v1/search?${query}`)).json.hits;
  };
  const signals = new Map(calls.flatMap((call) => call.signals.map((signal) => [signal.id, signal])));
  for (const hit of await search("signal")) {
    assert.equal(hit.kind, "signal");
    assert.equal(signals.get(hit.id)?.evidence.quote, hit.snippet, JSON.stringify(hit));
  }
  const texts = new Map(calls.map(({ id, text }) => [id, text]));
  for (const hit of await search("passage")) {
    assert.equal(hit.kind, "passage");
    assert.ok(texts.get(hit.event_id)?.includes(hit.snippet), JSON.stringify(hit));
  }
});
