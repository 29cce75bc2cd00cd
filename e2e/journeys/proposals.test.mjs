//! What one operator may not do alone: two people, on the pages and over the API.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { installedChromium } from "../support/chromium.mjs";
import { SECOND_OWNER, acts, ask, assertSound, signedIn } from "../support/console.mjs";
import { runSql, sqlRows } from "../support/explorer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newId, newTenant } from "../support/tenants.mjs";

const skip = installedChromium() ? false : "no Chrome or Chromium is installed";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

const opens = async (key) =>
  (await send("GET", `${mesh.gateway}/v1/events`, { headers: { authorization: `Bearer ${key}` } })).status;

/** Letters of one cause, whose events are nowhere. */
async function bury(tenant, group, count) {
  const rows = Array.from({ length: count }, () => [newId("dlt"), newId("evt")]);
  const now = Date.now();
  await runSql(
    mesh,
    "DATA_DB",
    `INSERT INTO dead_letters (id, tenant_id, event_id, cause, workflow, step, errors, attempts, dead_at, expires_at, fingerprint, pattern)
     SELECT value ->> 0, ?, value ->> 1, 'workflow', 'call_ingest', 'load', '["no object"]', 1, ?, ?, ?, 'no object'
     FROM json_each(?)`,
    [tenant.id, now, now + 86_400_000, group, JSON.stringify(rows)],
  );
}

test("two owners replace all keys of a tenant on the pages, and the new ones are shown once", { skip, timeout: 240_000 }, async (t) => {
  const tenant = await newTenant(mesh, "rotated");
  assert.equal(await opens(tenant.api_key), 200);
  const [first, second] = [await signedIn(t, mesh, "owner"), await signedIn(t, mesh, SECOND_OWNER)];
  await first.visit(`${mesh.admin}/admin/tenants/${tenant.id}`);
  await first.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
  await assertSound(first, "the tenant's page with what takes two");
  const form = "form[action='/admin/proposals']:has([value=rotate_keys])";
  await first.fill(`${form} [name=reason]`, "a laptop was lost");
  await first.follow(`${form} button`);
  const path = await first.evaluate("location.pathname");
  assert.match(path, /^\/admin\/proposals\/prp_[0-9a-f]{32}$/);
  await assertSound(first, "the proposal, to its proposer");
  const own = await first.text();
  assert.ok(own.includes("Journey") && own.includes("You proposed this") && !own.includes("Approve exactly this"), own);

  await second.visit(`${mesh.admin}${path}`);
  await assertSound(second, "the proposal, to the second person");
  await second.follow("form[action$='/approve'] button");
  assert.match(await second.text(), /Who proposed it replaces the keys/);
  assert.ok(!(await second.evaluate("document.documentElement.outerHTML")).includes("wk_"), "no secret is the second person's");

  await first.visit(`${mesh.admin}${path}`);
  await first.follow("form[action$='/collect'] button");
  const secret = await first.evaluate("document.querySelector('.secret').textContent");
  await assertSound(first, "the new keys");
  assert.deepEqual([await opens(secret), await opens(tenant.api_key)], [200, 200], "the old one goes on for a while");
  await first.visit(`${mesh.admin}${path}`);
  assert.ok(!(await first.evaluate("document.documentElement.outerHTML")).includes(secret), "shown once");
  const keys = (await ask(mesh, "viewer", "GET", `tenants/${tenant.id}/keys`)).json.items;
  assert.deepEqual(keys.map(({ name, expires_at: at }) => [name, at !== null]), [["Journey", false], ["Journey", true]]);
  const on = (await acts(mesh, path.split("/").at(-1))).map(({ action, actor }) => [action, actor]);
  const [olivia, oscar] = ["person:olivia.owner@weft.example", `person:${SECOND_OWNER}`];
  assert.deepEqual(on, [["key.rotate", olivia], ["proposal.approve", oscar], ["proposal.make", olivia]]);
});

test("keys that are to end at once do", async () => {
  const tenant = await newTenant(mesh, "ended");
  const json = { action: "rotate_keys", tenant: tenant.id, reason: "it leaked", overlap_hours: 0 };
  const made = (await ask(mesh, "owner", "POST", "proposals", { json })).json;
  const act = (who, name) => ask(mesh, who, "POST", `proposals/${made.id}/${name}`, { json: { hash: made.hash } });
  assertProblem(await act("operator", "approve"), 403, "access.role_missing");
  assert.equal((await act(SECOND_OWNER, "approve")).json.status, "approved");
  const collected = (await act("owner", "collect")).json;
  assert.equal(collected.status, "done");
  assert.deepEqual([await opens(tenant.api_key), await opens(collected.keys[0].api_key)], [401, 200]);
});

test("a large redrive takes two, and one whose letters became many more is proposed anew", { timeout: 240_000 }, async (t) => {
  const tenant = await newTenant(mesh, "redriven");
  const group = newId("x").slice(2);
  // Their events are nowhere: whoever counts letters later is not to meet them.
  t.after(() => runSql(mesh, "DATA_DB", "DELETE FROM dead_letters WHERE fingerprint = ?", [group]));
  await bury(tenant, group, 101);
  const redrive = () => ask(mesh, "operator", "POST", `dead-letters/groups/${group}/redrive`, { json: { per_second: 50, reason: "mended" } });
  const outdated = await redrive();
  assert.deepEqual([outdated.status, outdated.json.status, outdated.json.content.counts.letters], [202, "open", 101]);
  await bury(tenant, group, 30);
  const approve = ({ id, hash }, who = "owner") => ask(mesh, who, "POST", `proposals/${id}/approve`, { json: { hash } });
  const refused = await approve(outdated.json);
  assertProblem(refused, 409, "proposal.outdated");
  const { content, result } = refused.json.current;
  assert.deepEqual([content.counts.letters, result.now.counts.letters], [101, 131]);
  if (!skip) {
    const page = await signedIn(t, mesh, "viewer");
    await page.visit(`${mesh.admin}/admin/proposals/${outdated.json.id}`);
    await assertSound(page, "an outdated proposal");
    const text = await page.text();
    assert.ok(text.includes("101") && text.includes("131"), text);
  }

  const { json: proposal } = await redrive();
  assertProblem(await approve(proposal, "operator"), 403, "proposal.not_yours");
  assertProblem(await approve(proposal, "viewer"), 403, "access.role_missing");
  const done = await approve(proposal);
  assert.deepEqual([done.status, done.json.status, done.json.result.letters], [200, "done", 131], String(done));
  const again = await approve(proposal);
  assert.deepEqual(again.json.result, done.json.result, "approved again, it is the same redrive");
  const begun = await sqlRows(mesh, "DATA_DB", "SELECT count(*), min(requested_by) FROM redrives WHERE fingerprint = ?", [group]);
  assert.deepEqual(begun.map(([count, by]) => [Number(count), by]), [[1, "person:omar.operator@weft.example"]]);
  await ask(mesh, "operator", "POST", `redrives/${done.json.result.redrive}/stop`);
});
