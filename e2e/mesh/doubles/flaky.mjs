//! A Worker in front of another that breaks as often as it is told to, and counts what arrives.

import { WorkerEntrypoint } from "cloudflare:workers";

let breaks = 0;
let arrived = 0;

/** `GET /?breaks=2` lets the next two calls break; `GET /` says how many arrived since. */
export default {
  fetch(request) {
    const wanted = new URL(request.url).searchParams.get("breaks");
    if (wanted === null) return Response.json(arrived);
    [breaks, arrived] = [Number(wanted), 0];
    return new Response();
  },
};

export class Desk extends WorkerEntrypoint {
  ask(...frame) {
    return this.#pass("ask", frame);
  }

  act(...frame) {
    return this.#pass("act", frame);
  }

  async #pass(method, frame) {
    arrived += 1;
    if (breaks > 0) {
      breaks -= 1;
      throw new Error("broken as asked");
    }
    return this.env.DESK[method](...frame);
  }
}
