//! An API key from an operator's hand to its end: issued once, used, limited, revoked; a tenant suspended and resumed.
//! In a mesh of its own, whose gateway keeps what it has read of keys for two seconds in place of sixty.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";

let state;
let mesh;
let operator;

before(async () => {
  state = await newState();
  mesh = await OwnMesh.start(state, { WEFT_CONTROL_CACHE_MS: "2000" });
  const signed = await send("POST", `${mesh.access_issuer}/token`, { json: { email: "olivia.owner@weft.example" } });
  const { token } = signed.json;
  const headers = { "cf-access-jwt-assertion": token };
  operator = (method, path, json) => send(method, `${mesh.admin}/admin/api/tenants/${path}`, { json, headers });
});
after(async () => {
  await mesh?.discard();
  await removeState(state);
});

async function issued(tenant, body) {
  const answer = await operator("POST", `${tenant.id}/keys`, { name: "Journey", scopes: ["jobs:read"], ...body });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

const jobs = (tenant, key) => new Customer(mesh, tenant, key).send("GET", "/v1/jobs");
const refused = ({ status }) => status === 401;

test("a key is shown once, opens what its scopes say, and is refused soon after it is revoked", async () => {
  const [tenant, neighbor] = mesh.tenants;
  const { id, api_key: key, prefix } = await issued(tenant);
  assert.match(key, /^wk_/);
  assert.ok(key.startsWith(prefix));
  assert.equal((await jobs(tenant, key)).status, 200, "it opens at once");
  assertProblem(await new Customer(mesh, tenant, key).send("GET", "/v1/events"), 403, "auth.missing_scope");

  const listed = async () => (await operator("GET", `${tenant.id}/keys`)).json.items.find((known) => known.id === id);
  const used = await until("its use is noted", listed, ({ last_used_at: at }) => at !== null);
  assert.ok(!JSON.stringify(used).includes(key), "the secret is not shown again");

  const foreign = await operator("DELETE", `${neighbor.id}/keys/${id}`);
  assert.equal(foreign.status, 404, String(foreign));
  assert.equal((await jobs(tenant, key)).status, 200);
  assert.equal((await operator("DELETE", `${tenant.id}/keys/${id}`)).status, 200);
  await until("the gateway refuses it", () => jobs(tenant, key), refused);
  assertProblem(await jobs(tenant, key), 401, "auth.invalid_credentials");
  assert.equal((await jobs(tenant, tenant.api_key)).status, 200, "the tenant's other keys go on");
});

test("an expired key and one with limits of its own are what the operator made them", async () => {
  const [tenant] = mesh.tenants;
  const past = new Date(Date.now() - 1_000).toISOString();
  assert.equal((await jobs(tenant, (await issued(tenant, { expires_at: past })).api_key)).status, 401);
  const { api_key: narrow } = await issued(tenant, { limits: { read: { burst: 2, per_minute: 1 } } });
  const answers = await Promise.all(Array.from({ length: 6 }, () => jobs(tenant, narrow)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 2);
  assert.ok(answers.every(({ status }) => [200, 429].includes(status)));
});

test("a suspended tenant is told so, and its neighbor is not concerned", async () => {
  const [tenant, neighbor] = mesh.tenants;
  const { api_key: key } = await issued(tenant);
  assert.equal((await jobs(tenant, key)).status, 200);
  assert.equal((await operator("POST", `${tenant.id}/suspend`)).status, 200);
  await until("the gateway refuses it", () => jobs(tenant, key), ({ status }) => status === 403);
  assertProblem(await jobs(tenant, key), 403, "tenant.suspended");
  assert.equal((await jobs(neighbor, neighbor.api_key)).status, 200);
  assert.equal((await operator("POST", `${tenant.id}/resume`)).status, 200);
  await until("the gateway lets it in", () => jobs(tenant, key), ({ status }) => status === 200);
});

test("pages of an origin that the operator allowed may use a tenant's key, and no others", async () => {
  const [tenant] = mesh.tenants;
  const origin = "https://app.example.com";
  const page = (from) => new Customer(mesh, tenant).send("GET", "/v1/jobs", { headers: { origin: from } });
  assertProblem(await page(origin), 403, "origin.not_allowed");
  const changed = await operator("PATCH", tenant.id, { allowed_origins: [origin] });
  assert.deepEqual(changed.json.allowed_origins, [origin], String(changed));
  const allowed = await until("the gateway knows", () => page(origin), ({ status }) => status === 200);
  assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
  assert.equal(allowed.headers.get("access-control-allow-credentials"), null);
  assert.match(allowed.headers.get("vary"), /origin/i);
  assertProblem(await page("https://evil.example"), 403, "origin.not_allowed");
  const asks = { origin: "https://evil.example", "access-control-request-method": "GET" };
  const preflight = await send("OPTIONS", `${mesh.gateway}/v1/jobs`, { headers: asks });
  assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-credentials")], [204, null]);
});
