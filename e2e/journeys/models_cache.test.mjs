//! Answers of models that are given again, in the real runtime: by the official clients, streamed and whole, within a
//! tenant and never across, counted against rates and not against money.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

import { send } from "../support/http.mjs";
import { ModelDouble, WORDS } from "../support/model_double.mjs";
import { OwnMesh, newState, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";

const OWNER = "olivia.owner@weft.example";
const TEXT = Array.from({ length: WORDS }, (_, n) => `word${n} `).join("");
/** Of one answer: eleven tokens read, all words written. */
const CALL_NANOS = 11 * 1_500 + WORDS * 6_000;

let state;
let mesh;
let double;
let openai;
let theirs;

const routes = (baseUrl) => ({
  version: 1,
  upstreams: [{ name: "main", kind: "openai_compatible", base_url: baseUrl, models: ["double", "*"] }],
  routes: [{ name: "kept", when: { models: ["kept"] }, targets: [{ upstream: "main", model: "double" }], cache: { ttl_s: 600 } }],
});

before(async () => {
  double = await ModelDouble.start();
  state = await newState();
  mesh = await OwnMesh.start(state, {
    AI_ROUTES: JSON.stringify(routes(double.baseUrl)),
    AI_PRICES: JSON.stringify({ "*": { input: "1.5", output: "6" } }),
  });
  const client = ({ api_key: apiKey }) => new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey, maxRetries: 0 });
  openai = client(mesh.tenants[0]);
  theirs = client(mesh.tenants[1]);
});

after(async () => {
  await mesh?.discard();
  await double?.stop();
  if (state) await removeState(state);
});

const said = (content) => [{ role: "user", content }];
const told = (response, name) => response.headers.get(`weft-cache${name ? `-${name}` : ""}`);

async function ask(client, body, cache) {
  const options = cache === undefined ? {} : { headers: { "weft-cache": cache } };
  return client.chat.completions.create(body, options).withResponse();
}

/** Asks until the answer is a kept one: it is kept behind whoever asked first. */
const askKept = (client, body, cache) =>
  until(
    "the answer is kept",
    async () => {
      const { data, response } = await ask(client, body, cache);
      if (told(response) !== "hit") for await (const _ of body.stream ? data : []);
      return { data, response };
    },
    ({ response }) => told(response) === "hit",
  );

async function streamed(data) {
  let text = "";
  let usage;
  for await (const chunk of data) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
  }
  return { text, usage };
}

test("a route has answers kept: whoever asks the same again gets the same, with what it saved", async () => {
  const body = { model: "kept", messages: said("One") };
  const first = await ask(openai, body);
  assert.equal(told(first.response), "miss");
  const again = await askKept(openai, { messages: said("One"), user: "somebody else", model: "kept" });
  assert.deepEqual(again.data, first.data);
  assert.equal(told(again.response, "saved-tokens"), String(11 + WORDS));
  assert.equal(told(again.response, "saved-usd"), (CALL_NANOS / 1e9).toFixed(9));
  assert.match(told(again.response, "age"), /^\d+$/);
  assert.equal(again.response.headers.get("weft-attempts"), "0");
  const asked = double.requests.length;
  const stream = await ask(openai, { ...body, stream: true, stream_options: { include_usage: true } });
  assert.equal(told(stream.response), "hit");
  const { text, usage } = await streamed(stream.data);
  assert.deepEqual([text, usage.completion_tokens], [TEXT, WORDS]);
  assert.equal(double.requests.length, asked, "nobody was asked");
  const warm = await ask(openai, { ...body, temperature: 0.5 });
  assert.equal(told(warm.response), "miss", "another temperature is another question");
});

test("a request has a whole stream kept, and a cut one not", async () => {
  const body = { model: "double", messages: said("Two"), stream: true };
  const kept = await askKept(openai, body, "max-age=300");
  assert.equal((await streamed(kept.data)).text, TEXT);
  const whole = await ask(openai, { model: "double", messages: said("Two") }, "max-age=300");
  assert.deepEqual([told(whole.response), whole.data.choices[0].message.content], ["hit", TEXT]);
  assert.equal(whole.data.usage.completion_tokens, WORDS);
  for (let n = 0; n < 3; n += 1) {
    const { data, response } = await ask(openai, { ...body, model: "cut" }, "max-age=300");
    assert.equal(told(response), "miss");
    await assert.rejects(streamed(data), OpenAI.APIError);
  }
  assert.equal(double.of("cut").length, 3);
  const plain = await ask(openai, { model: "double", messages: said("Two") });
  assert.equal(told(plain.response), null, "without a word of it the cache has nothing to do with it");
});

test("another tenant gets an answer of its own", async () => {
  const body = { model: "kept", messages: said("Three") };
  await ask(openai, body);
  await askKept(openai, body);
  const { response } = await ask(theirs, body);
  assert.equal(told(response), "miss");
});

test("a request may want a new answer, and one that asks for what there is not is refused", async () => {
  const body = { model: "kept", messages: said("Four") };
  await ask(openai, body);
  await askKept(openai, body);
  const before = double.requests.length;
  assert.equal(told((await ask(openai, body, "no-cache")).response), "miss");
  assert.equal(told((await ask(openai, body, "no-store")).response), null);
  assert.equal(double.requests.length, before + 2);
  const refused = await ask(openai, body, "forever").catch((error) => error);
  assert.equal(refused.status, 422);
  assert.match(refused.message, /weft-cache/);
});

test("Anthropic's client gets kept answers in its own form", async () => {
  const { api_key: apiKey } = mesh.tenants[0];
  const anthropic = new Anthropic({ baseURL: mesh.gateway, apiKey, maxRetries: 0, defaultHeaders: { "weft-cache": "max-age=300" } });
  const body = { model: "double", max_tokens: 100, messages: said("Five") };
  const first = await anthropic.messages.create(body);
  await until(
    "the message is kept",
    async () => (await anthropic.messages.create(body).withResponse()).response,
    (response) => told(response) === "hit",
  );
  const asked = double.requests.length;
  const final = await anthropic.messages.stream(body).finalMessage();
  assert.deepEqual([final.content[0].text, final.usage.output_tokens], [first.content[0].text, WORDS]);
  assert.equal(double.requests.length, asked);
});

test("vectors are kept as well", async () => {
  const body = { model: "double", input: ["a", "b"], encoding_format: "float" };
  const embed = () => openai.embeddings.create(body, { headers: { "weft-cache": "max-age=300" } }).withResponse();
  const { data: first } = await embed();
  const { data } = await until("the vectors are kept", embed, ({ response }) => told(response) === "hit");
  assert.deepEqual(data.data, first.data);
});

test("a question in other words gets the kept answer where that will do, and is told why", async () => {
  const body = (text) => ({ model: "double", messages: [{ role: "system", content: "You know the shop." }, ...said(text)] });
  const keep = "max-age=300, semantic=0.8";
  await ask(openai, body("When does the shop in Berlin open on Monday?"), keep);
  // Whatever is asked in vain is kept as well, so each look needs a question of its own.
  let looks = 0;
  await until(
    "the question is known",
    () => ask(openai, body(`When does the shop in Berlin open on Monday?${"!".repeat((looks += 1))}`), keep),
    ({ response }) => told(response) === "semantic",
  );
  const { response } = await ask(openai, body("When does the Berlin shop open on Monday"), keep);
  assert.equal(told(response), "semantic");
  const similarity = Number(told(response, "similarity"));
  assert.ok(similarity >= 0.8 && similarity < 1, String(similarity));
  assert.deepEqual([told(response, "threshold"), told(response, "answer")], ["0.8", "chatcmpl-double"]);
  const other = async (text, cache, client = openai) => told((await ask(client, body(text), cache)).response);
  assert.equal(await other("When does the shop in Berlin not open on Monday?", keep), "miss", "a denial");
  assert.equal(await other("When does the shop in Berlin open on Monday, please?", "max-age=300, exact"), "miss");
  assert.equal(await other("When does the Berlin shop open Monday", keep, theirs), "miss", "another tenant");
  const found = await send("GET", `${mesh.gateway}/v1/search?q=Berlin+shop`, {
    headers: { authorization: `Bearer ${mesh.tenants[0].api_key}` },
  });
  assert.deepEqual([found.status, found.json.hits], [200, []], "no search finds a question");
});

test("a kept answer takes no money, and counts against rates", async () => {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email: OWNER } });
  const headers = { "cf-access-jwt-assertion": token.json.token };
  const budget = (method, json) =>
    send(method, `${mesh.admin}/admin/api/tenants/${mesh.tenants[1].id}/ai-budget`, { headers, json });
  const body = { model: "kept", messages: said("Six") };
  await ask(theirs, body);
  await askKept(theirs, body);
  const spent = async () => (await until("all calls are settled", async () => (await budget("GET")).json, ({ open_calls }) => open_calls === 0)).month;
  const before = await spent();
  for (let n = 0; n < 5; n += 1) assert.equal(told((await ask(theirs, body)).response), "hit");
  const after = await spent();
  assert.equal(after.cost_nanos, before.cost_nanos);
  const calls = ({ by_key_and_model }) => by_key_and_model.reduce((sum, { calls }) => sum + calls, 0);
  assert.equal(calls(after), calls(before) + 5);
  // Money that is used up is no reason to keep a kept answer back; a rate is.
  const month = { unit: "money", window: "month", most: (after.cost_nanos / 1e9).toFixed(9) };
  assert.equal((await budget("PUT", { limits: [month] })).status, 200);
  assert.equal(told((await ask(theirs, body)).response), "hit");
  assert.equal((await ask(theirs, body, "no-cache").catch((error) => error)).status, 402);
  const rate = { unit: "requests", window: "month", most: calls(after) + 1 };
  assert.equal((await budget("PUT", { limits: [rate] })).status, 200);
  assert.equal((await ask(theirs, body).catch((error) => error)).status, 402);
});

test("usage tells what was saved, and what was spent is the ledger's, cuts among it", async () => {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email: OWNER } });
  const headers = { "cf-access-jwt-assertion": token.json.token };
  const url = `${mesh.admin}/admin/api/tenants/${mesh.tenants[0].id}/ai-budget`;
  const ledger = await until("all calls are settled", async () => (await send("GET", url, { headers })).json, ({ open_calls }) => open_calls === 0);
  const nanos = (usd) => Math.round(usd * 1e9);
  const calls = ledger.month.by_key_and_model.reduce((sum, { calls }) => sum + calls, 0);
  const { totals } = await until(
    `usage tells what the ledger has: ${calls} calls, ${ledger.month.cost_nanos}`,
    async () => {
      const authorization = `Bearer ${mesh.tenants[0].api_key}`;
      return (await send("GET", `${mesh.gateway}/v1/usage?group_by=model`, { headers: { authorization } })).json;
    },
    ({ totals }) => totals.model_calls === calls && nanos(totals.cost_usd) === ledger.month.cost_nanos,
  );
  assert.ok(totals.cache_hits >= 6 && totals.cache_hits < calls, JSON.stringify(totals));
  assert.ok(totals.saved_tokens >= 5 * (11 + WORDS) && nanos(totals.saved_usd) >= 5 * CALL_NANOS, JSON.stringify(totals));
});
