//! One trace as operators see it: a signed webhook through queue, workflow steps and delivery; a job that an alarm fires;
//! a call of a model; and each of them failing. The mesh is one of the journey's own, with a model in its environment.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";

import { call } from "../support/calls.mjs";
import { installedChromium } from "../support/chromium.mjs";
import { acts, ask, assertSound, signedIn } from "../support/console.mjs";
import { Customer } from "../support/customer.mjs";
import { runSql } from "../support/explorer.mjs";
import { ModelDouble } from "../support/model_double.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";
import { Receiver } from "../support/receiver.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

const skip = installedChromium() ? false : "no Chrome or Chromium is installed";
/** Where pictures go, for whoever wants to look at them. */
const PICTURES = process.env.WEFT_PICTURES;
/** The steps of a call, in order. */
const STEPS = ["load", "normalize", "prefilter", "extract", "verify", "store", "chunk", "embed", "evaluate", "notify"];

let state;
let mesh;
let double;
let customer;
const receivers = [];

before(async () => {
  double = await ModelDouble.start();
  state = await newState();
  const upstream = { kind: "openai_compatible", base_url: double.baseUrl, models: ["double", "down"] };
  const routes = { version: 1, revision: "traces", upstreams: [{ name: "main", ...upstream }] };
  mesh = await OwnMesh.start(state, { AI_ROUTES: JSON.stringify(routes) });
  customer = new Customer(mesh, await newTenant(mesh, "traces"));
});
after(async () => {
  for (const receiver of receivers) await receiver.stop();
  await mesh?.discard();
  await double?.stop();
  if (state) await removeState(state);
});

async function subscribed(answer, kinds) {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  receiver.answer = answer;
  const made = await customer.send("POST", "/v1/subscriptions", { json: { url: receiver.url, kinds } });
  assert.equal(made.status, 201, String(made));
  return { receiver, id: made.json.id };
}

/** A trace of the caller's own: its id, the caller's span, and the header that says both. */
function ownTrace() {
  const [id, span] = [randomBytes(16).toString("hex"), randomBytes(8).toString("hex")];
  return { id, span, headers: { traceparent: `00-${id}-${span}-01` } };
}

/** Waits until a trace is told as `done` wants it. */
function traced(id, what, done) {
  const told = async () => {
    const answer = await ask(mesh, "viewer", "GET", `traces/${id}`);
    return answer.status === 200 ? answer.json : { spans: [] };
  };
  const outline = ({ spans }) => spans.map(({ kind, name, status, parent }) => [kind, name, status, parent].join(" | "));
  return until(what, told, done, { show: outline });
}

const of = ({ spans }, kind) => spans.filter((span) => span.kind === kind);
const one = (trace, kind) => {
  const found = of(trace, kind);
  assert.equal(found.length, 1, `${kind}: ${JSON.stringify(found, null, 1)}`);
  return found[0];
};
/** The spans from one up to what it is part of at last. */
function above(trace, span) {
  const line = [];
  for (let at = span; at; at = trace.spans.find(({ id }) => id === at.parent)) line.push(at.kind);
  return line;
}

test("a webhook is one trace from the provider's call to the customer's endpoint", async () => {
  const { receiver } = await subscribed(204);
  const own = ownTrace();
  const answer = await deliver(customer.endpoint("standard"), call({ account: "Quillhaven" }), { headers: own.headers });
  assert.equal(answer.status, 202, String(answer));
  assert.equal(answer.headers.get("x-trace-id"), own.id);
  const { event_id: event } = answer.json;
  await customer.settled(event);
  const whole = (trace) =>
    of(trace, "request").length > 0 &&
    of(trace, "delivery").some(({ name }) => name.startsWith("signals.created")) &&
    of(trace, "delivery").every(({ status }) => status === "delivered");
  const trace = await traced(own.id, "request and delivery are told", whole);

  const request = one(trace, "request");
  assert.deepEqual([request.name, request.status, request.service], ["POST /hooks/{endpoint_id}", "202", "gateway"]);
  assert.equal(request.remote_parent, own.span, "the caller's span goes on");
  const accepted = one(trace, "event");
  assert.deepEqual([accepted.id, accepted.parent, accepted.status], [event, request.id, "processed"]);
  const queue = one(trace, "queue");
  assert.deepEqual([queue.parent, queue.status], [event, "handed over"]);
  const workflow = one(trace, "workflow");
  assert.deepEqual([workflow.parent, workflow.status], [event, "completed"]);
  const steps = of(trace, "step");
  assert.deepEqual(steps.map(({ name }) => name), STEPS);
  for (const step of steps) {
    assert.equal(step.parent, workflow.id);
    assert.ok(step.started_at <= step.ended_at && step.started_at >= workflow.started_at, JSON.stringify(step));
  }
  for (const delivery of of(trace, "delivery")) {
    assert.deepEqual([delivery.status, delivery.failed, delivery.event_id], ["delivered", false, event]);
  }
  const told = of(trace, "delivery").find(({ name }) => name.startsWith("signals.created"));
  assert.deepEqual(above(trace, told), ["delivery", "step", "workflow", "event", "request"]);
  assert.deepEqual([trace.failed, trace.more], [0, false]);

  const [message] = await receiver.received(1);
  const [, traceId, span] = message.headers.traceparent.split("-");
  assert.equal(traceId, own.id, "the customer's own work is part of the trace");
  assert.ok(of(trace, "delivery").some(({ span_id: id }) => id === span), "and of the attempt");
  const [read] = await acts(mesh, own.id);
  assert.deepEqual([read.action, read.tenant], ["trace.read", customer.tenant.id], "who looked is on record");
});

test("a webhook whose step fails shows where, with its dead letter", async () => {
  const tenant = customer.tenant.id;
  await runSql(
    mesh,
    "DATA_DB",
    `CREATE TRIGGER lost AFTER INSERT ON events WHEN NEW.tenant_id = '${tenant}' BEGIN
       UPDATE events SET object_key = 'lost/' || object_key WHERE id = NEW.id;
     END`,
  );
  const { id: subscription } = await subscribed(500, ["event.failed"]);
  const own = ownTrace();
  const answer = await deliver(customer.endpoint("standard"), call({ account: "Marrowby" }), { headers: own.headers });
  await customer.settled(answer.json.event_id);
  await runSql(mesh, "DATA_DB", "DROP TRIGGER lost");
  // The gateway writes what it saw in the background, two seconds after at worst.
  const refused = (trace) => of(trace, "delivery").some(({ failed }) => failed) && of(trace, "request").length > 0;
  const trace = await traced(own.id, "the refused delivery is told", refused);
  const load = of(trace, "step").find(({ name }) => name === "load");
  assert.deepEqual([load.status, load.failed], ["failed", true]);
  assert.ok(load.error.length > 0);
  assert.equal(one(trace, "workflow").failed, true);
  assert.equal(one(trace, "dead_letter").parent, answer.json.event_id);
  const delivery = of(trace, "delivery").find(({ failed }) => failed);
  assert.deepEqual(above(trace, delivery), ["delivery", "event", "request"]);
  const facts = Object.fromEntries(delivery.facts.map(({ name, value }) => [name, value]));
  assert.deepEqual([facts.http_status, facts.subscription], ["500", subscription]);
  assert.ok(trace.failed >= 4, `${trace.failed} went wrong`);
});

test("a job that an alarm fires is a trace of its own, with the workflow that it starts", async () => {
  const params = {
    title: "Forty seats", amount: "1250.50", currency: "EUR", requester: "rita@northwind.example",
    approvers: ["bob@northwind.example"], expires_in: "2d",
  };
  const schedule = { at: new Date().toISOString() };
  const made = await customer.send("POST", "/v1/jobs", {
    json: { name: "Ask", schedule, task: { kind: "workflow", name: "spend_approval", params } },
  });
  assert.equal(made.status, 201, String(made));
  const runs = () => customer.list(`/v1/jobs/${made.json.id}/runs`);
  const [run] = await until("the job fires", runs, ([first]) => first?.outcome === "succeeded");
  const asked = (trace) => of(trace, "approval").length === 1 && of(trace, "job").length === 1;
  const trace = await traced(run.trace_id, "the run and what it asked for are told", asked);
  const job = one(trace, "job");
  assert.deepEqual([job.id, job.service, job.status, job.parent], [run.id, "scheduler", "succeeded", null]);
  const tried = one(trace, "try");
  assert.deepEqual([tried.parent, tried.status], [run.id, "succeeded"]);
  const workflow = one(trace, "workflow");
  assert.deepEqual([workflow.name, workflow.parent], ["spend_approval", tried.id]);
  const approval = one(trace, "approval");
  assert.deepEqual([approval.parent, approval.status, approval.ended_at], [workflow.id, "pending", null]);
  assert.equal(trace.spans[0].id, run.id, "what begins a trace stands first");
});

test("a job whose request is refused shows each try, and the request carries the trace", async () => {
  const receiver = await Receiver.start();
  receivers.push(receiver);
  receiver.answer = 503;
  const made = await customer.send("POST", "/v1/jobs", {
    json: {
      name: "Call", schedule: { at: new Date().toISOString() }, task: { kind: "http", url: receiver.url },
      retry: { max_attempts: 2, delay: "1s" },
    },
  });
  assert.equal(made.status, 201, String(made));
  const runs = () => customer.list(`/v1/jobs/${made.json.id}/runs`);
  const [run] = await until("the job gives up", runs, ([first]) => first?.outcome === "failed");
  const trace = await traced(run.trace_id, "both tries are told", (trace) =>
    of(trace, "try").length === 2 && of(trace, "job")[0]?.status === "failed");
  assert.ok(of(trace, "try").every(({ failed, parent }) => failed && parent === run.id));
  assert.equal(one(trace, "job").attempts, 2);
  const sent = receiver.arrived.map(({ headers }) => headers.traceparent.split("-"));
  assert.deepEqual(sent.map(([, id]) => id), [run.trace_id, run.trace_id]);
  assert.deepEqual(sent.map(([, , span]) => span), of(trace, "try").map(({ span_id: id }) => id), "each its try's span");
});

test("a call of a model is told with its tokens, and one that came to nothing with why", async () => {
  const ask = (model, headers) =>
    customer.send("POST", "/v1/chat/completions", {
      json: { model, messages: [{ role: "user", content: "Say something" }], max_tokens: 100 },
      headers,
    });
  const own = ownTrace();
  assert.equal((await ask("double", own.headers)).status, 200);
  const told = (trace) => of(trace, "model").length === 1 && of(trace, "request").length === 1;
  const trace = await traced(own.id, "the call is told", told);
  const model = one(trace, "model");
  assert.deepEqual([model.name, model.status, model.parent], ["double", "finished", one(trace, "request").id]);
  const facts = Object.fromEntries(model.facts.map(({ name, value }) => [name, value]));
  assert.deepEqual([facts.upstream, facts.tokens_in, facts.tokens_out], ["main", "11", "60"]);

  const lost = ownTrace();
  const answer = await ask("down", lost.headers);
  assert.ok(answer.status >= 500, String(answer));
  const missed = await traced(lost.id, "the call that failed is told", told);
  assert.deepEqual([one(missed, "model").status, one(missed, "model").failed], ["missed", true]);
  assert.deepEqual([one(missed, "request").status, missed.failed], [String(answer.status), 2]);
});

test("what is no trace, or one of nothing, is not found", async () => {
  for (const id of ["0".repeat(32), "nothing", "a".repeat(31)]) {
    assertProblem(await ask(mesh, "viewer", "GET", `traces/${id}`), 404, "trace.not_found");
  }
});

test("the page of a trace is sound, and the search leads to it", { skip }, async (t) => {
  const events = await customer.events();
  const traces = Object.fromEntries(events.map(({ status, trace_id: id }) => [status, id]));
  const page = await signedIn(t, mesh, "viewer");
  if (PICTURES) await mkdir(PICTURES, { recursive: true });
  for (const [status, id] of Object.entries(traces)) {
    for (const width of [1280, 390]) {
      await page.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
      await page.visit(`${mesh.admin}/admin/search?q=${id}`);
      assert.equal(await page.evaluate("location.pathname"), `/admin/traces/${id}`);
      await assertSound(page, `${status} ${width}`);
      for (const scheme of PICTURES ? ["light", "dark"] : []) {
        await writeFile(path.join(PICTURES, `trace-${status}-${scheme}-${width}.png`), await page.picture({ width, scheme }));
      }
    }
    const text = await page.text();
    for (const expect of ["What is not kept", "POST /hooks/{endpoint_id}", "outbox and queue", "load"]) {
      assert.ok(text.includes(expect), `${expect}: ${text}`);
    }
    const rows = await page.evaluate("document.querySelectorAll('.spans tbody tr').length");
    assert.equal(await page.evaluate("document.querySelectorAll('.fall:not(.scale)').length"), rows, "a bar a row");
  }
  assert.match(await page.text(), /went wrong/);
});
