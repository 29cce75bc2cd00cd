//! A Worker in TypeScript beside the probe: it implements the same service, and calls the one in Rust with plain
//! objects. No part of the mesh is imported but types.

import { WorkerEntrypoint } from "cloudflare:workers";

import type { ReceivedContext } from "./mesh.js";
import type { File, RefuseErrorInput, Values, ValuesInput, Visitor, Workshop as Service, WorkshopImplementation } from "./Workshop.js";

interface Env {
  /** The service in Rust. */
  WORKSHOP: Service;
}

interface Wrong {
  method: string;
  request: unknown;
  context: unknown;
}

type Untyped = (request: unknown, context: unknown) => Promise<unknown>;

const scope: Visitor = { tenant: "acme", actor: "typescript" };

/** `POST /<case>` calls the service in Rust. JSON knows no bigint, so the answer has them as text with an `n`. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { WORKSHOP } = env;
    switch (new URL(request.url).pathname.slice(1)) {
      case "echo": {
        const values: ValuesInput = {
          largest: 2n ** 64n - 1n,
          smallest: -(2n ** 63n),
          fraction: 0.1,
          count: 7,
          text: "grüße 👋",
          bytes: new Uint8Array([0, 255, 128]),
          maybe: null,
          shapes: ["point", { circle: 5 }, { box: { width: 1, height: 65_535 } }],
        };
        return json(await WORKSHOP.echo(values, { scope }));
      }
      case "refuse":
        return json(await WORKSHOP.refuse("because", { scope }));
      case "visitor":
        return json(await WORKSHOP.visitor(null, { scope, from: "typescript" }));
      case "shout": {
        if (request.body === null) return new Response("a body, please", { status: 400 });
        const reply = await WORKSHOP.shout({ name: "note", content: request.body }, { scope });
        if (!reply.ok) return json(reply);
        return new Response(reply.ok.content, { headers: { "x-name": reply.ok.name } });
      }
      // What no compiler would let pass, as a caller that was not compiled may send it.
      case "wrong": {
        const { method, request: wrong, context } = (await request.json()) as Wrong;
        return json(await (WORKSHOP as unknown as Record<string, Untyped>)[method]!(wrong, context));
      }
      default:
        return new Response("no such case", { status: 404 });
    }
  },
};

/** The service in TypeScript. */
export class Workshop extends WorkerEntrypoint<Env> implements WorkshopImplementation {
  async echo(values: Values) {
    const { largest, smallest, bytes } = values;
    if (typeof largest !== "bigint" || typeof smallest !== "bigint" || !(bytes instanceof Uint8Array)) {
      throw new TypeError(`not as declared: ${typeof largest}, ${typeof smallest}, ${bytes.constructor.name}`);
    }
    return { ok: values };
  }

  async refuse(reason: string) {
    // Breaks the contract where it is asked to: a field is missing.
    if (reason === "wrongly") return { refused: { asked: { reason } } as unknown as RefuseErrorInput };
    return { refused: { asked: { reason, code: 2n ** 64n - 1n } } };
  }

  async shout({ name, content }: File) {
    const upper = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) =>
        controller.enqueue(chunk.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte))),
    });
    // RPC carries the platform's own streams only: its pipe is one.
    const { readable, writable } = new IdentityTransformStream();
    content.pipeThrough(upper).pipeTo(writable).catch(() => {});
    return { ok: { name: name.toUpperCase(), content: readable } };
  }

  async visitor(_request: null, { scope, from }: ReceivedContext<Visitor>) {
    return { ok: `${scope.actor} of ${scope.tenant}, called by ${JSON.stringify(from)}` };
  }
}

function json(value: unknown): Response {
  const text = (_: string, inner: unknown) =>
    typeof inner === "bigint" ? `${inner}n` : inner instanceof Uint8Array ? [...inner] : inner;
  return new Response(JSON.stringify(value, text));
}
