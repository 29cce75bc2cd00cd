//! What operators do is on record: who, what, before and after, in a chain that a command checks link by link.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";

import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";

const OWNER = "olivia.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const XTASK = process.env.WEFT_XTASK;

let mesh;
let owner;
let viewer;

before(async () => {
  mesh = await runningMesh();
  [owner, viewer] = await Promise.all([OWNER, VIEWER].map(token));
});

async function token(email) {
  const answer = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  assert.equal(answer.status, 200, String(answer));
  return answer.json.token;
}

const admin = (assertion, method, to, json, headers = {}) =>
  send(method, `${mesh.admin}/admin/api/${to}`, {
    headers: { "cf-access-jwt-assertion": assertion, ...headers },
    json,
  });

async function exported() {
  const lines = [];
  for (let after = "0"; after !== null; ) {
    const part = await admin(viewer, "GET", `audit/export?after=${after}`);
    assert.equal(part.status, 200, String(part));
    lines.push(...part.text.split("\n").filter(Boolean));
    after = part.headers.get("x-next-after");
  }
  return lines;
}

const xtask = (...args) =>
  new Promise((resolve) => {
    execFile(XTASK, ["audit", ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, stdout: stdout.trim(), stderr }),
    );
  });

test("a tenant is made, changed and suspended, and each is an entry with its author", async () => {
  const slug = `audit-${Date.now().toString(36)}`;
  const key = { "idempotency-key": slug };
  const made = await admin(owner, "POST", "tenants", { slug, name: "Audited" }, key);
  assert.equal(made.status, 201, String(made));
  const again = await admin(owner, "POST", "tenants", { slug, name: "Audited" }, key);
  assert.deepEqual([again.status, again.json.id], [201, made.json.id], String(again));
  assertProblem(await admin(owner, "POST", "tenants", { slug, name: "Other" }, key), 422, "idempotency.key_reused");
  assertProblem(await admin(owner, "POST", "tenants", { slug, name: "Other" }), 409, "tenant.slug_taken");
  assertProblem(await admin(viewer, "POST", "tenants", { slug: "no", name: "No" }), 403, "access.role_missing");

  const { id } = made.json;
  const changed = await admin(owner, "PATCH", `tenants/${id}`, { version: 1, plan: "scale" });
  assert.deepEqual([changed.status, changed.json.version], [200, 2], String(changed));
  const stale = await admin(owner, "PATCH", `tenants/${id}`, { version: 1, plan: "trial" });
  assertProblem(stale, 409, "request.stale");
  assert.equal(stale.json.current.plan, "scale");
  assert.equal((await admin(owner, "POST", `tenants/${id}/suspend`)).json.status, "suspended");

  const { json: audit } = await admin(viewer, "GET", `audit?tenant=${id}`);
  const seen = audit.items.map(({ action, actor, role }) => [action, actor, role]);
  const by = ["person:olivia.owner@weft.example", "owner"];
  assert.deepEqual(seen, [
    ["tenant.suspend", ...by],
    ["tenant.change", ...by],
    ["tenant.create", ...by],
  ]);
  assert.deepEqual([audit.items[1].before.plan, audit.items[1].after.plan], ["standard", "scale"]);
  assert.equal(audit.items[1].trace_id, changed.trace);
  const listed = await admin(viewer, "GET", `tenants?slug=${slug}&status=suspended`);
  assert.deepEqual(listed.json.items.map((tenant) => tenant.id), [id]);
});

test("operators at once make one chain", async () => {
  const { json: tenant } = await admin(owner, "POST", "tenants", { slug: `race-${Date.now().toString(36)}`, name: "Race" });
  const body = { name: "Race", scopes: [] };
  const issued = await Promise.all(Array.from({ length: 12 }, () => admin(owner, "POST", `tenants/${tenant.id}/keys`, body)));
  assert.deepEqual(issued.map(({ status }) => status), Array(12).fill(201), String(issued[0]));
  const { json: audit } = await admin(viewer, "GET", `audit?tenant=${tenant.id}&action=key.issue`);
  assert.equal(new Set(audit.items.map(({ target }) => target)).size, 12);
});

test("the command finds that the chain holds, and what anybody did to a copy of it", async () => {
  assert.ok(XTASK, "WEFT_XTASK names the command line");
  const folder = await mkdtemp(path.join(tmpdir(), "weft-audit-"));
  try {
    const file = path.join(folder, "audit.jsonl");
    const lines = await exported();
    const check = async (changed, ...args) => {
      await writeFile(file, `${changed.join("\n")}\n`);
      return xtask("verify", file, ...args);
    };
    const whole = await check(lines);
    assert.ok(!whole.failed, whole.stderr);
    const anchor = whole.stdout;
    assert.match(anchor, new RegExp(`^${lines.length}:[0-9a-f]{64}$`));
    const edited = [...lines];
    edited[2] = JSON.stringify({ ...JSON.parse(lines[2]), actor: "person:nobody@weft.example" });
    const swapped = [...lines];
    [swapped[1], swapped[2]] = [swapped[2], swapped[1]];
    for (const [changed, args, expect] of [
      [edited, [], /entry 3 was changed/],
      [lines.toSpliced(1, 1), [], /after entry 1 comes 3/],
      [swapped, [], /after entry 1 comes 3/],
      [lines.slice(0, -1), ["--anchor", anchor], new RegExp(`entry ${lines.length} was noted`)],
    ]) {
      const found = await check(changed, ...args);
      assert.ok(found.failed, `${expect}: ${found.stdout}`);
      assert.match(found.stderr, expect);
    }
    if (process.env.WEFT_DEV_JSON) {
      const live = await xtask("verify", "--state", path.dirname(process.env.WEFT_DEV_JSON), "--anchor", anchor);
      assert.ok(!live.failed, live.stderr);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
