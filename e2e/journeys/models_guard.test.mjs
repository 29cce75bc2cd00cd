//! What an operator lets a tenant ask of models, in the real runtime: models, sizes, and secrets that never leave, put back
//! into answers however they come.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

import { send } from "../support/http.mjs";
import { ModelDouble } from "../support/model_double.mjs";
import { OwnMesh, newState, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";

const OWNER = "olivia.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const SECRETS = "ada@example.com, 4111 1111 1111 1111, DE89370400440532013000, +49 30 1234567, sk-proj-abcdefghijklmnopqrstuvwx; again ada@example.com";
const LEFT = "[EMAIL_1], [CARD_1], [IBAN_1], [PHONE_1], [API_KEY_1]; again [EMAIL_1]";

let state;
let mesh;
let double;
let openai;

before(async () => {
  double = await ModelDouble.start();
  state = await newState();
  const upstreams = [{ name: "main", kind: "openai_compatible", base_url: double.baseUrl, models: ["*"] }];
  mesh = await OwnMesh.start(state, { AI_ROUTES: JSON.stringify({ version: 1, upstreams, aliases: { fast: "echo" } }) });
  const { api_key: apiKey } = mesh.tenants[0];
  openai = new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey, maxRetries: 0 });
});

after(async () => {
  await mesh?.discard();
  await double?.stop();
  if (state) await removeState(state);
});

async function policy(method, json, email = OWNER, tenant = mesh.tenants[0]) {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  const headers = { "cf-access-jwt-assertion": token.json.token };
  return send(method, `${mesh.admin}/admin/api/tenants/${tenant.id}/ai-policy`, { headers, json });
}

const said = (content) => [{ role: "user", content }];

test("without a policy everything passes as it is", async () => {
  const { data, response } = await openai.chat.completions.create({ model: "fast", messages: said(SECRETS) }).withResponse();
  assert.equal(data.choices[0].message.content, SECRETS);
  assert.equal(response.headers.get("weft-masked"), null);
  assert.equal(double.requests.at(-1).body.messages[0].content, SECRETS);
});

test("an owner sets the policy, and nobody else", async () => {
  assert.equal((await policy("GET", undefined, VIEWER)).json.version, 0);
  assertProblem(await policy("PUT", {}, VIEWER), 403, "access.role_missing");
  assertProblem(await policy("PUT", { mask: ["names"] }), 422, "request.invalid");
  const mask = ["private_key", "jwt", "api_key", "email", "iban", "card", "phone"];
  const set = await policy("PUT", { version: 0, models: ["fast", "double"], max_output_tokens: 200, max_input_tokens: 5_000, mask });
  assert.deepEqual([set.status, set.json.version, set.json.updated_by], [200, 1, `person:${OWNER}`], String(set));
  assertProblem(await policy("PUT", { version: 0 }), 409, "request.stale");
});

test("secrets stay here and come back, whole and streamed, in both clients", async () => {
  const asked = { model: "fast", messages: said(SECRETS) };
  const { data, response } = await until(
    "the policy holds",
    () => openai.chat.completions.create(asked).withResponse(),
    ({ response }) => response.headers.get("weft-masked") !== null,
  );
  assert.equal(response.headers.get("weft-masked"), "api_key=1, email=2, iban=1, card=1, phone=1");
  assert.equal(data.choices[0].message.content, SECRETS);
  const left = double.requests.at(-1);
  assert.equal(left.body.messages[0].content, LEFT);
  assert.equal(left.body.max_tokens, 200, "without a limit of its own it has the policy's");
  let text = "";
  for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
    text += chunk.choices[0]?.delta?.content ?? "";
  }
  assert.equal(text, SECRETS, "whatever pieces the placeholders came in");
  const anthropic = new Anthropic({ baseURL: mesh.gateway, apiKey: mesh.tenants[0].api_key, maxRetries: 0 });
  const body = { model: "fast", max_tokens: 100, messages: said(SECRETS) };
  assert.equal((await anthropic.messages.create(body)).content[0].text, SECRETS);
  assert.equal((await anthropic.messages.stream(body).finalMessage()).content[0].text, SECRETS);
  for (const { body } of double.requests.slice(-4)) assert.doesNotMatch(JSON.stringify(body), /ada@|4111|sk-proj/);
});

test("models that are not listed and sizes beyond the limits are refused, for this tenant alone", async () => {
  const refused = (body) => openai.chat.completions.create(body).then(() => assert.fail("it was answered"), (error) => error);
  const before = double.requests.length;
  const model = await refused({ model: "other", messages: said("x") });
  assert.deepEqual([model.status, model.code], [403, "ai.model_not_allowed"], String(model));
  const long = await refused({ model: "fast", messages: said("x".repeat(6_000)) });
  assert.deepEqual([long.status, long.code], [422, "request.invalid"], String(long));
  const wordy = await refused({ model: "fast", messages: said("x"), max_tokens: 201 });
  assert.deepEqual([wordy.status, wordy.param], [422, "max_tokens"], String(wordy));
  assert.equal(double.requests.length, before, "nobody was asked");
  const ids = [];
  for await (const { id } of openai.models.list()) ids.push(id);
  assert.deepEqual(ids, ["fast", "weft-static"]);
  const theirs = new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey: mesh.tenants[1].api_key, maxRetries: 0 });
  const { choices } = await theirs.chat.completions.create({ model: "echo", messages: said(SECRETS) });
  assert.equal(choices[0].message.content, SECRETS);
  assert.equal(double.requests.at(-1).body.messages[0].content, SECRETS);
});
