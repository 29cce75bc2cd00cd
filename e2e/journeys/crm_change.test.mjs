//! Changes in CRMs become accounts and contacts with their history, whatever order they come in; a malformed one is seen
//! by an operator.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

let mesh;
let customer;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "crm"));
});

const AT = Date.parse("2026-10-05T10:00:00Z");

/** A change event as Salesforce's Pub/Sub API gives it, so many minutes after `AT`. */
const salesforce = (minutes, changeType, fields, header = {}) => ({
  event: { replayId: minutes },
  payload: {
    ChangeEventHeader: {
      entityName: "Account",
      recordIds: ["0015e00000AbCdEAAV"],
      changeType,
      changeOrigin: "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/",
      transactionKey: `0003b8e5-${minutes}`,
      sequenceNumber: 1,
      commitTimestamp: AT + minutes * 60_000,
      commitNumber: 10_585_193_272 + minutes,
      commitUser: "0055e000001AbCd",
      ...header,
    },
    ...fields,
  },
});

const hubspot = (minutes, subscriptionType, rest = {}) => ({
  eventId: 100 + minutes,
  subscriptionId: 7,
  portalId: 62_515,
  appId: 54,
  occurredAt: AT + minutes * 60_000,
  subscriptionType,
  attemptNumber: 0,
  objectId: 1_246_965,
  changeSource: "CRM_UI",
  ...rest,
});

async function submit(payload) {
  const answer = await customer.send("POST", "/v1/events", { json: { source: "generic", type: "crm.change", payload } });
  assert.equal(answer.status, 202, String(answer));
  return answer.json.event_id;
}

async function only(kind) {
  const { items } = (await customer.get(`/v1/${kind}`)).json;
  assert.equal(items.length, 1, JSON.stringify(items));
  return (await customer.get(`/v1/${kind}/${items[0].id}`)).json;
}

test("Salesforce's changes add up in its own order, however they come", async () => {
  const changed = (field) => ({ changedFields: [field, "LastModifiedDate"] });
  const modified = { LastModifiedDate: "2026-10-05T10:00:00Z" };
  const late = salesforce(30, "UPDATE", { Phone: "+47 3", ...modified }, changed("Phone"));
  const ids = [];
  for (const payload of [
    late,
    salesforce(10, "UPDATE", { Phone: "+47 1", ...modified }, changed("Phone")),
    salesforce(20, "UPDATE", { Phone: null, Site: "unchanged", ...modified }, changed("Phone")),
    salesforce(0, "CREATE", { Name: "Fennimore & Söhne", BillingAddress: { City: "Graz", Street: null } }),
    late,
  ]) {
    ids.push(await submit(payload));
  }
  for (const id of ids) {
    const event = await customer.settled(id);
    assert.equal(event.status, "processed", event.reason);
    assert.deepEqual(event.steps.map(({ name }) => name), ["load", "read", "apply"]);
  }
  const account = await only("accounts");
  assert.deepEqual([account.source, account.record_id, account.name, account.deleted], [
    "salesforce",
    "0015e00000AbCdEAAV",
    "Fennimore & Söhne",
    false,
  ]);
  assert.deepEqual(account.fields, {
    "BillingAddress.City": "Graz",
    LastModifiedDate: "2026-10-05T10:00:00Z",
    Name: "Fennimore & Söhne",
    Phone: "+47 3",
  });
  assert.deepEqual([account.first_at, account.last_at], ["2026-10-05T10:00:00.000Z", "2026-10-05T10:30:00.000Z"]);
  const { timeline } = (await customer.get(`/v1/accounts/${account.id}?field=Phone`)).json;
  assert.deepEqual(timeline.map(({ value }) => value), ["+47 3", undefined, "+47 1"], "emptied in between, and no line twice");
  assert.ok(ids.includes(timeline[0].event_id));
  assert.equal(account.timeline.at(-1).change, "created");
  assert.equal(account.timeline.filter(({ change }) => change === "set").length, 3 + 3 + 2);

  const gone = await submit(salesforce(40, "DELETE", {}));
  await customer.settled(gone);
  assert.equal((await only("accounts")).deleted, true);
});

test("HubSpot's notifications come as signed webhooks, a list at once", async () => {
  const set = (minutes, name, value) =>
    hubspot(minutes, "contact.propertyChange", { propertyName: name, propertyValue: value });
  const list = [
    set(3, "email", "ama@fennimore.example"),
    set(1, "lastname", "Osei"),
    set(2, "firstname", "Ama"),
    hubspot(0, "contact.creation"),
    hubspot(4, "deal.creation"),
  ];
  const answer = await deliver(customer.endpoint("standard"), JSON.stringify(list));
  assert.equal(answer.status, 202, String(answer));
  const event = await customer.settled(answer.json.event_id);
  assert.equal(event.status, "processed", event.reason);
  const contact = await only("contacts");
  assert.deepEqual([contact.name, contact.organization, contact.fields.email], [
    "Ama Osei",
    "62515",
    "ama@fennimore.example",
  ]);
  assert.deepEqual(contact.timeline.map(({ change, field }) => field ?? change), ["email", "firstname", "lastname", "created"]);
  const stranger = new Customer(mesh, await newTenant(mesh, "crm-other"));
  assert.deepEqual((await stranger.get("/v1/contacts")).json.items, []);
  assertProblem(await stranger.send("GET", `/v1/contacts/${contact.id}`), 404, "contact.not_found");
  assertProblem(await customer.send("GET", `/v1/accounts/${contact.id}`), 404, "account.not_found");
});

test("a malformed change is a dead letter, and what is not followed is skipped and says so", async () => {
  const odd = await customer.settled(await submit(salesforce(0, "CREATE", {}, { commitTimestamp: "yesterday" })));
  assert.equal(odd.status, "failed");
  assert.match(odd.reason, /`ChangeEventHeader\.commitTimestamp`/);
  const email = "olivia.owner@weft.example";
  const { json } = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  const query = new URLSearchParams({ tenant: customer.tenant.id });
  const headers = { "cf-access-jwt-assertion": json.token };
  const { items } = (await send("GET", `${mesh.admin}/admin/api/dead-letters?${query}`, { headers })).json;
  assert.deepEqual(items.map(({ event_id, workflow, step }) => [event_id, workflow, step]), [
    [odd.id, "CrmChange", "read"],
  ]);
  const other = await customer.settled(await submit(salesforce(0, "CREATE", {}, { entityName: "Opportunity" })));
  assert.deepEqual([other.status, /`Opportunity`/.test(other.reason)], ["skipped", true]);
});
