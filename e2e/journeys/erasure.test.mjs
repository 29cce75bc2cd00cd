//! Erasing a contact in the real runtime: rows, raw bytes, index and archive lose the person and nobody else.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";

import { BUCKET, manifests, query } from "../support/analyst.mjs";
import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { explore, fire, objectKeys, sqlRows } from "../support/explorer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

const WORKER = "weft-pipeline";
const MINUTELY = "* * * * *";
const OWNER = "olivia.owner@weft.example";
const SECOND_OWNER = "oscar.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/** Submits a call as an event over the API and waits until it is worked off. */
async function processed(customer, payload) {
  const event = { source: "generic", type: "call.completed", payload: JSON.parse(payload) };
  const answer = await customer.send("POST", "/v1/events", { json: event });
  assert.equal(answer.status, 202, String(answer));
  const settled = await customer.settled(answer.json.event_id);
  assert.equal(settled.status, "processed", settled.reason);
  return answer.json.event_id;
}

async function admin(method, path, { email = OWNER, ...rest } = {}) {
  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  const headers = { "cf-access-jwt-assertion": json.token, ...rest.headers };
  return send(method, `${mesh.admin}${path}`, { ...rest, headers });
}

/** Has another owner approve what was proposed; gives the id of the erasure that it began. */
async function approved(proposal) {
  assert.deepEqual([proposal.action, proposal.status], ["erase_tenant", "open"]);
  assert.equal(proposal.content.counts.events, 1, JSON.stringify(proposal.content));
  const path = `/admin/api/proposals/${proposal.id}/approve`;
  const approve = (email) => admin("POST", path, { email, json: { hash: proposal.hash } });
  assertProblem(await approve(OWNER), 403, "proposal.not_yours");
  const answers = await Promise.all([approve(SECOND_OWNER), approve(SECOND_OWNER)]);
  const done = await approve(SECOND_OWNER);
  assert.deepEqual([done.status, done.json.status], [200, "done"], answers.join("\n"));
  const begun = await admin("GET", `/admin/api/tenants/${proposal.tenant}/erasures`, { email: VIEWER });
  assert.deepEqual(begun.json.items.map(({ id }) => id), [done.json.result.erasure], "once, however often it is approved");
  return done.json.result.erasure;
}

/** Asks for an erasure and waits until it is done; gives its id and certificate. */
async function erased(tenant, request) {
  const path = `/admin/api/tenants/${tenant.id}/erasures`;
  const ask = () => admin("POST", path, { json: { reason: "ticket 7", ...request }, headers: { "idempotency-key": "once" } });
  const [asked, again] = [await ask(), await ask()];
  assert.deepEqual([asked.status, again.status], [202, 202], String(asked));
  assert.equal(again.json.id, asked.json.id, "the same key asks for the same erasure");
  const id = request.scope === "tenant" ? await approved(asked.json) : asked.json.id;
  const { json } = await until(
    "the erasure is done",
    () => admin("GET", `${path}/${id}`, { email: VIEWER }),
    (answer) => answer.json.status !== "running",
    { seconds: 180 },
  );
  assert.deepEqual([json.status, json.error, json.requested_by], ["done", null, `person:${OWNER}`]);
  const certificate = await admin("GET", `${path}/${id}/certificate`, { email: VIEWER });
  assert.equal(certificate.status, 200, String(certificate));
  assert.equal(certificate.headers.get("x-certificate-sha256"), sha256(certificate.text));
  return { id, certificate: certificate.text, said: certificate.json };
}

/** Starts a workflow that waits for people. */
async function waiting(customer) {
  const lines = [{ description: "Seats", amount: "10" }];
  const people = { requester: "rita@acme.example", approvers: ["bob@acme.example"], expires_in: "2d" };
  const json = { params: { title: "Seats", amount: "10", currency: "EUR", lines, ...people } };
  const answer = await customer.send("POST", "/v1/workflows/spend_approval", { json });
  assert.equal(answer.status, 202, String(answer));
  const { id } = answer.json;
  await until("it waits", () => instance(id), (status) => status === "running" || status === "waiting");
  return id;
}

/** How the engine says that an instance is. */
async function instance(id) {
  const { result } = await explore(mesh, `/workflows/weft-spend-approval/instances/${id}`);
  return result.status;
}

test("a contact leaves rows, bytes, index and archive, and a certificate says so", async () => {
  const tenant = await newTenant(mesh, "erasure");
  const customer = new Customer(mesh, tenant);
  const about = call({ account: "Vossberg" });
  const other = about.replaceAll("rory.tamm", "mara.lind").replaceAll("Rory Tamm", "Mara Lind").replace("invoices", "payslips");
  const gone = await processed(customer, about);
  const kept = await processed(customer, other);
  await until(
    "both are in the archive",
    async () => {
      await fire(mesh, WORKER, MINUTELY);
      return query(mesh, tenant, "SELECT event_id FROM events");
    },
    (rows) => rows.length === 2,
  );

  const { id, certificate, said } = await erased(tenant, {
    scope: "contact",
    contact: { email: "rory.tamm@customer.example" },
  });
  const asked = "email=rory.tamm@customer.example\nname=\naccount=";
  assert.equal(said.selector_sha256, sha256(asked));
  assert.equal(said.events.count, 1);
  assert.equal(said.events.ids_sha256, sha256(`${gone}\n`));
  assert.equal(said.removed.archive_rows, 1);
  assert.ok(said.removed.passages > 0 && said.removed.rows.signals > 0 && said.removed.rows.events === 1, certificate);
  assert.ok(!certificate.includes("rory"), "it says nothing of whom it is about");

  assert.equal((await customer.send("GET", `/v1/events/${gone}`)).status, 404);
  assert.deepEqual(
    (await customer.events()).map((event) => event.id),
    [kept],
  );
  assert.ok((await customer.signals(kept)).length > 0);
  const { hits } = (await customer.get("/v1/search?q=fixing%20invoices%20by%20hand&limit=50")).json;
  assert.deepEqual([...new Set(hits.map((hit) => hit.event_id))], [kept]);
  assert.equal((await objectKeys(mesh, BUCKET, `${tenant.id}/raw/`)).length, 1);
  assert.deepEqual(await query(mesh, tenant, "SELECT event_id FROM events"), [{ event_id: kept }]);
  // Not even beside the manifest: the old file is gone at once.
  const [{ files }] = (await manifests(mesh, tenant)).values();
  const parquet = (await objectKeys(mesh, BUCKET, `archive/tenant=${tenant.id}/`)).filter((key) => key.endsWith(".parquet"));
  assert.deepEqual(parquet, files.map(({ key }) => key));
  const [[left]] = await sqlRows(mesh, "DATA_DB", "SELECT count(*) FROM erasure_events WHERE erasure_id = ?", [id]);
  const [[selector]] = await sqlRows(mesh, "DATA_DB", "SELECT selector FROM erasures WHERE id = ?", [id]);
  assert.deepEqual([Number(left), selector], [0, null]);
});

test("a tenant leaves nothing but its certificate", async () => {
  const [tenant, other] = [await newTenant(mesh, "erased"), await newTenant(mesh, "erased-other")];
  const [customer, stranger] = [new Customer(mesh, tenant), new Customer(mesh, other)];
  await processed(customer, call({ account: "Vossberg" }));
  const kept = await processed(stranger, call({ account: "Vossberg" }));
  const [ended, goes] = [await waiting(customer), await waiting(stranger)];
  const { said } = await erased(tenant, { scope: "tenant" });
  assert.deepEqual([await instance(ended), await instance(goes)], ["terminated", "running"], "its runs, and nobody else's");
  assert.ok(said.removed.live_entries > 0 && said.verified_empty.live_feed, JSON.stringify(said));
  assert.deepEqual([said.scope, said.events.count, said.removed.raw_objects], ["tenant", 1, 1]);
  assert.deepEqual(await customer.events(), []);
  assert.deepEqual(await objectKeys(mesh, BUCKET, `${tenant.id}/`), []);
  assert.deepEqual(await objectKeys(mesh, BUCKET, `archive/tenant=${tenant.id}/`), []);
  assert.deepEqual(
    (await stranger.events()).map((event) => event.id),
    [kept],
  );
});

test("an owner sets how long events are kept, and a viewer only reads it", async () => {
  const path = `/admin/api/tenants/${(await newTenant(mesh, "retention")).id}/retention`;
  assert.deepEqual((await admin("GET", path, { email: VIEWER })).json, {
    events_days: 730,
    updated_by: null,
    updated_at: null,
  });
  assertProblem(await admin("PUT", path, { email: VIEWER, json: { events_days: 90 } }), 403, "access.role_missing");
  assertProblem(await admin("PUT", path, { json: { events_days: 0 } }), 422, "request.invalid");
  assert.equal((await admin("PUT", path, { json: { events_days: 90 } })).status, 200);
  const { json } = await admin("GET", path, { email: VIEWER });
  assert.deepEqual([json.events_days, json.updated_by], [90, `person:${OWNER}`]);
});
