// Fills tenants' schedules and asks them. Stands behind the one in TypeScript as its pipeline.

import { WorkerEntrypoint } from "cloudflare:workers";

import type { Context } from "../../contracts/typescript/mesh.js";
import type { CreateJobInput, Jobs, TenantScope } from "../../contracts/typescript/Jobs.js";
import type { Upkeep } from "../../contracts/typescript/Upkeep.js";

interface Env {
  RUST: { getByName(name: string): Jobs & Upkeep };
  PIPELINE: { fetch(url: string): Promise<Response> };
  TYPESCRIPT: { getByName(name: string): { create(at: number): Promise<void> } };
}

/** Jobs to make: `each` of them for each of the tenants from `first` on, due evenly over `within` milliseconds from `at`. */
interface Fill {
  contender: "rust" | "typescript";
  first: number;
  tenants: number;
  each: number;
  at: number;
  within: number;
}

const AT_ONCE = 64;
const EVENT = "evt_01a195fc600070707070707070707070";
const YEARS_AWAY = 4_102_444_800_000;

/** Of the schedule in TypeScript: when a run arrived, and its nominal time. */
let dispatched: string[] = [];

/** What the schedule in TypeScript is bound to. */
export class Tasks extends WorkerEntrypoint {
  async emit_event(_request: unknown, { key }: { key: string }) {
    dispatched.push(`${Date.now()} ${key.slice(key.lastIndexOf(":") + 1)}`);
    return { event_id: EVENT, duplicate: false };
  }
}

const tenant = (number: number) => `ten_01a195fc60007${number.toString(16).padStart(19, "0")}`;

const context = (number: number): Context<TenantScope> => ({
  scope: { tenant: tenant(number), actor: { service: "bench" } },
});

const at = (time: number): CreateJobInput => ({
  name: "Bench",
  schedule: { at: { at: time } },
  task: { event: { source: "generic", kind: "bench", payload: "{}" } },
});

async function create(env: Env, contender: Fill["contender"], number: number, time: number, part = 0): Promise<void> {
  const name = `${tenant(number)}/schedule${part > 0 ? `-${part}` : ""}`;
  if (contender === "typescript") return env.TYPESCRIPT.getByName(name).create(time);
  const answer = await env.RUST.getByName(name).create_job(at(time), context(number));
  if (!("ok" in answer)) throw new Error(JSON.stringify(answer));
}

async function fill(env: Env, { contender, first, tenants, each, at, within }: Fill): Promise<void> {
  const total = tenants * each;
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < total; number = next++) {
      await create(env, contender, first + (number % tenants), at + Math.floor((number * within) / total));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const number = Number(searchParams.get("tenant"));
    const schedule = () => env.RUST.getByName(`${tenant(number)}/schedule`);
    const pipeline = (path: string) => env.PIPELINE.fetch(`http://pipeline${path}`);
    switch (pathname) {
      case "/fill":
        await fill(env, await request.json<Fill>());
        return new Response("1");
      case "/dispatched": {
        const lines = [...(await (await pipeline("/dispatched")).text()).split("\n"), ...dispatched].filter(Boolean);
        const runs = lines.map((line) => line.split(" ").map(Number));
        const times = runs.map(([at]) => at ?? 0);
        const lateness = runs.map(([at = 0, nominal = 0]) => at - nominal).sort((one, other) => one - other);
        const span = times.reduce((last, at) => Math.max(last, at), 0) - times.reduce((first, at) => Math.min(first, at), Infinity);
        const at = (share: number) => lateness[Math.max(Math.ceil(share * lateness.length) - 1, 0)] ?? 0;
        return Response.json({ count: runs.length, span_ms: span, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1) });
      }
      case "/count":
        return new Response(String(Number(await (await pipeline("/count")).text()) + dispatched.length));
      case "/forget":
        dispatched = [];
        return pipeline("/forget");
      case "/create":
        await create(env, "rust", number, YEARS_AWAY, Number(searchParams.get("part")));
        return new Response("1");
      case "/list": {
        const answer = await schedule().list_jobs({ limit: 50 }, context(number));
        return "ok" in answer ? new Response(String(answer.ok?.items.length)) : failed(answer);
      }
      case "/next": {
        const answer = await schedule().attend({}, context(number));
        return "ok" in answer ? new Response(JSON.stringify(answer.ok?.alarm)) : failed(answer);
      }
      default:
        return new Response(null, { status: 404 });
    }
  },
};

const failed = (answer: unknown) => new Response(JSON.stringify(answer), { status: 500 });
