//! Calls with an account become a report: a page that stands alone, and a PDF where a browser is installed.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "reports"));
});

const ACCOUNT = "Fennimore & Söhne";

async function callWith(account, occurred) {
  const payload = JSON.parse(call({ account }));
  const json = { source: "generic", type: "call.completed", occurred_at: occurred, payload };
  const answer = await customer.send("POST", "/v1/events", { json });
  assert.equal(answer.status, 202, String(answer));
  const settled = await customer.settled(answer.json.event_id);
  assert.equal(settled.status, "processed", settled.reason);
  assert.equal(settled.account, account);
  return settled;
}

const report = async (id) => (await customer.get(`/v1/reports/${id}`)).json;

test("a report shows what happened with an account, on a page and on paper", async () => {
  const inside = await callWith(ACCOUNT, "2026-10-05T10:00:00Z");
  await callWith(ACCOUNT, "2026-01-05T10:00:00Z");
  await callWith("Elsewhere", "2026-10-05T10:00:00Z");
  const json = { kind: "account", account: ACCOUNT, from: "2026-09-01T00:00:00Z", to: "2026-11-01T00:00:00Z" };
  const headers = { "idempotency-key": "q3" };
  const asked = await customer.send("POST", "/v1/reports", { json, headers });
  assert.equal(asked.status, 202, String(asked));
  const { id } = asked.json;
  assert.match(id, /^rep_[0-9a-f]{32}$/);
  assert.equal((await customer.send("POST", "/v1/reports", { json, headers })).json.id, id);

  const ended = ({ status }) => ["completed", "failed", "terminated"].includes(status);
  const made = await until("the report is made", () => report(id), ended);
  assert.equal(made.status, "completed", made.error);
  const page = await customer.get(made.html);
  assert.match(page.headers.get("content-type"), /^text\/html/);
  assert.match(page.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
  assert.ok(page.text.includes("Fennimore &amp; Söhne"));
  assert.match(page.text, /1 Sep 2026/);
  assert.match(page.text, /<svg[^>]*role="img"/);
  for (const { evidence } of (await customer.signals(inside.id)).slice(0, 3)) {
    const shown = evidence.quote.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    assert.ok(page.text.includes(shown.replaceAll('"', "&quot;")), `the page lacks “${evidence.quote}”`);
  }
  assert.equal(page.text.match(/<tr>/g).length, 2, "the heading and the one call of the period");

  const run = (await customer.get(`/v1/workflows/account_report/${id}`)).json;
  assert.deepEqual(run.steps.map(({ name, status }) => `${name} ${status}`), [
    "gather succeeded",
    "chart succeeded",
    "html succeeded",
    "pdf succeeded",
  ]);
  assert.equal(run.output.html.sha256, createHash("sha256").update(page.bytes).digest("hex"));
  if (made.pdf === null) {
    assert.match(made.pdf_reason, /no Chrome or Chromium/);
    assertProblem(await customer.send("GET", `/v1/reports/${id}/pdf`), 404, "report.no_pdf");
  } else {
    const pdf = await customer.get(made.pdf);
    assert.equal(pdf.headers.get("content-type"), "application/pdf");
    assert.equal(pdf.bytes.subarray(0, 5).toString(), "%PDF-");
    assert.ok(pdf.bytes.length > 5_000, `${pdf.bytes.length} bytes`);
  }
});

test("a bad request is pointed at, and another tenant's report is not there", async () => {
  const bad = { kind: "account", account: ACCOUNT, from: "2026-11-01T00:00:00Z", to: "2026-10-01T00:00:00Z" };
  const refused = assertProblem(await customer.send("POST", "/v1/reports", { json: bad }), 422, "request.invalid");
  assert.deepEqual(refused.errors.map(({ pointer }) => pointer), ["/from"]);
  const params = { ...bad, to: undefined, from: "2020-01-01T00:00:00Z" };
  const byWorkflow = await customer.send("POST", "/v1/workflows/account_report", { json: { params } });
  const problem = assertProblem(byWorkflow, 422, "request.invalid");
  assert.deepEqual(problem.errors.map(({ pointer }) => pointer), ["/params/from"]);

  const nothing = await customer.send("POST", "/v1/reports", { json: { kind: "account", account: "Nobody" } });
  const made = await until("it is made", () => report(nothing.json.id), ({ status }) => status === "completed");
  assert.match((await customer.get(made.html)).text, /Nothing happened in this period/);
  const stranger = new Customer(mesh, await newTenant(mesh, "reports-other"));
  assertProblem(await stranger.send("GET", `/v1/reports/${made.id}`), 404, "report.not_found");
  assertProblem(await stranger.send("GET", made.html), 404, "report.not_found");
});
