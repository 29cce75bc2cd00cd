// The same Workers as `bench/rust`, as one writes them in TypeScript: entrypoint classes whose methods take and give
// plain objects.

import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";

interface Entry {
  id: string;
  amount: number;
  tags: [string, string];
}

interface Ledger {
  add(entry: Entry): Promise<Entry>;
  addAll(entries: Entry[]): Promise<Entry[]>;
}

interface CounterStub {
  count(entry: Entry): Promise<Entry>;
}

interface Env {
  BACK: Ledger;
  MIDDLE: Ledger;
  COUNTER: { getByName(name: string): CounterStub };
}

const MANY = 100;

export class Back extends WorkerEntrypoint<Env> {
  async add(entry: Entry): Promise<Entry> {
    entry.amount += 1;
    return entry;
  }

  async addAll(entries: Entry[]): Promise<Entry[]> {
    if (entries.length === 0) throw new Error("there is no entry");
    for (const entry of entries) entry.amount += 1;
    return entries;
  }
}

export class Middle extends WorkerEntrypoint<Env> {
  async add(entry: Entry): Promise<Entry> {
    return await this.env.BACK.add(entry);
  }

  async addAll(entries: Entry[]): Promise<Entry[]> {
    return await this.env.BACK.addAll(entries);
  }
}

export class CounterObject extends DurableObject<Env> {
  #counted = 0;

  async count(entry: Entry): Promise<Entry> {
    this.#counted += 1;
    entry.amount += this.#counted;
    return entry;
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/small":
        return whole((await env.BACK.add(entry(1))).amount);
      case "/large": {
        const changed = await env.BACK.addAll(Array.from({ length: MANY }, (_, number) => entry(number)));
        return whole(changed.reduce((sum, { amount }) => sum + amount, 0));
      }
      case "/chain":
        return whole((await env.MIDDLE.add(entry(1))).amount);
      case "/durable":
        return whole((await env.COUNTER.getByName("tenant-1/counter").count(entry(1))).amount);
      case "/none":
        return whole(entry(1).amount);
      default:
        return new Response(`there is no ${pathname}`, { status: 500 });
    }
  },
};

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
