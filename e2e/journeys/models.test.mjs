//! Models, as their users' own clients see them: the official SDKs, unchanged but for base URL and key, over a double that
//! answers, cuts, stalls and fails on purpose.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

import { Edge } from "../support/edge.mjs";
import { send } from "../support/http.mjs";
import { CUT_AT, ModelDouble, WORDS } from "../support/model_double.mjs";
import { OwnMesh, newState, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { NO_PYTHON, runClient } from "../support/python.mjs";

const STALL_MS = 1_000;
const FIRST_BYTE_MS = 3_000;
const messages = [{ role: "user", content: "Say something" }];
const TEXT = Array.from({ length: WORDS }, (_, n) => `word${n} `).join("");

let state;
let mesh;
let double;
let openai;
let anthropic;
let stranger;
let edge;
/** As `openai`, over an edge that tells the gateway when it leaves. */
let leaver;

/** Upstreams of every form, all of them the double. */
const routes = (baseUrl) => ({
  version: 1,
  revision: "journey",
  upstreams: [
    {
      name: "main",
      kind: "openai_compatible",
      base_url: baseUrl,
      key: "AI_API_KEY",
      models: ["double", "*"],
      gateway: { token: "AI_GATEWAY_TOKEN", cache_ttl_s: 300 },
      first_byte_ms: FIRST_BYTE_MS,
      stall_ms: STALL_MS,
    },
    // It may take as long as it likes, where a test waits for something else to end it.
    {
      name: "patient",
      kind: "openai_compatible",
      base_url: baseUrl,
      models: ["hold", "pauses", "@cf/meta/tiny"],
      first_byte_ms: 600_000,
      stall_ms: 600_000,
    },
    { name: "claude", kind: "anthropic", base_url: baseUrl, key: "AI_API_KEY", models: ["claude"] },
    { name: "nowhere", kind: "openai", base_url: "http://127.0.0.1:9/v1", models: ["lost"] },
  ],
  aliases: { fast: "double", wise: "claude" },
  routes: [
    ...["down", "limited", "page", "late", "lost", "too-long"].map((model) => ({
      name: `spare-of-${model}`,
      when: { models: [`safe-${model}`] },
      targets: [{ upstream: model === "lost" ? "nowhere" : "main", model }],
      fallbacks: [{ upstream: "main", model: "double" }],
      first_byte_ms: 1_000,
    })),
    {
      name: "hedged",
      when: { models: ["hedged"] },
      targets: [{ upstream: "patient", model: "hold" }],
      fallbacks: [{ upstream: "main", model: "double" }],
      hedge_after_ms: 200,
    },
  ],
});

before(async () => {
  double = await ModelDouble.start();
  state = await newState();
  mesh = await OwnMesh.start(state, {
    AI_ROUTES: JSON.stringify(routes(double.baseUrl)),
    AI_API_KEY: "key-of-the-double",
    AI_GATEWAY_TOKEN: "token-of-the-gateway",
  });
  const apiKey = mesh.tenants[0].api_key;
  openai = new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: mesh.gateway, apiKey, maxRetries: 0 });
  edge = await Edge.before(mesh.gateway);
  leaver = new OpenAI({ baseURL: `${edge.origin}/v1`, apiKey, maxRetries: 0 });
  stranger = new OpenAI({ baseURL: `${mesh.gateway}/v1`, apiKey: "wk_nobody", maxRetries: 0 });
});

after(async () => {
  await edge?.stop();
  await mesh?.discard();
  await double?.stop();
  if (state) await removeState(state);
});

/** How many calls hold room in the tenant's budget. */
async function openCalls() {
  const token = await send("POST", `${mesh.access_issuer}/token`, { json: { email: "olivia.owner@weft.example" } });
  const headers = { "cf-access-jwt-assertion": token.json.token };
  const budget = await send("GET", `${mesh.admin}/admin/api/tenants/${mesh.tenants[0].id}/ai-budget`, { headers });
  return budget.json.open_calls;
}

/** Reads a stream of OpenAI's SDK; gives its text and what it threw, if anything. */
async function read(stream) {
  let text = "";
  let usage;
  let finish;
  try {
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
  } catch (error) {
    return { text, usage, finish, error };
  }
  return { text, usage, finish };
}

const streamed = async (model, more = {}) =>
  read(await openai.chat.completions.create({ model, messages, stream: true, ...more }));

describe("OpenAI's client", () => {
  test("gets an answer, and who gave it", async () => {
    const { data, response } = await openai.chat.completions.create({ model: "fast", messages }).withResponse();
    assert.equal(data.choices[0].message.content, TEXT);
    assert.equal(data.usage.completion_tokens, WORDS);
    assert.equal(response.headers.get("weft-model"), "double");
    assert.equal(response.headers.get("weft-upstream"), "main");
    assert.match(response.headers.get("x-trace-id"), /^[0-9a-f]{32}$/);
    const { headers, path, body } = double.requests.at(-1);
    assert.equal(path, "/v1/chat/completions");
    assert.equal(headers.authorization, "Bearer key-of-the-double");
    assert.equal(headers["cf-aig-authorization"], "Bearer token-of-the-gateway");
    assert.equal(headers["cf-aig-cache-ttl"], "300");
    assert.match(headers["cf-aig-cache-key"], /^[0-9a-f]{64}\/main\/double$/);
    assert.equal(JSON.parse(headers["cf-aig-metadata"]).tenant, mesh.tenants[0].id);
    assert.deepEqual(body, { model: "double", messages });
  });

  test("gets a stream piece by piece, with its tokens where it asks for them", async () => {
    assert.deepEqual(await streamed("double"), { text: TEXT, usage: undefined, finish: "stop" });
    const { usage } = await streamed("double", { stream_options: { include_usage: true } });
    assert.deepEqual([usage.prompt_tokens, usage.completion_tokens], [11, WORDS]);
    assert.deepEqual(await streamed("no-usage"), { text: TEXT, usage: undefined, finish: "stop" });
  });

  test("has tools called, whole and streamed", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
    const asked = { model: "tools", messages, tools };
    const { choices } = await openai.chat.completions.create(asked);
    const [call] = choices[0].message.tool_calls;
    assert.deepEqual([call.function.name, JSON.parse(call.function.arguments)], ["get_weather", { city: "Paris" }]);
    const final = await openai.chat.completions.stream(asked).finalChatCompletion();
    assert.equal(final.choices[0].message.tool_calls[0].function.arguments, call.function.arguments);
    const said = [...messages, choices[0].message, { role: "tool", tool_call_id: call.id, content: "sunny" }];
    const { choices: next } = await openai.chat.completions.create({ ...asked, messages: said });
    assert.equal(next[0].message.content, TEXT);
  });

  test("has its schema arrive as it was written", async () => {
    const schema = { type: "object", properties: { zebra: { type: "number" }, apple: { type: "number" } } };
    const response_format = { type: "json_schema", json_schema: { name: "n", strict: true, schema } };
    const { choices } = await openai.chat.completions.create({ model: "schema", messages, response_format });
    assert.equal(choices[0].message.content, '{"zebra":1,"apple":1}');
  });

  for (const [model, code, pattern] of [
    ["cut", "ai.stream_cut", /broke off/],
    ["cut-politely", "ai.stream_cut", /broke off/],
    ["stall", "ai.stream_stalled", /sent nothing for 1000 ms/],
    ["broken-line", "ai.stream_malformed", /no chunk/],
    ["fails-amid", "ai.upstream_failed", /on fire/],
  ]) {
    test(`is told of a stream that ends as \`${model}\`, after what came before`, async () => {
      const { text, finish, error } = await streamed(model);
      assert.equal(text, TEXT.slice(0, TEXT.indexOf(`word${CUT_AT} `)));
      assert.equal(finish, undefined);
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, pattern);
    });
  }

  test("gets each failure as the error that it knows", async () => {
    const refused = async (model, kind, status, code, pattern, client = openai) => {
      for (const stream of [false, true]) {
        const asked = client.chat.completions.create({ model, messages, stream });
        const error = await asked.then(() => assert.fail(`${model} answered`), (error) => error);
        assert.ok(error instanceof kind, `${model}: ${error}`);
        assert.deepEqual([error.status, error.code], [status, code], model);
        assert.match(error.message, pattern);
        assert.doesNotMatch(JSON.stringify(error.error), /key-of-the-double|127\.0\.0\.1/);
      }
    };
    await refused("limited", OpenAI.RateLimitError, 429, "ai.rate_limited", /slow down/);
    await refused("too-long", OpenAI.BadRequestError, 400, "context_length_exceeded", /too long/);
    await refused("wrong-key", OpenAI.InternalServerError, 503, "ai.upstream_failed", /credentials/);
    await refused("down", OpenAI.InternalServerError, 503, "ai.upstream_failed", /on fire/);
    await refused("missing", OpenAI.NotFoundError, 404, "ai.model_not_found", /missing/);
    await refused("page", OpenAI.InternalServerError, 503, "ai.upstream_failed", /text\/html/);
    await refused("lost", OpenAI.InternalServerError, 503, "ai.upstream_failed", /reached/);
    await refused("late", OpenAI.InternalServerError, 503, "ai.upstream_failed", /within 3000 ms/);
    await refused("double", OpenAI.AuthenticationError, 401, "auth.invalid_credentials", /key/, stranger);
    await refused("weft-static", OpenAI.UnprocessableEntityError, 422, "request.invalid", /embeddings/);
    const limited = await openai.chat.completions.create({ model: "limited", messages }).catch((error) => error);
    assert.equal(limited.headers.get("retry-after"), "7");
  });

  test("waits for a slow first byte", async () => {
    assert.equal((await streamed("slow")).text, TEXT);
  });

  for (const model of ["down", "limited", "page", "late", "lost"]) {
    test(`gets its answer from another server where the first is \`${model}\``, async () => {
      const asked = { model: `safe-${model}`, messages, stream: true };
      const { data, response } = await openai.chat.completions.create(asked).withResponse();
      assert.equal((await read(data)).text, TEXT);
      assert.equal(response.headers.get("weft-attempts"), "2");
      assert.equal(response.headers.get("weft-route"), `spare-of-${model}`);
    });
  }

  test("is not sent to another server with a request that is itself at fault", async () => {
    const before = double.requests.length;
    const error = await openai.chat.completions.create({ model: "safe-too-long", messages }).catch((error) => error);
    assert.equal(error.status, 400);
    assert.equal(double.requests.length, before + 1);
  });

  test("that leaves has the model's server left too, in both hops", async () => {
    const stream = await openai.chat.completions.create({ model: "endless", messages, stream: true });
    let seen = 0;
    for await (const _ of stream) if ((seen += 1) === 5) break;
    await until("the double is hung up on", () => double.of("endless")[0].hungUp, Boolean);
  });

  for (const stream of [false, true]) {
    test(`that leaves before its answer begins has the server left too, ${stream ? "streaming" : "whole"}`, async () => {
      const before = double.of("hold").length;
      const leaving = new AbortController();
      const asked = leaver.chat.completions.create({ model: "hold", messages, stream }, { signal: leaving.signal });
      const held = await until("the double is asked", () => double.of("hold")[before], Boolean);
      assert.equal(held.hungUp, false);
      leaving.abort();
      await assert.rejects(asked, OpenAI.APIUserAbortError);
      await until("the double is hung up on", () => held.hungUp, Boolean);
      await until("what it read is settled", openCalls, (open) => open === 0);
    });
  }

  test("that leaves a silent stream has the server left without waiting for its next piece", async () => {
    const stream = await leaver.chat.completions.create({ model: "pauses", messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0].delta.content) break;
    await until("the double is hung up on", () => double.of("pauses")[0].hungUp, Boolean);
    await until("what came is settled", openCalls, (open) => open === 0);
  });

  test("that is told of a time limit knows that the server was left", async () => {
    await assert.rejects(openai.chat.completions.create({ model: "late", messages }), /within 3000 ms/);
    await until("the double is hung up on", () => double.of("late").at(-1).hungUp, Boolean);
  });

  test("has a second server asked where the first is slow, and the first left", async () => {
    const { data, response } = await openai.chat.completions
      .create({ model: "hedged", messages, stream: true })
      .withResponse();
    assert.equal((await read(data)).text, TEXT);
    assert.deepEqual(["upstream", "attempts"].map((name) => response.headers.get(`weft-${name}`)), ["main", "2"]);
    const held = double.of("hold").at(-1);
    await until("the slow one is hung up on", () => held.hungUp, Boolean);
    await until("both are settled", openCalls, (open) => open === 0);
  });

  test("is told why a request goes where it goes, and nobody is asked", async () => {
    const before = double.requests.length;
    const explain = (body) => openai.post("/routes/explain", { body });
    const told = await explain({ model: "hedged", messages, stream: true });
    assert.deepEqual([told.route, told.hedge_after_ms, told.revision], ["hedged", 200, "journey"]);
    assert.deepEqual(
      told.candidates.map(({ upstream, model, weight }) => [upstream, model, weight]),
      [["patient", "hold", 1], ["main", "double", null]],
    );
    // What failed on purpose before may have opened the other's.
    assert.equal(told.candidates[0].breaker, "closed");
    assert.deepEqual(
      told.routes.find(({ name }) => name === "spare-of-down"),
      { name: "spare-of-down", holds: false, condition: "models", reason: "it is not for the model `hedged`" },
    );
    const alias = await explain({ model: "fast", input_tokens: 10, max_completion_tokens: 20 });
    assert.deepEqual([alias.model, alias.alias, alias.route], ["double", "everybody", null]);
    assert.deepEqual([alias.hold.tokens_in, alias.hold.tokens_out], [10, 20]);
    const wrong = await explain({ stream: true }).catch((error) => error);
    assert.equal(wrong.status, 422, String(wrong));
    assert.equal(double.requests.length, before);
  });

  test("gets one model, with a slash in its name too", async () => {
    assert.equal((await openai.models.retrieve("fast")).owned_by, "weft");
    assert.equal((await openai.models.retrieve("@cf/meta/tiny")).id, "@cf/meta/tiny");
    const authorization = `Bearer ${mesh.tenants[0].api_key}`;
    const plain = await send("GET", `${mesh.gateway}/v1/models/@cf/meta/tiny`, { headers: { authorization } });
    assert.equal(plain.json.id, "@cf/meta/tiny", String(plain));
    await assert.rejects(openai.models.retrieve("nothing/like-it"), OpenAI.NotFoundError);
  });

  test("lists models, and embeds by the one that is always there", async () => {
    const ids = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    assert.deepEqual(ids.filter((id) => !id.startsWith("safe-")), ["@cf/meta/tiny", "claude", "double", "fast", "hedged", "hold", "lost", "pauses", "weft-static", "wise"]);
    const input = ["worried about the migration", "the budget is approved"];
    const [floats, base64] = await Promise.all(
      ["float", undefined].map((encoding_format) => openai.embeddings.create({ model: "weft-static", input, encoding_format })),
    );
    assert.equal(floats.data.length, 2);
    const length = Math.hypot(...floats.data[0].embedding);
    assert.ok(Math.abs(length - 1) < 1e-3, `a unit vector, not one of length ${length}`);
    const near = (a, b) => a.every((number, at) => Math.abs(number - b[at]) < 1e-6);
    assert.ok(near(floats.data[1].embedding, base64.data[1].embedding), "both encodings say the same");
    for (const [more, param] of [
      [{ input: [1, 2, 3] }, "input"],
      [{ dimensions: 7 }, "dimensions"],
      [{ input: "" }, "input"],
    ]) {
      const asked = openai.embeddings.create({ model: "weft-static", input, encoding_format: "float", ...more });
      const error = await asked.catch((error) => error);
      assert.deepEqual([error.status, error.param], [422, param], String(error));
    }
    const served = await openai.embeddings.create({ model: "double", input, encoding_format: "float" });
    assert.deepEqual(served.data[1].embedding, [0.5, -0.25]);
  });
});

describe("Anthropic's client", () => {
  const asked = { model: "double", max_tokens: 100, system: "Be brief.", messages };

  test("gets an answer of a server of either form", async () => {
    const message = await anthropic.messages.create(asked);
    assert.equal(message.content[0].text, TEXT);
    assert.deepEqual([message.stop_reason, message.usage.output_tokens], ["end_turn", WORDS]);
    assert.deepEqual(double.of("double").at(-1).body.messages[0], { role: "system", content: "Be brief." });
    const native = await anthropic.messages.create({ ...asked, model: "wise" });
    assert.equal(native.content[0].text, "Hello there");
    assert.equal(double.of("claude").at(-1).headers["x-api-key"], "key-of-the-double");
  });

  test("gets a stream of a server of either form", async () => {
    const final = await anthropic.messages.stream(asked).finalMessage();
    assert.equal(final.content[0].text, TEXT);
    assert.deepEqual([final.stop_reason, final.usage.output_tokens], ["end_turn", WORDS]);
    const native = await anthropic.messages.stream({ ...asked, model: "claude" }).finalMessage();
    assert.equal(native.content[0].text, "Hello there");
  });

  test("has tools called by a server of the other form", async () => {
    const tools = [{ name: "get_weather", input_schema: { type: "object", properties: { city: { type: "string" } } } }];
    const final = await anthropic.messages.stream({ ...asked, model: "tools", tools }).finalMessage();
    const { name, input } = final.content.find(({ type }) => type === "tool_use");
    assert.deepEqual([name, input, final.stop_reason], ["get_weather", { city: "Paris" }, "tool_use"]);
  });

  test("is told of a stream that is not whole, and gets errors as it knows them", async () => {
    for (const model of ["cut", "stall", "broken-line", "fails-amid"]) {
      await assert.rejects(anthropic.messages.stream({ ...asked, model }).finalMessage(), Anthropic.APIError, model);
    }
    const refused = async (model, kind, type, client = anthropic) => {
      const error = await client.messages.create({ ...asked, model }).catch((error) => error);
      assert.ok(error instanceof kind, `${model}: ${error}`);
      assert.deepEqual([error.error.type, error.error.error.type], ["error", type], model);
    };
    await refused("limited", Anthropic.RateLimitError, "rate_limit_error");
    await refused("too-long", Anthropic.BadRequestError, "invalid_request_error");
    await refused("missing", Anthropic.NotFoundError, "not_found_error");
    await refused("down", Anthropic.InternalServerError, "overloaded_error");
    const nobody = new Anthropic({ baseURL: mesh.gateway, apiKey: "wk_nobody", maxRetries: 0 });
    await refused("double", Anthropic.AuthenticationError, "authentication_error", nobody);
  });

  test("serves OpenAI's client as well, by a server of its form", async () => {
    assert.deepEqual(await streamed("wise"), { text: "Hello there", usage: undefined, finish: "stop" });
    const { choices, usage } = await openai.chat.completions.create({ model: "claude", messages });
    assert.deepEqual([choices[0].message.content, usage.prompt_tokens], ["Hello there", 9]);
  });
});

test("the clients for Python see the same", { skip: NO_PYTHON }, async () => {
  assert.equal(await runClient("models.py", [mesh.gateway, mesh.tenants[0].api_key]), "ok\n");
});

test("a key without the scope, and a body that is none, are refused as everywhere", async () => {
  const authorization = `Bearer ${mesh.tenants[0].api_key}`;
  const post = (path, body, headers = {}) =>
    send("POST", `${mesh.gateway}${path}`, { body, headers: { authorization, "content-type": "application/json", ...headers } });
  for (const path of ["/v1/chat/completions", "/v1/messages", "/v1/embeddings"]) {
    const answer = await post(path, "{");
    assert.deepEqual([answer.status, answer.json.code], [400, "request.malformed_json"], String(answer));
    const empty = await post(path, "{}");
    assert.deepEqual([empty.status, empty.json.code], [422, "request.invalid"], String(empty));
    assert.ok(empty.json.errors.some(({ pointer }) => pointer === "/model"));
    assert.equal((await post(path, "{}", { "content-type": "text/plain" })).status, 415);
  }
});
