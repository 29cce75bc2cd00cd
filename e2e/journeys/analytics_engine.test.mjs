//! Usage summed up by Analytics Engine, where an account is configured: a double takes the platform's place, checks the
//! path, the token and the SQL, and answers as the product does. Where it refuses, the rollups answer.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";

import { send } from "../support/http.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";

const TOKEN = "token-of-the-account";
const MEASURES = ["requests", "refused", "failed", "events", "model_calls", "tokens_in", "tokens_out", "cost_nanos"];

/** The query that the product must be sent, for what it is grouped by. */
const expected = (column, name) =>
  new RegExp(
    `^SELECT ${column} AS ${name}, ` +
      MEASURES.map((measure, at) => `SUM\\(_sample_interval \\* double${at + 2}\\) AS ${measure}`).join(", ") +
      ` FROM tenant_usage WHERE timestamp >= toDateTime\\('\\d{4}-\\d\\d-\\d\\d 00:00:00'\\)` +
      ` AND timestamp < toDateTime\\('\\d{4}-\\d\\d-\\d\\d 00:00:00'\\) AND blob1 = 'usage\\.1'` +
      ` AND double1 >= \\d+ AND double1 < \\d+( AND index1 = 'ten_[0-9a-f]{32}')?` +
      ` GROUP BY ${name} ORDER BY ${name} LIMIT 100000\\s+FORMAT JSON$`,
  );

async function startDouble(rows) {
  const double = { refuses: false, faults: [], queries: [] };
  const server = createServer(async (request, response) => {
    const query = await text(request);
    double.queries.push(query);
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (double.refuses) return answer(429, { errors: [{ code: 10000, message: "too many queries" }] });
    const by = ["period", "tenant_id"].find((name) => query.includes(`AS ${name},`));
    const known = by && expected({ period: "double1", tenant_id: "index1" }[by], by).test(query);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) double.faults.push(`token ${request.headers.authorization}`);
    if (request.url !== "/client/v4/accounts/acc0/analytics_engine/sql") double.faults.push(request.url);
    if (!known) double.faults.push(query);
    const data = rows[by] ?? [];
    return answer(200, { meta: [], data, rows: data.length, rows_before_limit_at_least: data.length });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  double.baseUrl = `http://127.0.0.1:${server.address().port}/client/v4`;
  double.stop = () => server.close();
  return double;
}

test("the summary is Analytics Engine's where it answers, and the rollups' where it refuses", async (t) => {
  const day = Math.floor(Date.now() / 86_400_000);
  const tenant = `ten_${"0".repeat(12)}7${"0".repeat(3)}8${"0".repeat(15)}`;
  // As the product writes them: numbers, and texts where a column has 64 bits.
  const amounts = { requests: "700", refused: 0, failed: 3, events: 12, model_calls: 2, tokens_in: "900", tokens_out: 60, cost_nanos: 2_500_000_000 };
  const double = await startDouble({ period: [{ period: day, ...amounts }], tenant_id: [{ tenant_id: tenant, ...amounts }] });
  const state = await newState();
  const mesh = await OwnMesh.start(state, {
    ANALYTICS_ACCOUNT: "acc0",
    ANALYTICS_API_URL: double.baseUrl,
    ANALYTICS_API_TOKEN: TOKEN,
  });
  t.after(async () => {
    await mesh.discard();
    double.stop();
    await removeState(state);
  });
  const summary = async (query = "") => {
    const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email: "vera.viewer@weft.example" } });
    const headers = { "cf-access-jwt-assertion": json.token };
    const answer = await send("GET", `${mesh.admin}/admin/api/analytics/summary.json${query}`, { headers });
    assert.equal(answer.status, 200, String(answer));
    return answer.json;
  };
  const found = await summary();
  assert.deepEqual(double.faults, []);
  assert.equal(found.source, "analytics_engine");
  assert.deepEqual([found.totals.requests, found.totals.failed, found.totals.tokens_in, found.totals.spend.models_usd], [700, 3, 900, 2.5]);
  assert.equal(Date.parse(found.days[0].at), day * 86_400_000);
  assert.equal(found.tenants[0].tenant, tenant);

  await summary(`?tenant=${tenant}`);
  assert.ok(double.queries.at(-1).includes(`AND index1 = '${tenant}'`), double.queries.at(-1));
  assert.deepEqual(double.faults, []);

  double.refuses = true;
  const refused = await summary();
  assert.equal(refused.source, "rollups");
  assert.ok(refused.totals.requests < 700, "what is really there");
});
