// The gateway as one writes it in TypeScript: Hono, its middleware, Zod, WebCrypto, RPC with plain objects. The same
// routes and the same checks as ours, of those that are measured.

import { DurableObject } from "cloudflare:workers";

import { zValidator } from "@hono/zod-validator";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";

import type { Caller, Detail, Ingest } from "./intake.js";

interface Bindings {
  PIPELINE: {
    ingestEvent(caller: Caller, event: Ingest): Promise<{ event_id: string; duplicate: boolean }>;
    getEvent(caller: Caller, id: string): Promise<Detail>;
  };
  TENANT_LIMITS: { getByName(name: string): { take(bucket: string, rate: Rate, most: number): Promise<Lease> } };
  CACHE: { get<T>(key: string, options: { type: "json"; cacheTtl: number }): Promise<T | null> };
}

interface Rate {
  burst: number;
  per_minute: number;
}

interface Lease {
  given: number;
  left: number;
}

interface KeyRow {
  id: string;
  tenant_id: string;
  tenant_status: string;
  hash: string;
  scopes: string;
  expires_at: number | null;
  revoked_at: number | null;
}

interface EndpointRow {
  id: string;
  tenant_id: string;
  tenant_status: string;
  source: string;
  secret: string;
  status: string;
}

interface Variables {
  traceId: string;
  tenant?: string;
}

type Env = { Bindings: Bindings; Variables: Variables };

const CACHED_MS = 60_000;
const TOLERANCE_S = 300;
const MAX_EVENT_BYTES = 8 * 1024 * 1024;

const encoder = new TextEncoder();

class Problem extends HTTPException {
  constructor(
    status: ContentfulStatusCode,
    readonly code: string,
    detail: string,
    readonly errors?: { pointer: string; detail: string }[],
  ) {
    super(status, { message: detail });
  }
}

// What this isolate has read of keys and endpoints in the last minute.
const memory = new Map<string, { read_at: number; row: unknown }>();

async function cached<Row>(env: Bindings, key: string): Promise<Row | undefined> {
  const fresh = (entry?: { read_at: number } | null) => !!entry && Math.abs(Date.now() - entry.read_at) < CACHED_MS;
  const known = memory.get(key);
  if (fresh(known)) return known?.row as Row;
  const entry = await env.CACHE.get<{ read_at: number; row: Row }>(key, { type: "json", cacheTtl: 30 });
  if (!entry || !fresh(entry)) return undefined;
  memory.set(key, entry);
  return entry.row;
}

const crcs = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function checksum(text: string): string {
  let crc = 0xffffffff;
  for (const byte of encoder.encode(text)) crc = (crcs[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  let left = (crc ^ 0xffffffff) >>> 0;
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let encoded = "";
  for (let place = 0; place < 6; place++) {
    encoded = digits[left % 62] + encoded;
    left = Math.floor(left / 62);
  }
  return encoded;
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function same(one: string, other: string): boolean {
  const [a, b] = [encoder.encode(one), encoder.encode(other)];
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

/** A tenant's token buckets. */
export class TenantLimits extends DurableObject {
  #sql = this.ctx.storage.sql;

  constructor(state: DurableObjectState, env: unknown) {
    super(state, env as never);
    this.#sql.exec("CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, tokens REAL, at INTEGER) STRICT");
  }

  take(bucket: string, { burst, per_minute }: Rate, most: number): Lease {
    const now = Date.now();
    const [row] = this.#sql.exec("SELECT tokens, at FROM buckets WHERE name = ?", bucket).toArray();
    const before = row ? Math.min(burst, Number(row.tokens) + ((now - Number(row.at)) * per_minute) / 60_000) : burst;
    const given = Math.min(most, Math.floor(before));
    const put = "INSERT INTO buckets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET tokens = excluded.tokens, at = excluded.at";
    this.#sql.exec(put, bucket, before - given, now);
    return { given, left: Math.floor(before - given) };
  }
}

// What this isolate was given to spend within the next second.
const leases = new Map<string, { tokens: number; left: number; until: number }>();

async function spend(env: Bindings, tenant: string, bucket: string, rate: Rate) {
  const place = `${tenant}/${bucket}`;
  let lease = leases.get(place);
  if (!lease || lease.tokens === 0 || lease.until < Date.now()) {
    const { given, left } = await env.TENANT_LIMITS.getByName(`${tenant}/limits`).take(bucket, rate, 64);
    lease = { tokens: given, left, until: Date.now() + 1_000 };
    leases.set(place, lease);
  }
  if (lease.tokens === 0) throw new Problem(429, "rate.limited", "too many requests: slow down");
  lease.tokens -= 1;
  const reset = Math.ceil(((rate.burst - lease.left - lease.tokens) * 60) / rate.per_minute);
  return {
    "ratelimit-policy": `"${bucket}";q=${rate.burst};w=${Math.ceil((rate.burst * 60) / rate.per_minute)}`,
    ratelimit: `"${bucket}";r=${lease.left + lease.tokens};t=${reset}`,
  };
}

const RATES = {
  read: { burst: 20_000, per_minute: 120_000 },
  ingest: { burst: 20_000, per_minute: 120_000 },
  hook: { burst: 100_000, per_minute: 300_000 },
};

const requireKey = (scope: string, kind: "read" | "ingest") =>
  createMiddleware<Env>(async (c, next) => {
    const [, key] = /^bearer\s+(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
    if (!key) throw new Problem(401, "auth.missing_credentials", "send the API key as `Authorization: Bearer wk_…`");
    if (!/^wk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/.test(key) || checksum(key.slice(0, -6)) !== key.slice(-6)) {
      throw new Problem(401, "auth.invalid_credentials", "the API key is mistyped: its checksum does not fit");
    }
    const row = await cached<KeyRow>(c.env, `key:${key.slice(0, 15)}`);
    const hash = hex(await crypto.subtle.digest("SHA-256", encoder.encode(key)));
    const over = (time: number | null) => time !== null && time <= Date.now();
    if (!row || !same(hash, row.hash) || row.revoked_at !== null || over(row.expires_at)) {
      throw new Problem(401, "auth.invalid_credentials", "the API key is unknown, expired or revoked");
    }
    if (row.tenant_status !== "active") throw new Problem(403, "tenant.suspended", "the organization is suspended");
    if (!(JSON.parse(row.scopes) as string[]).includes(scope)) {
      throw new Problem(403, "auth.missing_scope", `the API key lacks the scope \`${scope}\``);
    }
    c.set("tenant", row.tenant_id);
    const standing = await spend(c.env, row.tenant_id, kind, RATES[kind]);
    for (const [name, value] of Object.entries(standing)) c.header(name, value);
    await next();
  });

const keys = new Map<string, Promise<CryptoKey>>();

function macKey(secret: string): Promise<CryptoKey> {
  let key = keys.get(secret);
  if (!key) {
    const bytes = Uint8Array.from(atob(secret.replace("whsec_", "")), (character) => character.charCodeAt(0));
    key = crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    keys.set(secret, key);
  }
  return key;
}

async function verify(secret: string, header: (name: string) => string | undefined, body: ArrayBuffer) {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((part) => header(`webhook-${part}`));
  if (!id || !timestamp || !signatures) throw new Problem(401, "hook.bad_signature", "the delivery is not signed");
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= TOLERANCE_S)) {
    throw new Problem(401, "hook.stale_signature", "the signature is older than five minutes");
  }
  const head = encoder.encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + body.byteLength);
  signed.set(head);
  signed.set(new Uint8Array(body), head.length);
  const key = await macKey(secret);
  for (const signature of signatures.split(" ")) {
    if (!signature.startsWith("v1,")) continue;
    const tag = Uint8Array.from(atob(signature.slice(3)), (character) => character.charCodeAt(0));
    if (await crypto.subtle.verify("HMAC", key, tag, signed)) return id;
  }
  throw new Problem(401, "hook.bad_signature", "the signature does not fit the body");
}

const Envelope = z.object({
  type: z.string().max(128).optional(),
  timestamp: z.iso.datetime({ offset: true }).optional(),
});

const Submit = z.strictObject({
  source: z.string().min(1).max(64),
  type: z.string().min(1).max(128),
  occurred_at: z.iso.datetime({ offset: true }).optional(),
  subject: z.string().max(256).optional(),
  payload: z.unknown(),
});

const app = new Hono<Env>();

app.use(requestId());
app.use(secureHeaders());
app.use(async (c, next) => {
  const started = Date.now();
  const sent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(c.req.header("traceparent") ?? "")?.[1];
  const traceId = sent ?? crypto.randomUUID().replaceAll("-", "");
  c.set("traceId", traceId);
  await next();
  c.header("x-trace-id", traceId);
  c.header("cache-control", "no-store");
  const { method, routePath: route } = c.req;
  const [status, tenant] = [c.res.status, c.get("tenant")];
  const duration_ms = Date.now() - started;
  console.log(JSON.stringify({ event: "request", method, route, status, trace_id: traceId, tenant, duration_ms }));
});

app.onError((error, c) => {
  const problem = error instanceof Problem ? error : new Problem(500, "internal.error", "something went wrong");
  const { status, code, errors } = problem;
  const body = { type: `/problems/${code}`, title: code, status, detail: problem.message, code, trace_id: c.get("traceId"), errors };
  return c.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
});

app.notFound(() => {
  throw new Problem(404, "route.not_found", "there is no such route");
});

app.post("/hooks/:id", bodyLimit({ maxSize: MAX_EVENT_BYTES }), async (c) => {
  const endpoint = await cached<EndpointRow>(c.env, `endpoint:${c.req.param("id")}`);
  if (!endpoint || endpoint.status !== "active" || endpoint.tenant_status !== "active") {
    throw new Problem(404, "endpoint.not_found", "there is no such endpoint");
  }
  const body = await c.req.arrayBuffer();
  const delivery_id = await verify(endpoint.secret, (name) => c.req.header(name), body);
  const read = Envelope.safeParse(JSON.parse(new TextDecoder().decode(body)));
  const { type, timestamp } = read.success ? read.data : {};
  c.set("tenant", endpoint.tenant_id);
  await spend(c.env, endpoint.tenant_id, `hook:${endpoint.id}`, RATES.hook);
  const receipt = await c.env.PIPELINE.ingestEvent(
    { tenant: endpoint.tenant_id, trace_id: c.get("traceId") },
    {
      source: endpoint.source,
      kind: type ?? "unknown",
      occurred_at: timestamp ? Date.parse(timestamp) : undefined,
      endpoint_id: endpoint.id,
      delivery_id,
      media_type: c.req.header("content-type") ?? "application/octet-stream",
      body: new Uint8Array(body),
    },
  );
  return c.json(receipt, 202);
});

app.post(
  "/v1/events",
  requireKey("events:write", "ingest"),
  bodyLimit({ maxSize: MAX_EVENT_BYTES }),
  zValidator("json", Submit, (result) => {
    if (result.success) return;
    const errors = result.error.issues.map(({ path, message }) => ({ pointer: `/${path.join("/")}`, detail: message }));
    throw new Problem(422, "request.invalid", "the body is invalid", errors);
  }),
  async (c) => {
    const { source, type, occurred_at, subject, payload } = c.req.valid("json");
    const receipt = await c.env.PIPELINE.ingestEvent(
      { tenant: c.get("tenant") ?? "", trace_id: c.get("traceId") },
      {
        source,
        kind: type,
        subject,
        occurred_at: occurred_at ? Date.parse(occurred_at) : undefined,
        delivery_id: c.req.header("idempotency-key"),
        media_type: "application/json",
        body: encoder.encode(JSON.stringify(payload)),
      },
    );
    return c.json(receipt, 202);
  },
);

app.get("/v1/events", requireKey("events:read", "read"), async (c) => {
  const caller = { tenant: c.get("tenant") ?? "", trace_id: c.get("traceId") };
  return c.json({ items: [await c.env.PIPELINE.getEvent(caller, "evt_01a195fc600070707070707070707070")], next_cursor: null });
});

app.get("/v1/events/:id", requireKey("events:read", "read"), async (c) => {
  const id = c.req.param("id");
  if (!/^evt_[0-9a-f]{32}$/.test(id)) throw new Problem(404, "event.not_found", "there is no such event");
  return c.json(await c.env.PIPELINE.getEvent({ tenant: c.get("tenant") ?? "", trace_id: c.get("traceId") }, id));
});

export default app;
