//! A server of chat models that does on purpose what servers do by accident: what it does is said by the model's name.
//! It keeps what it was sent, and whether whoever asked hung up.

import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** How many words a whole answer has, and after how many a cut one breaks off. */
export const WORDS = 60;
export const CUT_AT = 40;

const word = (n) => `word${n} `;
const USAGE = { prompt_tokens: 11, completion_tokens: WORDS, total_tokens: 11 + WORDS };

const chunk = (model, delta, finish_reason = null) => ({
  id: "chatcmpl-double",
  object: "chat.completion.chunk",
  created: 1,
  model: `${model}-served`,
  choices: [{ index: 0, delta, finish_reason }],
});

const whole = (model, message, finish_reason = "stop") => ({
  id: "chatcmpl-double",
  object: "chat.completion",
  created: 1,
  model: `${model}-served`,
  choices: [{ index: 0, message: { role: "assistant", content: null, refusal: null, ...message }, finish_reason }],
  usage: USAGE,
});

const CALL = { name: "get_weather", arguments: '{"city":"Paris"}' };

/** A running double. */
export class ModelDouble {
  /** Requests in order: `{path, headers, body, hungUp, sent}`. */
  requests = [];
  #server;
  #waits = new Set();

  static async start() {
    const double = new ModelDouble();
    double.#server = createServer((request, response) => void double.#answer(request, response));
    double.#server.listen(0, "127.0.0.1");
    await once(double.#server, "listening");
    double.baseUrl = `http://127.0.0.1:${double.#server.address().port}/v1`;
    return double;
  }

  async stop() {
    for (const end of this.#waits) end();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** The requests for one model. */
  of(model) {
    return this.requests.filter(({ body }) => body.model === model);
  }

  /** Waits, and no longer than whoever asked is there. */
  #wait(ms, asked) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#waits.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#waits.add(end);
      asked.response.once("close", end);
    });
  }

  async #answer(request, response) {
    const body = JSON.parse(await text(request));
    const asked = { path: request.url, headers: request.headers, body, hungUp: false, sent: 0, response };
    this.requests.push(asked);
    response.once("close", () => (asked.hungUp = !response.writableFinished));
    if (request.url.endsWith("/embeddings")) return this.#embed(asked);
    if (request.url.endsWith("/messages")) return this.#message(asked);
    const act = Object.hasOwn(ACTS, body.model) ? ACTS[body.model] : ACTS.double;
    await act.call(this, asked, (ms) => this.#wait(ms, asked));
  }

  #embed({ body, response }) {
    const inputs = [body.input].flat();
    const data = inputs.map((_, index) => ({ object: "embedding", index, embedding: [0.5, -0.25] }));
    json(response, 200, { object: "list", data, model: body.model, usage: { prompt_tokens: 4, total_tokens: 4 } });
  }

  /** Anthropic's form, whole or as events. */
  #message({ body, response }) {
    const usage = { input_tokens: 9, output_tokens: 2 };
    const message = { id: "msg_double", type: "message", role: "assistant", model: `${body.model}-served`, usage };
    if (!body.stream) {
      const content = [{ type: "text", text: "Hello there" }];
      return json(response, 200, { ...message, content, stop_reason: "end_turn", stop_sequence: null });
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (type, rest) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`);
    event("message_start", { message: { ...message, content: [], stop_reason: null, stop_sequence: null } });
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } });
    for (const text of ["Hello", " there"]) event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
    event("content_block_stop", { index: 0 });
    event("message_delta", { delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } });
    event("message_stop", {});
    response.end();
  }
}

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

const begin = ({ response }) => response.writeHead(200, { "content-type": "text/event-stream" });
const send = (asked, value) => {
  asked.sent += 1;
  return asked.response.write(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`);
};
const words = (asked, from, to) => {
  for (let n = from; n < to; n += 1) send(asked, chunk(asked.body.model, { content: word(n) }));
};
const finish = (asked, usage = USAGE) => {
  const { model, stream_options: options } = asked.body;
  send(asked, chunk(model, {}, "stop"));
  if (options?.include_usage && usage) send(asked, { ...chunk(model, {}), choices: [], usage });
  send(asked, "[DONE]");
  asked.response.end();
};
const error = (status, message, more = {}, headers = {}) => ({ response }) =>
  json(response, status, { error: { message, type: "double_error", param: null, code: null, ...more } }, headers);

/** A whole answer or stream, as was asked. */
function answer(asked, usage = USAGE) {
  const { model, stream } = asked.body;
  if (!stream) {
    const content = Array.from({ length: WORDS }, (_, n) => word(n)).join("");
    const { usage: told, ...rest } = whole(model, { content });
    return json(asked.response, 200, usage ? { ...rest, usage: told } : rest);
  }
  begin(asked);
  send(asked, chunk(model, { role: "assistant", content: "" }));
  words(asked, 0, WORDS);
  finish(asked, usage);
}

/** What it does for each name of a model. */
const ACTS = {
  double: (asked) => answer(asked),
  /** Says what was said to it, some letters at a time. */
  echo: (asked) => {
    const { model, stream, messages } = asked.body;
    const { content } = messages.at(-1);
    if (!stream) return json(asked.response, 200, whole(model, { content }));
    begin(asked);
    for (const piece of content.match(/.{1,3}/gs)) send(asked, chunk(model, { content: piece }));
    finish(asked);
  },
  "no-usage": (asked) => answer(asked, null),
  async slow(asked, wait) {
    await wait(1_500);
    answer(asked);
  },
  async late(asked, wait) {
    await wait(60_000);
    asked.response.destroy();
  },
  async hold(asked, wait) {
    await wait(600_000);
    asked.response.destroy();
  },
  async cut(asked, wait) {
    begin(asked);
    words(asked, 0, CUT_AT);
    // What was written goes out before the line is cut.
    await wait(50);
    asked.response.destroy();
  },
  "cut-politely": (asked) => {
    begin(asked);
    words(asked, 0, CUT_AT);
    asked.response.end();
  },
  async stall(asked, wait) {
    begin(asked);
    words(asked, 0, CUT_AT);
    await wait(30_000);
    asked.response.destroy();
  },
  "broken-line": (asked) => {
    begin(asked);
    words(asked, 0, CUT_AT);
    asked.response.write('data: {"id":"chatcmpl-double","choices":[{"ind\n\n');
    words(asked, CUT_AT, WORDS);
    finish(asked);
  },
  "fails-amid": (asked) => {
    begin(asked);
    words(asked, 0, CUT_AT);
    send(asked, { error: { message: "the machine is on fire", type: "server_error" } });
    asked.response.end();
  },
  async pauses(asked, wait) {
    begin(asked);
    words(asked, 0, 1);
    await wait(600_000);
    asked.response.destroy();
  },
  async endless(asked, wait) {
    begin(asked);
    for (let n = 0; !asked.response.destroyed; n += 1) {
      words(asked, n, n + 1);
      await wait(20);
    }
  },
  limited: error(429, "slow down", { code: "rate_limit_exceeded" }, { "retry-after": "7" }),
  "limited-once"(asked) {
    const act = this.of("limited-once").length > 1 ? answer : error(429, "slow down", {}, { "retry-after": "1" });
    act(asked);
  },
  "too-long": error(400, "your prompt is too long", { code: "context_length_exceeded", param: "messages" }),
  "wrong-key": error(401, "Incorrect API key provided: key-of-the-double", { code: "invalid_api_key" }),
  down: error(500, "the machine is on fire"),
  missing: error(404, "no such model", { code: "model_not_found" }),
  page: ({ response }) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html>Sign in to continue</html>");
  },
  tools: (asked) => {
    const { model, stream, messages } = asked.body;
    if (messages.at(-1).role === "tool") return answer(asked);
    const call = { id: "call_1", type: "function", function: CALL };
    if (!stream) return json(asked.response, 200, whole(model, { tool_calls: [call] }, "tool_calls"));
    begin(asked);
    const { name, arguments: text } = CALL;
    const start = { index: 0, id: "call_1", type: "function", function: { name, arguments: "" } };
    send(asked, chunk(model, { role: "assistant", content: null, tool_calls: [start] }));
    for (const piece of [text.slice(0, 5), text.slice(5)]) {
      send(asked, chunk(model, { tool_calls: [{ index: 0, function: { arguments: piece } }] }));
    }
    send(asked, chunk(model, {}, "tool_calls"));
    if (asked.body.stream_options?.include_usage) send(asked, { ...chunk(model, {}), choices: [], usage: USAGE });
    send(asked, "[DONE]");
    asked.response.end();
  },
  // What it was asked to follow, as it arrived: the order of members is part of it.
  schema: (asked) => {
    const { schema } = asked.body.response_format.json_schema;
    const content = JSON.stringify(Object.fromEntries(Object.keys(schema.properties).map((name) => [name, 1])));
    json(asked.response, 200, whole(asked.body.model, { content }));
  },
};
