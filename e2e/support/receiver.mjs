//! A customer's endpoint: it checks signatures with the library that the authors of Standard Webhooks publish, keeps what
//! arrives, and answers as a journey says.

import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

import { Webhook } from "standardwebhooks";

import { until } from "./poll.mjs";

export class Receiver {
  /** What arrived, in order: `id`, `signatures`, `headers`, `bytes` and `json`. */
  arrived = [];
  /** The answer to each request: a status, or `{status, headers, body}`; null for never. */
  answer = 204;
  #server;

  static async start() {
    const receiver = new Receiver();
    receiver.#server = createServer((request, response) => receiver.#take(request, response));
    await new Promise((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  /** Where messages are to be posted. */
  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/hook`;
  }

  async #take(request, response) {
    const bytes = await buffer(request);
    const { headers } = request;
    this.arrived.push({
      id: headers["webhook-id"],
      signatures: (headers["webhook-signature"] ?? "").split(" "),
      headers,
      bytes,
      json: bytes.length > 0 ? JSON.parse(bytes.toString("utf8")) : null,
      method: request.method,
    });
    if (this.answer === null) return;
    const answer = typeof this.answer === "number" ? { status: this.answer } : this.answer;
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /** Waits until `count` requests have arrived, and gives them. */
  async received(count, options) {
    await until(`${count} messages arrive`, () => this.arrived.length, (length) => length >= count, options);
    return this.arrived;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Throws unless a request is signed with `secret`. */
export const verify = ({ bytes, headers }, secret) => new Webhook(secret).verify(bytes.toString("utf8"), headers);
