//! The analysts' archive, read from outside by DuckDB: every event once, before the nightly compaction and after it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";

import { BUCKET, manifests, query } from "../support/analyst.mjs";
import { Customer } from "../support/customer.mjs";
import { fire, objectKeys, sqlRows } from "../support/explorer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { newTenant } from "../support/tenants.mjs";

const WORKER = "weft-pipeline";
const MINUTELY = "* * * * *";
const NIGHTLY = "*/10 2-5 * * *";
const DAY_MS = 86_400_000;

let mesh;

before(async () => {
  mesh = await runningMesh();
});

async function submit(customer, payload) {
  const answer = await customer.send("POST", "/v1/events", {
    body: `{"source":"generic","type":"note.taken","subject":"deal ü","payload":${payload}}`,
    headers: { "content-type": "application/json" },
  });
  assert.equal(answer.status, 202, String(answer));
  return answer.json.event_id;
}

/** Lets the tenant's events that are not exported yet be of yesterday, whose files a night compacts. */
const backdate = (tenant) =>
  sqlRows(mesh, "DATA_DB", "UPDATE events SET received_at = received_at - ? WHERE tenant_id = ? AND archive_file IS NULL", [
    DAY_MS,
    tenant.id,
  ]);

const exported = (tenant, count) =>
  until(
    `${count} rows are in the archive`,
    async () => {
      await fire(mesh, WORKER, MINUTELY);
      const days = await manifests(mesh, tenant);
      return [...days.values()].reduce((rows, manifest) => rows + manifest.rows, 0);
    },
    (rows) => rows >= count,
  );

const yesterday = () => new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);

test("DuckDB finds every event exactly once, before compaction and after", async () => {
  const [tenant, other] = [await newTenant(mesh, "archive"), await newTenant(mesh, "archive-other")];
  const [customer, stranger] = [new Customer(mesh, tenant), new Customer(mesh, other)];
  const payloads = new Map();
  const send = async (payload) => payloads.set(await submit(customer, payload), payload);
  await submit(stranger, '{"whose":"another tenant"}');

  // Until yesterday has several files: a cron of the mesh's own may come before the events are made yesterday's.
  let files = 0;
  for (let round = 0; files < 2 && round < 10; round += 1) {
    await Promise.all(Array.from({ length: 8 }, (_, n) => send(`{"round": ${round}, "n":${n}, "é":"\\u00e9"}`)));
    if (round === 0) await send(JSON.stringify({ long: randomBytes(200_000).toString("hex") }));
    await backdate(tenant);
    await exported(tenant, payloads.size);
    files = (await manifests(mesh, tenant)).get(yesterday())?.files.length ?? 0;
  }
  assert.ok(files >= 2, `yesterday has ${files} files`);

  const look = async () => {
    const [{ total, distinct }] = await query(
      mesh,
      tenant,
      "SELECT count(*)::INT AS total, count(DISTINCT event_id)::INT AS distinct FROM events",
    );
    assert.deepEqual({ total, distinct }, { total: payloads.size, distinct: payloads.size });
    return query(mesh, tenant, "SELECT * FROM events ORDER BY event_id");
  };
  const early = await look();
  const listed = new Map((await customer.events()).map((event) => [event.id, event]));
  assert.deepEqual(early.map((row) => row.event_id).sort(), [...listed.keys()].sort());
  for (const row of early) {
    const payload = payloads.get(row.event_id);
    assert.equal(row.tenant, tenant.id);
    assert.equal(row.source, "generic");
    assert.equal(row.type, "note.taken");
    assert.equal(row.subject, "deal ü");
    assert.equal(row.media_type, "application/json");
    assert.equal(Number(row.size_bytes), Buffer.byteLength(payload));
    assert.equal(row.trace_id, listed.get(row.event_id).trace_id);
    assert.equal(row.payload, payload.length > 256 * 1024 ? null : payload);
  }

  await until(
    "yesterday is one file",
    async () => {
      await fire(mesh, WORKER, NIGHTLY);
      return (await manifests(mesh, tenant)).get(yesterday()).files.length;
    },
    (count) => count === 1,
  );
  assert.deepEqual(await look(), early, "the very same rows");
  const kept = await objectKeys(mesh, BUCKET, `archive/tenant=${tenant.id}/day=${yesterday()}/`);
  const parquet = kept.filter((key) => key.endsWith(".parquet"));
  assert.ok(parquet.length > 1, "what was merged stays for those who still read it");
});

test("a night leaves today as it is, and running crons again changes nothing", async () => {
  const tenant = await newTenant(mesh, "archive-today");
  const customer = new Customer(mesh, tenant);
  await submit(customer, '{"n":1}');
  await exported(tenant, 1);
  await submit(customer, '{"n":2}');
  await exported(tenant, 2);
  const first = await manifests(mesh, tenant);
  for (const cron of [NIGHTLY, MINUTELY, NIGHTLY]) await fire(mesh, WORKER, cron);
  const today = new Date().toISOString().slice(0, 10);
  // Midnight may have passed meanwhile; then the day is over, and compacting it is right.
  if (first.has(today)) assert.deepEqual(await manifests(mesh, tenant), first);
  const rows = await query(mesh, tenant, "SELECT payload FROM events ORDER BY event_id");
  assert.deepEqual(rows, [{ payload: '{"n":1}' }, { payload: '{"n":2}' }]);
});
