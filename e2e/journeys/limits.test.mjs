//! Rate limits, as clients on the real runtime meet them: exact however many ask at once, each tenant for itself, and
//! told in the headers.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { addKey, changeTenant, lastUsed, newTenant } from "../support/tenants.mjs";

const EVENT = { source: "generic", type: "note.taken", payload: { text: "hello" } };

let mesh;
before(async () => {
  mesh = await runningMesh();
});

/** A tenant with these limits beside its plan's. */
async function limited(name, limits, options) {
  const tenant = await newTenant(mesh, name, options);
  await changeTenant(mesh, tenant, { limits: JSON.stringify(limits) });
  return new Customer(mesh, tenant);
}

const times = (count, act) => Promise.all(Array.from({ length: count }, (_, n) => act(n)));

function counted(answers, passed) {
  const of = {};
  for (const { status } of answers) of[status] = (of[status] ?? 0) + 1;
  for (const answer of answers) {
    if (answer.status === passed) continue;
    assertProblem(answer, 429, "limit.rate_exceeded");
    assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/);
  }
  return of[passed] ?? 0;
}

test("of many concurrent requests exactly as many pass as the limit says", async () => {
  const events = await limited("limits-exact", {
    read: { burst: 20, per_minute: 1 },
    write: { burst: 7, per_minute: 1 },
    ingest: { burst: 33, per_minute: 1 },
  });
  assert.equal(counted(await times(60, () => events.send("GET", "/v1/events")), 200), 20);
  assert.equal(counted(await times(60, () => events.send("POST", "/v1/events", { json: EVENT })), 202), 33);
  assert.equal(counted(await times(20, () => events.send("POST", "/v1/live/tickets")), 201), 7);
  const { headers } = await events.send("GET", "/v1/events");
  assert.equal(headers.get("ratelimit-policy"), '"read";q=20;w=1200');
  assert.match(headers.get("ratelimit"), /^"read";r=0;t=1[12]\d\d$/);
});

test("a large limit is exact too, though most requests ask nobody", async () => {
  const events = await limited("limits-large", { read: { burst: 200, per_minute: 1 } });
  let passed = 0;
  for (let round = 0; round < 6; round += 1) {
    passed += counted(await times(50, () => events.send("GET", "/v1/signals")), 200);
  }
  assert.equal(passed, 200);
});

test("a key has its own limit beside its tenant's", async () => {
  const tenant = await newTenant(mesh, "limits-key");
  const limits = JSON.stringify({ read: { burst: 3, per_minute: 1 } });
  const narrow = new Customer(mesh, tenant, await addKey(mesh, tenant, { limits }));
  assert.equal(counted(await times(10, () => narrow.send("GET", "/v1/events")), 200), 3);
  const other = await new Customer(mesh, tenant).send("GET", "/v1/events");
  assert.equal(other.status, 200, String(other));
  assert.match(other.headers.get("ratelimit"), /^"read";r=\d+;t=\d+$/);
  const last = await narrow.send("GET", "/v1/events");
  assert.match(last.headers.get("ratelimit"), /^"read";r=\d+;t=\d+, "key-read";r=0;t=\d+$/);
});

test("a quota refuses events over the API, and never a provider's", async () => {
  const events = await limited("limits-quota", { events_per_day: 3 });
  const answers = await times(6, () => events.send("POST", "/v1/events", { json: EVENT }));
  assert.equal(answers.filter(({ status }) => status === 202).length, 3);
  for (const answer of answers.filter(({ status }) => status !== 202)) {
    assertProblem(answer, 429, "limit.quota_exceeded");
    assert.ok(Number(answer.headers.get("retry-after")) <= 86_400);
  }
  const delivered = await deliver(events.endpoint("standard"), Buffer.from('{"type":"a.b","data":{}}'));
  assert.equal(delivered.status, 202, String(delivered));
});

test("an endpoint's flood is refused, forged deliveries count for nothing, and other endpoints go on", async () => {
  const events = await limited("limits-hook", { hook: { burst: 5, per_minute: 1 } }, { sources: ["standard", "zoom"] });
  const endpoint = events.endpoint("standard");
  const forged = await times(10, () => send("POST", endpoint.url, { json: { type: "a.b" } }));
  assert.ok(forged.every(({ status }) => status === 401));
  const body = (n) => Buffer.from(JSON.stringify({ type: "a.b", data: { n } }));
  assert.equal(counted(await times(12, (n) => deliver(endpoint, body(n))), 202), 5);
  assert.equal((await deliver(events.endpoint("zoom"), body(0))).status, 202);
});

test("one tenant's flood does not slow another", async (context) => {
  const flooded = await limited("limits-flood", { read: { burst: 10, per_minute: 60 } });
  const calm = new Customer(mesh, await newTenant(mesh, "limits-calm"));
  const measure = async () => {
    const took = [];
    for (let n = 0; n < 40; n += 1) {
      const began = performance.now();
      await calm.get("/v1/events");
      took.push(performance.now() - began);
    }
    return took.toSorted((a, b) => a - b)[20];
  };
  await measure();
  const alone = await measure();
  let flooding = true;
  let refused = 0;
  const floods = times(8, async () => {
    while (flooding) {
      const answer = await flooded.send("GET", "/v1/events");
      refused += answer.status === 429 ? 1 : 0;
    }
  });
  const beside = await measure();
  flooding = false;
  await floods;
  assert.ok(refused > 0, "the flood was refused");
  const text = `a read takes ${alone.toFixed(1)} ms alone, ${beside.toFixed(1)} ms beside ${refused} refused requests`;
  context.diagnostic(`${text}: ${(beside / alone).toFixed(2)} times`);
});

test("when a key was last used is noted", async () => {
  const tenant = await newTenant(mesh, "limits-used");
  assert.equal(await lastUsed(mesh, tenant), null);
  const began = Date.now();
  await new Customer(mesh, tenant).get("/v1/events");
  const noted = await until("the use is noted", () => lastUsed(mesh, tenant), (at) => at !== null);
  assert.ok(noted >= began - 1_000 && noted <= Date.now() + 1_000);
});
