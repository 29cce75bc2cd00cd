//! An OpenAI-compatible server that misbehaves on purpose: it answers each request by the next line of a script.

import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A running server, with the requests it was sent. */
export class ChatServer {
  requests = [];
  #script = [];
  #server;

  /** Starts one that answers by `script`, and by its last line for ever. */
  static async start(script) {
    const server = new ChatServer();
    server.#script = [...script];
    server.#server = createServer((request, response) => void server.#answer(request, response));
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    server.baseUrl = `http://127.0.0.1:${server.#server.address().port}/v1`;
    return server;
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request, response) {
    const body = JSON.parse(await text(request));
    this.requests.push({ path: request.url, headers: request.headers, body });
    const line = this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    line(response, body);
  }
}

const json = (response, status, body, headers = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

/** A whole completion that says `content`. */
export const says = (content) => (response) =>
  json(response, 200, {
    model: "double-1",
    choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 5 },
  });

/** A completion with these signals, in the form that was asked for. */
export const signals = (...claims) => says(JSON.stringify({ signals: claims }));

/** A refusal by status. */
export const refuses = (status, headers) => (response) =>
  json(response, status, { error: { message: `a planned ${status}` } }, headers);

/** Half an answer, and then the line is cut. */
export const cuts = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "5000" });
  response.write('{"model":"double-1","choices":[{"mess');
  setImmediate(() => response.destroy());
};

/** No answer, as long as the asker waits. */
export const stalls = () => {};
