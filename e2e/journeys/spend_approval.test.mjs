//! A proposal waits for people, and what they decide holds for exactly what they were shown.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { addKey, newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "approvals"));
});

const params = {
  title: "Forty seats",
  amount: "1250.5",
  currency: "EUR",
  lines: [
    { description: "Seats – \"Pro\"", amount: "1250" },
    { description: "Fee", amount: "0.50" },
  ],
  requester: "Rita@acme.example",
  approvers: ["bob@acme.example", "carol@acme.example"],
  expires_in: "2d",
};

async function propose(changes = {}, headers = {}) {
  const json = { params: { ...params, ...changes } };
  const answer = await customer.send("POST", "/v1/workflows/spend_approval", { json, headers });
  assert.equal(answer.status, 202, String(answer));
  assert.equal(answer.headers.get("location"), `/v1/workflows/spend_approval/${answer.json.id}`);
  return answer.json.id;
}

const shown = async (id) => (await customer.get(`/v1/approvals/${id}`)).json;
const run = async (id) => (await customer.get(`/v1/workflows/spend_approval/${id}`)).json;
const decide = (id, json) => customer.send("POST", `/v1/approvals/${id}/decision`, { json });
const signal = (id, json) => customer.send("POST", `/v1/workflows/spend_approval/${id}/events`, { json });
const concluded = (id, status) => until(`${id} is ${status}`, () => shown(id), (of) => of.status === status);

/** Canonical JSON of plain content: sorted members, no space. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}

test("a quorum approves exactly what it was shown", async () => {
  const id = await propose({}, { "idempotency-key": "seats-1" });
  assert.equal(await propose({ amount: "1250.50" }, { "idempotency-key": "seats-1" }), id, "the same request");
  const first = await shown(id);
  assert.equal(first.status, "pending");
  assert.equal(first.content.amount, "1250.50");
  assert.equal(first.content.requester, "rita@acme.example");
  assert.equal(first.content_hash, createHash("sha256").update(canonical(first.content)).digest("hex"));
  await until("the run is at work", () => run(id), ({ status }) => status === "running");

  const stranger = await decide(id, { decision: "approve", approver: "mallory@acme.example" });
  assertProblem(stranger, 403, "approval.not_asked");
  assertProblem(await decide(id, { decision: "approve" }), 403, "approval.not_asked");
  const bob = await decide(id, { decision: "approve", approver: "Bob@acme.example", comment: "ok" });
  assert.equal(bob.status, 200, String(bob));
  assert.equal((await decide(id, { decision: "approve", approver: "bob@acme.example" })).status, 200);
  assertProblem(await decide(id, { decision: "reject", approver: "bob@acme.example" }), 409, "approval.decided");

  const dearer = { ...params, amount: "2000", lines: [] };
  const revised = await signal(id, { type: "revise", payload: dearer });
  assert.equal(revised.status, 202, String(revised));
  const second = await shown(id);
  assert.equal(second.revision, 2);
  assert.ok(second.decisions.every(({ void: gone }) => gone));
  for (const content_hash of [first.content_hash, undefined]) {
    const stale = await decide(id, { decision: "approve", approver: "carol@acme.example", content_hash });
    assertProblem(stale, 409, "approval.changed");
  }
  for (const approver of ["carol@acme.example", "bob@acme.example"]) {
    const { content_hash } = second;
    const answer = await decide(id, { decision: "approve", approver, content_hash });
    assert.equal(answer.status, 200, String(answer));
  }
  const end = await concluded(id, "approved");
  assert.equal(end.decisions.filter(({ void: gone }) => !gone).length, 2);
  assert.deepEqual(
    end.history.map(({ action }) => action),
    ["proposed", "decided", "revised", "decided", "decided", "concluded"],
  );
  const done = await until("the run is complete", () => run(id), ({ status }) => status === "completed");
  assert.deepEqual(done.output, { status: "approved", content_hash: second.content_hash });
});

test("a rejection ends it, a withdrawal too, and lists tell them apart", async () => {
  const [rejected, withdrawn, ended] = [await propose(), await propose(), await propose()];
  const no = { decision: "reject", approver: "carol@acme.example", comment: "too dear" };
  assert.equal((await decide(rejected, no)).status, 200);
  assert.equal((await signal(withdrawn, { type: "withdraw", payload: { reason: "no budget" } })).status, 202);
  await concluded(rejected, "rejected");
  assert.equal((await concluded(withdrawn, "withdrawn")).reason, "no budget");
  assertProblem(await decide(rejected, { ...no, approver: "bob@acme.example" }), 409, "approval.concluded");
  const terminated = await customer.send("POST", `/v1/workflows/spend_approval/${ended}/terminate`);
  assert.equal(terminated.json.status, "terminated", String(terminated));
  assert.equal((await shown(ended)).status, "withdrawn");
  const again = await customer.send("POST", `/v1/workflows/spend_approval/${ended}/pause`);
  assertProblem(again, 409, "workflow.ended");

  const ids = async (query) => (await customer.list("/v1/approvals", query)).map(({ id }) => id);
  assert.deepEqual(await ids({ status: "rejected" }), [rejected]);
  assert.deepEqual(await ids({ status: "withdrawn" }), [ended, withdrawn]);
  assert.equal((await ids({ approver: "bob@acme.example", limit: 1 })).length, 4);
  assert.deepEqual(await ids({ approver: "nobody@acme.example" }), []);
});

test("a bad proposal is refused whole, and another tenant's is not there", async () => {
  const bad = { ...params, amount: "1,5", approvers: ["rita@acme.example"], expires_in: "10s" };
  const answer = await customer.send("POST", "/v1/workflows/spend_approval", { json: { params: bad } });
  const problem = assertProblem(answer, 422, "request.invalid");
  const pointers = problem.errors.map(({ pointer }) => pointer);
  assert.deepEqual(pointers, ["/params/amount", "/params/approvers/0", "/params/expires_in"]);

  const id = await propose();
  const stranger = new Customer(mesh, await newTenant(mesh, "approvals-other"));
  assertProblem(await stranger.send("GET", `/v1/approvals/${id}`), 404, "approval.not_found");
  const decided = await stranger.send("POST", `/v1/approvals/${id}/decision`, { json: { decision: "reject" } });
  assertProblem(decided, 404, "approval.not_found");
  assertProblem(await stranger.send("GET", `/v1/workflows/spend_approval/${id}`), 404, "workflow.not_found");
  const reader = new Customer(mesh, customer.tenant, await addKey(mesh, customer.tenant, { scopes: ["approvals:read"] }));
  const unscoped = await reader.send("POST", `/v1/approvals/${id}/decision`, { json: { decision: "approve" } });
  assertProblem(unscoped, 403, "auth.missing_scope");
});
