//! A WebSocket client whose messages wait until a test asks for them.

import { once } from "node:events";

/** One open socket. */
export class Client {
  #socket;
  #received = [];
  #waiting = [];
  /** `{code, reason}` once it is closed. */
  closed;

  /** Opens a socket. */
  static async open(url, protocols) {
    const client = new Client();
    const socket = new WebSocket(url, protocols);
    client.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => client.#take(data));
    client.closed = once(socket, "close").then(([{ code, reason }]) => ({ code, reason }));
    await Promise.race([
      once(socket, "open"),
      client.closed.then(({ code }) => Promise.reject(new Error(`the socket did not open: ${code}`))),
    ]);
    return client;
  }

  /** The subprotocol that was agreed on. */
  get protocol() {
    return this.#socket.protocol;
  }

  /** Sends a text or bytes. */
  send(message) {
    this.#socket.send(message);
  }

  /** The oldest message not read yet, once there is one: a text, or bytes as an array of numbers. */
  async receive() {
    if (this.#received.length === 0) await new Promise((resolve) => this.#waiting.push(resolve));
    return this.#received.shift();
  }

  /** Sends, and gives the next message. */
  ask(message) {
    this.send(message);
    return this.receive();
  }

  /** Closes this end. */
  close(code, reason) {
    this.#socket.close(code, reason);
  }

  #take(data) {
    this.#received.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
    this.#waiting.shift()?.();
  }
}
