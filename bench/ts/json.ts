// The same work over the older kind of service binding: a `fetch` with JSON each way.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

interface Entry {
  id: string;
  amount: number;
  tags: [string, string];
}

interface Fetcher {
  fetch(url: string, init: { method: string; body: string }): Promise<Response>;
}

interface Env {
  BACK: Fetcher;
  MIDDLE: Fetcher;
  COUNTER: { getByName(name: string): Fetcher };
}

const MANY = 100;

export class Back extends WorkerEntrypoint<Env> {
  async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/add") {
      const entry: Entry = await request.json();
      entry.amount += 1;
      return Response.json(entry);
    }
    const entries: Entry[] = await request.json();
    if (entries.length === 0) return new Response("there is no entry", { status: 422 });
    for (const entry of entries) entry.amount += 1;
    return Response.json(entries);
  }
}

export class Middle extends WorkerEntrypoint<Env> {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    return Response.json(await post(this.env.BACK, pathname, await request.json()));
  }
}

export class CounterObject extends DurableObject<Env> {
  #counted = 0;

  async fetch(request: Request): Promise<Response> {
    const entry: Entry = await request.json();
    this.#counted += 1;
    entry.amount += this.#counted;
    return Response.json(entry);
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/small":
        return whole((await post<Entry>(env.BACK, "/add", entry(1))).amount);
      case "/large": {
        const entries = Array.from({ length: MANY }, (_, number) => entry(number));
        const changed = await post<Entry[]>(env.BACK, "/add-all", entries);
        return whole(changed.reduce((sum, { amount }) => sum + amount, 0));
      }
      case "/chain":
        return whole((await post<Entry>(env.MIDDLE, "/add", entry(1))).amount);
      case "/durable": {
        const object = env.COUNTER.getByName("tenant-1/counter");
        return whole((await post<Entry>(object, "/count", entry(1))).amount);
      }
      case "/none":
        return whole(entry(1).amount);
      default:
        return new Response(`there is no ${pathname}`, { status: 500 });
    }
  },
};

async function post<Reply>(target: Fetcher, path: string, body: unknown): Promise<Reply> {
  const answer = await target.fetch(`http://bench.internal${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return await answer.json();
}

function whole(amount: number): Response {
  return new Response(String(Math.floor(amount)));
}

function entry(number: number): Entry {
  return {
    id: `entry-${String(number).padStart(6, "0")}`,
    amount: number + 0.5,
    tags: [`tag-${number % 7}`, "billing"],
  };
}
