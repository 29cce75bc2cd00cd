//! What Cloudflare's edge does for a Worker whose client leaves: it says so at once. A connection that a client merely
//! closes looks to the local runtime like one whose client has said all it had to say, and waits; so between them stands
//! this, which resets it.

import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Edge {
  #server;
  #sockets = new Set();

  /** An edge before the gateway at `origin`. Its own `origin` is where clients go. */
  static async before(origin) {
    const { hostname, port } = new URL(origin);
    const edge = new Edge();
    edge.#server = createServer((client) => edge.#pass(client, connect(Number(port), hostname)));
    edge.#server.listen(0, "127.0.0.1");
    await once(edge.#server, "listening");
    edge.origin = `http://127.0.0.1:${edge.#server.address().port}`;
    return edge;
  }

  #pass(client, worker) {
    for (const socket of [client, worker]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => this.#sockets.delete(socket));
    }
    client.pipe(worker, { end: false });
    worker.pipe(client);
    client.once("end", () => worker.resetAndDestroy());
    client.once("close", () => worker.resetAndDestroy());
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
