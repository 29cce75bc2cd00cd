//! Calls of models that are archived, in the real runtime: what left and what came, found by the request's id, looked at
//! on record, gone when their time is over and with their tenant.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";

import { BUCKET } from "../support/analyst.mjs";
import { fire, objectKeys, sqlRows } from "../support/explorer.mjs";
import { send } from "../support/http.mjs";
import { CUT_AT, ModelDouble } from "../support/model_double.mjs";
import { OwnMesh, newState, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";

const OWNER = "olivia.owner@weft.example";
const SECOND_OWNER = "oscar.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const WORKER = "weft-pipeline";
const NIGHTLY = "*/10 2-5 * * *";
const SECRET = "write to ada@example.com";

let state;
let mesh;
let double;
let openai;
let tenant;

before(async () => {
  double = await ModelDouble.start();
  state = await newState();
  const upstreams = [{ name: "main", kind: "openai_compatible", base_url: double.baseUrl, models: ["*"] }];
  mesh = await OwnMesh.start(state, { AI_ROUTES: JSON.stringify({ version: 1, upstreams, aliases: { fast: "echo" } }) });
  tenant = mesh.tenants[0];
  openai = new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey: tenant.api_key, maxRetries: 0 });
});

after(async () => {
  await mesh?.discard();
  await double?.stop();
  if (state) await removeState(state);
});

async function operator(method, path, json, email = OWNER) {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  return send(method, `${mesh.admin}/admin/api${path}`, { headers: { "cf-access-jwt-assertion": token.json.token }, json });
}

const calls = (query = "", of = tenant) => operator("GET", `/tenants/${of.id}/ai-calls${query}`, undefined, VIEWER);
const read = (id, email = OWNER) => operator("GET", `/tenants/${tenant.id}/ai-calls/${id}`, undefined, email);
const said = (content) => [{ role: "user", content }];

/** The one call of a request, once it is archived. */
async function archived(response) {
  const query = `?request_id=${response.headers.get("x-request-id")}`;
  const listed = await until("the call is archived", () => calls(query), ({ json }) => json.items.length > 0);
  const [call, ...more] = listed.json.items;
  assert.deepEqual(more, []);
  assert.equal(call.trace_id, response.headers.get("x-trace-id"));
  // Its row comes before its record.
  const record = await until("its record is there", () => read(call.id), ({ status }) => status === 200);
  return { call, record: record.json };
}

const masked = () => openai.chat.completions.create({ model: "fast", messages: said(SECRET) }).withResponse();

test("without a policy nothing is kept", async () => {
  await masked();
  assert.deepEqual((await calls()).json.items, []);
});

test("an owner has calls archived, for a time that can be", async () => {
  const path = `/tenants/${tenant.id}/ai-policy`;
  for (const archive of [{}, { retention_days: 0 }, { retention_days: 3_651 }, 30]) {
    assertProblem(await operator("PUT", path, { archive }), 422, "request.invalid");
  }
  const set = await operator("PUT", path, { mask: ["email"], archive: { retention_days: 30 } });
  assert.deepEqual([set.status, set.json.archive], [200, { retention_days: 30 }], String(set));
  assert.deepEqual((await operator("GET", path)).json.archive, { retention_days: 30 });
  await until("the policy holds", masked, ({ response }) => response.headers.get("weft-masked") !== null);
});

test("a whole call is kept as it left, and looking at it is on record", async () => {
  const { data, response } = await masked();
  assert.equal(data.choices[0].message.content, SECRET);
  const { call, record } = await archived(response);
  assert.deepEqual([call.outcome, call.model, call.upstream, call.cache], ["finished", "echo", "main", "off"]);
  assert.equal(JSON.parse(record.request.text).messages[0].content, "write to [EMAIL_1]");
  assert.equal(JSON.parse(record.response.text).choices[0].message.content, "write to [EMAIL_1]");
  assert.deepEqual([record.model_asked, record.masked, record.tokens_in], ["fast", "email=1", 11]);
  assert.doesNotMatch(JSON.stringify(record), /ada@/);
  assert.equal(Date.parse(record.expires_at) - Date.parse(record.at), 30 * 86_400_000);
  assertProblem(await read(call.id, VIEWER), 403, "access.role_missing");
  assertProblem(await read(tenant.id), 404, "ai_call.not_found");
  const trail = await operator("GET", `/audit?action=ai_call.read&target=${call.id}`);
  assert.equal(trail.json.items[0].actor, `person:${OWNER}`);
  const theirs = `/tenants/${mesh.tenants[1].id}/ai-calls`;
  assert.deepEqual((await calls("", mesh.tenants[1])).json.items, []);
  assertProblem(await operator("GET", `${theirs}/${call.id}`), 404, "ai_call.not_found");
});

test("streams are kept as they were relayed, with how they ended", async () => {
  const { data: whole, response: first } = await openai.chat.completions
    .create({ model: "double", messages: said("x"), stream: true }).withResponse();
  for await (const _ of whole);
  const finished = await archived(first);
  assert.equal(finished.call.outcome, "finished");
  assert.match(finished.record.response.text, /data: \[DONE\]\s*$/);
  const { data: cut, response: second } = await openai.chat.completions
    .create({ model: "cut", messages: said("x"), stream: true }).withResponse();
  await assert.rejects(async () => { for await (const _ of cut); });
  const broken = await archived(second);
  assert.equal(broken.call.outcome, "broken");
  assert.equal(broken.record.response.text.match(/word\d+ /g).length, CUT_AT);
  assert.match(broken.record.response.text, /ai\.stream_cut/);
});

test("an answer that was kept before is marked", async () => {
  const ask = () => openai.chat.completions
    .create({ model: "double", messages: said("again") }, { headers: { "weft-cache": "max-age=600" } }).withResponse();
  await ask();
  const { response } = await until("the answer is kept", ask, ({ response }) => response.headers.get("weft-cache") === "hit");
  const { call, record } = await archived(response);
  assert.deepEqual([call.cache, call.outcome, record.tokens_out], ["hit", "cached", 0]);
  assert.match(record.response.text, /word59/);
});

test("calls go when their time is over, and all with their tenant", async () => {
  const objects = () => objectKeys(mesh, BUCKET, `${tenant.id}/ai-calls/`);
  const before = (await calls("?limit=200")).json.items;
  assert.equal((await objects()).length, before.length);
  const [gone] = before;
  await sqlRows(mesh, "DATA_DB", "UPDATE ai_calls SET expires_at = 1 WHERE id = ?", [gone.id]);
  await fire(mesh, WORKER, NIGHTLY);
  const left = await until("the night is over", () => calls("?limit=200"), ({ json }) => json.items.length < before.length);
  assert.deepEqual(left.json.items.map(({ id }) => id), before.slice(1).map(({ id }) => id));
  assert.ok((await objects()).every((key) => !key.includes(gone.id)));
  const asked = await operator("POST", `/tenants/${tenant.id}/erasures`, { scope: "tenant", reason: "ticket 9" });
  assert.equal(asked.status, 202, String(asked));
  const { id: proposal, hash } = asked.json;
  const approved = await operator("POST", `/proposals/${proposal}/approve`, { hash }, SECOND_OWNER);
  assert.deepEqual([approved.status, approved.json.status], [200, "done"], String(approved));
  const erasure = `/tenants/${tenant.id}/erasures/${approved.json.result.erasure}`;
  await until("it is erased", () => operator("GET", erasure), ({ json }) => json.status === "done");
  assert.deepEqual([(await calls()).json.items, await objects()], [[], []]);
});
