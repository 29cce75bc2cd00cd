//! Tenants for journeys: each journey makes its own, so that what it counts is its own, however often and beside
//! whatever else it runs. They go straight into the control database, as the demo tenants do, through the local
//! runtime's explorer.

import { createHash, randomBytes, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

import { runSql, sqlRows } from "./explorer.mjs";

const DATABASE = "CONTROL_DB";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** What a key may be allowed. */
export const SCOPES = [
  "endpoints:write",
  "endpoints:read",
  "events:write",
  "events:read",
  "signals:read",
  "search:read",
  "jobs:write",
  "jobs:read",
  "workflows:write",
  "workflows:read",
  "approvals:read",
  "approvals:decide",
  "subscriptions:write",
  "subscriptions:read",
  "live:read",
  "accounts:read",
  "ai:invoke",
  "reports:write",
  "reports:read",
  "rules:write",
  "rules:read",
  "alerts:write",
  "alerts:read",
  "files:write",
  "files:read",
  "usage:read",
];

/** An id of a kind: its prefix and a UUIDv7. */
export function newId(prefix) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return `${prefix}_${bytes.toString("hex")}`;
}

/** A well-formed API key that nobody has. */
export function newKey() {
  const characters = (count) => Array.from({ length: count }, () => DIGITS[randomInt(DIGITS.length)]).join("");
  const body = `wk_${characters(12)}_${characters(43)}`;
  return `${body}${base62(crc32(body), 6)}`;
}

function base62(number, width) {
  let digits = "";
  for (let rest = number; digits.length < width; rest = Math.floor(rest / 62)) digits = DIGITS[rest % 62] + digits;
  return digits;
}

/** Makes a tenant with an endpoint of each of `sources` and a key; in the form that `dev.json` has. */
export async function newTenant(mesh, name, { sources = ["standard", "zoom"], status = "active" } = {}) {
  const id = newId("ten");
  const slug = `${name}-${id.slice(-8)}`;
  await control(mesh, "INSERT INTO tenants (id, slug, name, status, created_at) VALUES (?, ?, ?, ?, ?)", [
    id,
    slug,
    name,
    status,
    Date.now(),
  ]);
  const tenant = { id, slug, endpoints: [] };
  for (const source of sources) tenant.endpoints.push(await addEndpoint(mesh, tenant, source));
  return { ...tenant, api_key: await addKey(mesh, tenant) };
}

/** Gives a tenant another key. Times are Unix milliseconds. */
export async function addKey(mesh, tenant, { scopes = SCOPES, expiresAt = "", revokedAt = "", limits = "" } = {}) {
  const key = newKey();
  await control(
    mesh,
    "INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, expires_at, revoked_at, limits, created_at) " +
      "VALUES (?, ?, 'Journey', ?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), NULLIF(?, ''), ?)",
    [
      newId("key"),
      tenant.id,
      key.slice(0, 15),
      createHash("sha256").update(key).digest("hex"),
      JSON.stringify(scopes),
      expiresAt,
      revokedAt,
      limits,
      Date.now(),
    ],
  );
  return key;
}

/** Gives a tenant another webhook endpoint. */
export async function addEndpoint(mesh, tenant, source, { status = "active" } = {}) {
  const id = newId("end");
  const secret =
    source === "standard" ? `whsec_${randomBytes(32).toString("base64")}` : randomBytes(16).toString("hex");
  await control(
    mesh,
    "INSERT INTO endpoints (id, tenant_id, source, name, secret, status, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [id, tenant.id, source, `Journey ${source}`, secret, status, Date.now()],
  );
  return { id, source, secret, url: `${mesh.gateway}/hooks/${id}` };
}

/** Changes what is stored of a tenant, before it is first used: what the gateway has read may be a minute old. */
export async function changeTenant(mesh, tenant, { limits = "{}", origins = [] }) {
  const origin = JSON.stringify(origins);
  const sql = "UPDATE tenants SET limits = ?, allowed_origins = ? WHERE id = ?";
  await control(mesh, sql, [limits, origin, tenant.id]);
}

/** When a tenant's key was last used, in Unix milliseconds; null where it never was. */
export async function lastUsed(mesh, tenant) {
  const sql = "SELECT max(last_used_at) FROM api_keys WHERE tenant_id = ?";
  const [[at]] = await sqlRows(mesh, DATABASE, sql, [tenant.id]);
  return at;
}

const control = (mesh, text, params) => runSql(mesh, DATABASE, text, params);
