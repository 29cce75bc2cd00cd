//! Something on every page of the console: a tenant whose events went well, failed and are stuck, with a job, a
//! proposal, and a subscription whose endpoint answers.

import assert from "node:assert/strict";

import { call } from "./calls.mjs";
import { Customer } from "./customer.mjs";
import { runSql } from "./explorer.mjs";
import { until } from "./poll.mjs";
import { Receiver } from "./receiver.mjs";
import { deliver } from "./signing.mjs";
import { newTenant } from "./tenants.mjs";

/** Makes it, and gives the ids; `stop` ends what it started and mends what it broke. */
export async function fillConsole(mesh, name = "Northwind") {
  const customer = new Customer(mesh, await newTenant(mesh, name));
  const tenant = customer.tenant.id;
  const trigger = `demo_${tenant.slice(-8)}`;
  const data = (text, params) => runSql(mesh, "DATA_DB", text, params);
  const receiver = await Receiver.start();
  const post = async (path, json, status) => {
    const answer = await customer.send("POST", path, { json });
    assert.equal(answer.status, status, String(answer));
    return answer.json.id;
  };
  const send = async (account) => (await deliver(customer.endpoint("standard"), call({ account }))).json.event_id;

  const subscription = await post("/v1/subscriptions", { url: receiver.url }, 201);
  const event = await send("Quillhaven");
  await customer.settled(event);
  await receiver.received(1);
  const delivered = await until(
    "it is delivered",
    async () => (await customer.get(`/v1/subscriptions/${subscription}/deliveries`)).json.items,
    (items) => items.length > 0 && items.every(({ status }) => status === "delivered"),
  );

  // What this tenant sends from now on is looked for where it is not.
  await data(
    `CREATE TRIGGER ${trigger}_lost AFTER INSERT ON events WHEN NEW.tenant_id = '${tenant}' BEGIN
       UPDATE events SET object_key = 'lost/' || object_key WHERE id = NEW.id;
     END`,
  );
  const failed = await send("Marrowby");
  await customer.settled(failed);
  await data(`DROP TRIGGER ${trigger}_lost`);

  // What is found in its calls cannot be stored, so that the step is tried again and again.
  await data(
    `CREATE TRIGGER ${trigger}_stuck BEFORE INSERT ON signals WHEN NEW.tenant_id = '${tenant}' BEGIN
       SELECT RAISE(ABORT, 'the disk is full');
     END`,
  );
  const trying = ({ steps }) => steps.some((step) => step.name === "store" && step.error);
  /** Sends another call that is stuck, since one is given up after some four minutes. */
  const sendStuck = async () => {
    const id = await send("Thistledown");
    await until("it is stuck at a step", () => customer.event(id), trying, { show: ({ steps }) => steps });
    return id;
  };
  const stuck = await sendStuck();

  const task = { kind: "event", source: "generic", type: "tick", payload: { text: "Hello." } };
  const job = await post("/v1/jobs", { name: "Nightly digest", schedule: { every: "1h" }, task }, 201);
  const ran = await customer.send("POST", `/v1/jobs/${job}/run`);
  assert.ok(ran.status < 300, String(ran));
  const params = {
    title: "Forty seats", amount: "1250.50", currency: "EUR", requester: "rita@northwind.example",
    approvers: ["bob@northwind.example", "carol@northwind.example"], expires_in: "2d",
  };
  const approval = await post("/v1/workflows/spend_approval", { params }, 202);
  const under = async () => (await customer.get(`/v1/workflows/spend_approval/${approval}`)).json;
  await until("the proposal is at work", under, ({ status }) => status === "running");

  return {
    customer, tenant, event, failed, stuck, sendStuck, job, approval, subscription,
    delivery: delivered[0].id,
    trace: (await customer.event(event)).trace_id,
    failedTrace: (await customer.event(failed)).trace_id,
    /** The object that the failed event's bytes are in is found again. */
    mend: () => data("UPDATE events SET object_key = substr(object_key, 6) WHERE id = ? AND object_key LIKE 'lost/%'", [failed]),
    /** What is stuck goes on. */
    unstick: () => data(`DROP TRIGGER IF EXISTS ${trigger}_stuck`),
    async stop() {
      await data(`DROP TRIGGER IF EXISTS ${trigger}_stuck`);
      await data(`DROP TRIGGER IF EXISTS ${trigger}_lost`);
      await receiver.stop();
    },
  };
}

/** The pages of the console with these ids, by the name that their pictures have. */
export const pagesOf = (demo) => ({
  health: "",
  overview: "/overview",
  usage: "/usage",
  tenants: "/tenants",
  tenant: `/tenants/${demo.tenant}`,
  events: `/events?tenant=${demo.tenant}`,
  event: `/events/${demo.event}`,
  "event-failed": `/events/${demo.failed}`,
  "event-stuck": `/events/${demo.stuck}`,
  workflows: `/workflows?tenant=${demo.tenant}`,
  workflow: `/workflows/${demo.stuck}`,
  "workflow-approval": `/workflows/${demo.approval}`,
  jobs: `/jobs?tenant=${demo.tenant}`,
  job: `/jobs/${demo.job}?tenant=${demo.tenant}`,
  approvals: `/approvals?tenant=${demo.tenant}`,
  approval: `/approvals/${demo.approval}?tenant=${demo.tenant}`,
  subscriptions: `/subscriptions?tenant=${demo.tenant}`,
  subscription: `/subscriptions/${demo.subscription}?tenant=${demo.tenant}`,
  delivery: `/deliveries/${demo.delivery}?tenant=${demo.tenant}`,
  "dead-letters": `/dead-letters?tenant=${demo.tenant}`,
  "dead-letter-groups": "/dead-letters/groups",
  proposals: "/proposals",
  trace: `/traces/${demo.trace}`,
  "trace-failed": `/traces/${demo.failedTrace}`,
  audit: "/audit",
  "choose-tenant": "/jobs",
  whose: `/search?q=${demo.job}`,
});
