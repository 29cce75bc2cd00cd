//! Search: filters, two tenants, queries that look like something else, scripts that the model does not know.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { newTenant } from "../support/tenants.mjs";

const CALLS = [
  {
    account: "Fennimore",
    occurred_at: "2026-03-01T10:00:00Z",
    lines: ["Who signs off on this?", "Our finance director approves everything above ten thousand euros."],
  },
  {
    account: "Okubo",
    occurred_at: "2026-05-01T10:00:00Z",
    lines: ["価格はいくらですか。", "東京タワーの見積もりは来週までに送ります。"],
  },
  {
    account: "Siriporn",
    occurred_at: "2026-07-01T10:00:00Z",
    lines: ["ราคาแพงเกินไปสำหรับเรา", "السعر مرتفع جدًا للسنة القادمة", "The walnut harvest was late this year."],
  },
];

let ours;
let theirs;
/** Our events, in the order of the calls. */
let events;

before(async () => {
  const mesh = await runningMesh();
  ours = new Customer(mesh, await newTenant(mesh, "search-ours"));
  theirs = new Customer(mesh, await newTenant(mesh, "search-theirs"));
  events = await Promise.all(CALLS.map((call) => submit(ours, call)));
  await submit(theirs, { ...CALLS[0], account: "Rival", lines: ["Their finance director keeps a walnut secret."] });
});

async function submit(customer, { account, occurred_at, lines }) {
  const turns = lines.map((text, at) => ({ speaker: at % 2 ? "Bo" : "Ada", start_ms: at * 5000, end_ms: at * 5000 + 4000, text }));
  const participants = [
    { name: "Ada", side: "internal" },
    { name: "Bo", side: "external" },
  ];
  const payload = { type: "call.completed", data: { title: `Talk with ${account}`, account: { name: account }, participants, turns } };
  const json = { source: "generic", type: "call.completed", occurred_at, payload };
  const answer = await customer.send("POST", "/v1/events", { json });
  assert.equal(answer.status, 202, String(answer));
  const settled = await customer.settled(answer.json.event_id);
  assert.equal(settled.status, "processed", settled.reason);
  return answer.json.event_id;
}

async function search(customer, q, query = {}) {
  return (await customer.get(`/v1/search?${new URLSearchParams({ q, kind: "passage", ...query })}`)).json.hits;
}

const found = (hits) => [...new Set(hits.map(({ event_id: id }) => events.indexOf(id)))].sort();

test("a hit says where it is from, and which words it has", async () => {
  const [best] = await search(ours, "director approval");
  assert.equal(best.event_id, events[0]);
  assert.deepEqual([best.account, best.source, best.title], ["Fennimore", "generic", "Talk with Fennimore"]);
  assert.equal(best.occurred_at, "2026-03-01T10:00:00.000Z");
  const { text } = await ours.get(`/v1/events/${best.event_id}/text`);
  const characters = [...text];
  assert.equal(characters.slice(best.start, best.start + [...best.snippet].length).join(""), best.snippet);
  const words = best.matches.map(({ start, end }) => [...best.snippet].slice(start, end).join(""));
  assert.ok(words.includes("director"), JSON.stringify(words));
  assert.ok(best.snippet.includes(best.highlight ?? best.snippet));
});

test("scripts that the model does not know are found by their words", async () => {
  for (const [q, event] of [
    ["東京", 1],
    ["見積もり", 1],
    ["ราคา", 2],
    ["سعر مرتفع", 2],
    ["السَّنة", 2],
  ]) {
    const hits = await search(ours, q);
    assert.equal(hits[0]?.event_id, events[event], q);
    assert.ok(hits[0].matches.length > 0, q);
  }
});

test("filters narrow what is found", async () => {
  const q = "director 東京 walnut";
  assert.deepEqual(found(await search(ours, q)), [0, 1, 2]);
  for (const [query, expected] of [
    [{ account: "OKUBO" }, [1]],
    [{ account: "Okub" }, []],
    [{ source: "generic" }, [0, 1, 2]],
    [{ source: "zoom" }, []],
    [{ since: "2026-05-01T10:00:00Z" }, [1, 2]],
    [{ until: "2026-05-01T10:00:00Z" }, [0, 1]],
    [{ since: "2026-04-01T00:00:00Z", until: "2026-06-01T00:00:00Z" }, [1]],
    [{ event_id: events[2] }, [2]],
    [{ event_id: events[2], account: "Fennimore" }, []],
  ]) {
    assert.deepEqual(found(await search(ours, q, query)), expected, JSON.stringify(query));
  }
});

test("phrases must occur and exclusions must not", async () => {
  assert.deepEqual(found(await search(ours, '"finance director"')), [0]);
  assert.deepEqual(found(await search(ours, '"director finance"')), []);
  assert.ok(!found(await search(ours, "director walnut -harvest")).includes(2));
});

test("one tenant finds nothing of another's", async () => {
  for (const q of ["walnut secret", "finance director", "Rival"]) {
    for (const hit of await search(ours, q)) assert.ok(events.includes(hit.event_id), `${q}: ${hit.snippet}`);
    for (const hit of await search(theirs, q)) assert.ok(!events.includes(hit.event_id), `${q}: ${hit.snippet}`);
  }
  assert.deepEqual(await search(theirs, "walnut", { event_id: events[2] }), []);
});

test("whatever is typed is a query", async () => {
  for (const q of [
    '"', '""', "' OR 1=1 --", "NEAR(a b, 2)", "text:walnut", "walnut*", "(((", "AND OR NOT", "^walnut", "{a b}:c", '-"',
    "; DROP TABLE texts", "%_\\", "🙂", "words MATCH 'x'", "-walnut", "\u200d",
  ]) {
    const answer = await ours.send("GET", `/v1/search?${new URLSearchParams({ q })}`);
    assert.equal(answer.status, 200, `${q}: ${answer}`);
  }
  assert.deepEqual(found(await search(ours, "walnut")).includes(2), true, "nothing was dropped");
});

test("a wrong filter is refused by name", async () => {
  for (const [query, pointer] of [
    [{ since: "yesterday" }, "?since"],
    [{ event_id: "evt_1" }, "?event_id"],
    [{ source: "Zoom!" }, "?source"],
    [{ since: "2026-02-02T00:00:00Z", until: "2026-01-01T00:00:00Z" }, "?until"],
  ]) {
    const answer = await ours.send("GET", `/v1/search?${new URLSearchParams({ q: "a", ...query })}`);
    assert.equal(answer.status, 400, String(answer));
    assert.deepEqual(answer.json.errors.map((error) => error.pointer), [pointer]);
  }
});
