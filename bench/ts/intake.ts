// What stands behind the gateway in TypeScript: the same answers as `bench/gateway`, as plain objects.

import { WorkerEntrypoint } from "cloudflare:workers";

const DAY_MS = Date.UTC(2026, 10, 1);
const STEPS = ["archive", "fetch", "prefilter", "extract", "store", "evaluate"];
const EVENT = "evt_01a195fc600070707070707070707070";

export interface Caller {
  tenant: string;
  trace_id: string;
}

export interface Ingest {
  source: string;
  kind: string;
  subject?: string;
  occurred_at?: number;
  endpoint_id?: string;
  delivery_id?: string;
  media_type: string;
  body: Uint8Array;
}

export interface Detail {
  id: string;
  [field: string]: unknown;
}

export class Intake extends WorkerEntrypoint {
  async ingestEvent(_caller: Caller, _event: Ingest) {
    return { event_id: EVENT, duplicate: false };
  }

  async getEvent(_caller: Caller, id: string): Promise<Detail> {
    const at = (offset: number) => new Date(DAY_MS + offset).toISOString();
    return {
      id,
      source: "standard",
      type: "call.completed",
      status: "processed",
      title: "Northwind: renewal",
      account: "Northwind",
      signals_count: 3,
      size_bytes: 32_768,
      trace_id: "00000000000000000000000000000001",
      occurred_at: at(0),
      received_at: at(0),
      updated_at: at(60),
      assessment: {
        qualification: 0.75,
        risk: 0.25,
        headline: "A budget is named, and a date",
        counts: { budget: 2 },
      },
      steps: STEPS.map((name, number) => ({
        name,
        status: "completed",
        attempts: 1,
        started_at: at(10 * number),
        ended_at: at(10 * number + 5),
      })),
    };
  }
}

export default {
  fetch: () => new Response("ask over RPC", { status: 404 }),
};
