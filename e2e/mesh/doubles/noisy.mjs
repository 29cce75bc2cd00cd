//! A Worker of which every kind of event can be had, for those that listen to its tail.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

/** RPC: logs values of several kinds. */
export class Talk extends WorkerEntrypoint {
  say(word) {
    console.warn("said", { word }, 7);
    return word;
  }
}

/** An alarm, and sockets that hibernate. */
export class Object extends DurableObject {
  async fetch() {
    const [client, server] = globalThis.Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  async wake() {
    await this.ctx.storage.setAlarm(Date.now());
  }

  alarm() {
    console.log("alarmed");
  }

  webSocketMessage(socket, message) {
    socket.send(message);
  }

  webSocketClose() {}
}

const routes = {
  "/rpc": ({ env }) => env.TALK.say("hello"),
  "/alarm": ({ env }) => env.OBJECT.getByName("one").wake(),
  "/queue": ({ env }) => env.QUEUE.send({ any: 1 }),
  "/socket": async ({ env }) => {
    const { webSocket } = await env.OBJECT.getByName("one").fetch("https://object/", { headers: { upgrade: "websocket" } });
    webSocket.accept();
    const answered = new Promise((resolve) => webSocket.addEventListener("message", resolve));
    webSocket.send("hello");
    await answered;
    webSocket.close(1000, "done");
  },
};

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    await routes[pathname]?.({ env });
    return new Response("heard", { status: 202 });
  },
  queue() {},
  scheduled({ cron }) {
    if (cron === "0 0 1 1 *") throw new RangeError("no year left");
  },
};
