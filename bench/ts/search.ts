// Fills and asks one tenant's search index, as the pipeline does. Vectors come as base64.

import type { Context } from "../../contracts/typescript/mesh.js";
import type { TenantIndex, TenantScope } from "../../contracts/typescript/TenantIndex.js";

interface Env {
  TENANT: string;
  INDEX: { getByName(name: string): TenantIndex };
}

interface Passage {
  id: string;
  text: string;
  account: string;
  vector: string;
}

interface Batch {
  event_id: string;
  passages: Passage[];
}

interface Query {
  query: string;
  vector: string;
}

const LIMIT = 10;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const index = env.INDEX.getByName(`${env.TENANT}/index`);
    const context: Context<TenantScope> = { scope: { tenant: env.TENANT, actor: { service: "bench" } } };
    if (new URL(request.url).pathname === "/fill") {
      const { event_id, passages } = await request.json<Batch>();
      const taken = passages.map((passage) => ({ ...passage, kind: "passage" as const, vector: bytes(passage.vector) }));
      const answer = await index.upsert({ event_id, passages: taken, source: "bench" }, context);
      return "ok" in answer ? new Response(String(taken.length)) : failed(answer);
    }
    const { query, vector } = await request.json<Query>();
    const answer = await index.find({ query, vector: bytes(vector), limit: LIMIT }, context);
    return "ok" in answer ? new Response(String(answer.ok.hits.length)) : failed(answer);
  },
};

const failed = (answer: unknown) => new Response(JSON.stringify(answer), { status: 500 });

const bytes = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
