//! What operators see of usage and spend: what tenants did is in the sums, in money, and exports.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
before(async () => {
  mesh = await runningMesh();
});

async function admin(path) {
  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email: "vera.viewer@weft.example" } });
  return send("GET", `${mesh.admin}/admin/api${path}`, { headers: { "cf-access-jwt-assertion": json.token } });
}

test("what a tenant did is in the summary, in money, by tenant and day, and in the export", async () => {
  const customer = new Customer(mesh, await newTenant(mesh, "analytics"));
  const other = new Customer(mesh, await newTenant(mesh, "analytics-other"));
  const answer = await deliver(customer.endpoint("standard"), call({ account: "Summed, Inc." }));
  assert.equal(answer.status, 202, String(answer));
  for (let n = 0; n < 3; n += 1) await customer.get("/v1/alerts");
  await other.get("/v1/alerts");

  const of = `?tenant=${customer.tenant.id}`;
  const summary = await until(
    "the requests are summed up",
    async () => (await admin(`/analytics/summary.json${of}`)).json,
    ({ totals }) => totals.requests >= 4 && totals.events === 1,
  );
  assert.equal(summary.source, "rollups");
  assert.match(summary.prices_as_of, /^\d{4}-\d\d-\d\d$/);
  assert.deepEqual([summary.tenants.length, summary.tenants_count, summary.tenants[0].tenant], [1, 1, customer.tenant.id]);
  assert.equal(summary.days.at(-1).requests, summary.totals.requests, "all of it was today");
  assert.ok(summary.totals.storage.event_bytes > 0 && summary.totals.spend.platform_usd > 0, JSON.stringify(summary.totals));
  const rows = summary.products.find(({ product }) => product === "d1.rows_written");
  assert.ok(rows.units > 0 && rows.usd > 0, JSON.stringify(summary.products));

  const whole = (await admin("/analytics/summary.json")).json;
  const ours = whole.tenants.find(({ tenant }) => tenant === customer.tenant.id);
  assert.ok(ours.slug, JSON.stringify(ours));
  assert.ok(whole.totals.requests > ours.requests, "others are in the totals of all");
  const spend = whole.tenants.map(({ spend: { total_usd: usd } }) => usd);
  assert.deepEqual(spend, spend.toSorted((one, next) => next - one), "the greatest spend first");

  const csv = await admin(`/analytics/summary.csv${of}`);
  assert.match(csv.headers.get("content-type"), /^text\/csv/);
  assert.match(csv.headers.get("content-disposition"), /^attachment; filename="usage-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv"$/);
  const [header, line, end] = csv.text.split("\r\n");
  assert.deepEqual([header.split(",")[0], line.split(",")[0], end], ["tenant", customer.tenant.id, ""]);
  assert.equal(header.split(",").length, line.split(",").length);

  const overview = (await admin("/analytics/overview.json")).json;
  assert.deepEqual([overview.hours.length, overview.days.length], [48, 30]);
  assert.ok(overview.days.at(-1).requests >= whole.totals.requests, "erased tenants stay in the whole");
  assert.equal(typeof overview.waiting.outbox, "number");
  const { services } = (await admin("/health")).json;
  assert.deepEqual(Object.keys(services.pipeline.gauges), ["dead_letters", "outbox"]);
});

test("a time that cannot be summed up is refused with what can", async () => {
  for (const query of [
    "from=yesterday",
    "from=2026-01-01T00:00:00Z&to=2026-11-01T00:00:00Z",
    "from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z",
    "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z",
    "tenant=acme",
    "limit=0",
  ]) {
    assertProblem(await admin(`/analytics/summary.json?${query}`), 400, "request.invalid_parameter");
  }
});
