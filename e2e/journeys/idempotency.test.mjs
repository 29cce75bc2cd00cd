//! The same request, sent many times at once under one `Idempotency-Key`: one effect, and the same answer to all. For
//! every route of the description that takes a key, so that a new one can't be forgotten.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newTenant } from "../support/tenants.mjs";

const AT_ONCE = 50;

const task = { kind: "event", source: "generic", type: "tick", payload: {} };
const approval = (title) => ({
  params: {
    title,
    requester: "rita@acme.example",
    approvers: ["bob@acme.example"],
    quorum: 1,
    amount: "10.00",
    currency: "EUR",
    lines: [{ description: "One seat", amount: "10.00" }],
    expires_in: "7d",
  },
});
const rule = (name) => ({
  name,
  scope: "signal",
  when: { "==": [{ var: "signal.kind" }, "churn_risk"] },
  then: [{ do: "alert", severity: "critical", title: "x" }],
});

/** Of each such route: a body by a name, what tells its effects apart, and where they are counted; `of` makes what has to be
 * there before, whose path the others take. */
const ROUTES = {
  "/v1/events": {
    body: (name) => ({ source: "generic", type: "note.taken", payload: { name } }),
    id: ({ event_id: id }) => id,
    list: "/v1/events",
  },
  "/v1/jobs": {
    body: (name) => ({ name, schedule: { every: "366d" }, task }),
    id: ({ id }) => id,
    list: "/v1/jobs",
  },
  "/v1/jobs/{id}/backfill": {
    of: async (who) => {
      const json = { name: "Hourly", schedule: { every: "1h" }, task };
      return `/v1/jobs/${(await who.send("POST", "/v1/jobs", { json })).json.id}`;
    },
    path: (job) => `${job}/backfill`,
    body: (name) => ({ from: "2026-01-01T00:00:00Z", to: `2026-01-01T0${name.length}:00:00Z` }),
    id: ({ id }) => id,
    list: (job) => `${job}/backfills`,
  },
  "/v1/rules": { body: rule, id: ({ id }) => id, list: "/v1/rules" },
  "/v1/subscriptions": {
    body: (name) => ({ url: `http://127.0.0.1:9/${name}`, kinds: ["budget"] }),
    id: ({ id }) => id,
    list: "/v1/subscriptions",
  },
  "/v1/workflows/{name}": {
    path: "/v1/workflows/spend_approval",
    body: approval,
    id: ({ id }) => id,
    list: "/v1/approvals",
  },
  "/v1/files/uploads": {
    body: (name) => ({ name: `${name}.zip`, media_type: "application/zip", size_bytes: 9_000_000 }),
    id: ({ id }) => id,
  },
  "/v1/reports": {
    body: (name) => ({ kind: "account", account: `${name}.example` }),
    id: ({ id }) => id,
  },
};

/** Routes that take a key and are tried natively (`workers/gateway/tests/surface/endpoints.rs`), or in `files`. */
const ELSEWHERE = ["/v1/endpoints", "/v1/endpoints/{id}/rotate", "/v1/files"];

let mesh;
let keyed;
before(async () => {
  mesh = await runningMesh();
  const { paths } = (await send("GET", `${mesh.gateway}/openapi.json`)).json;
  const takesKey = ({ post }) => post?.parameters?.some(({ name }) => name === "Idempotency-Key");
  keyed = Object.keys(paths).filter((path) => takesKey(paths[path]));
});

test("every route that takes a key is here", () => {
  assert.deepEqual(keyed.filter((path) => !(path in ROUTES) && !ELSEWHERE.includes(path)), []);
});

for (const [pattern, route] of Object.entries(ROUTES)) {
  test(`${pattern}: ${AT_ONCE} at once have one effect and one answer`, async () => {
    const customer = new Customer(mesh, await newTenant(mesh, "idempotency"));
    const neighbor = new Customer(mesh, await newTenant(mesh, "idempotency-neighbor"));
    const headers = { "idempotency-key": `order-${Date.now()}` };
    const of = new Map();
    for (const who of [customer, neighbor]) of.set(who, await route.of?.(who));
    const at = (place, who) => (typeof place === "function" ? place(of.get(who)) : place);
    const post = (who, name) => who.send("POST", at(route.path ?? pattern, who), { json: route.body(name), headers });
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => post(customer, "first")));
    for (const answer of answers) assert.ok([200, 201, 202].includes(answer.status), String(answer));
    const ids = new Set(answers.map(({ json }) => route.id(json)));
    assert.equal(ids.size, 1, [...ids].join(" "));

    // Later too, and for another body not at all.
    assert.equal(route.id((await post(customer, "first")).json), [...ids][0]);
    assertProblem(await post(customer, "second"), 422, "idempotency.key_reused");
    // The key is the tenant's own.
    const other = await post(neighbor, "second");
    assert.ok([200, 201, 202].includes(other.status), String(other));
    assert.ok(!ids.has(route.id(other.json)), "another tenant has its own");
    if (route.list) assert.equal((await customer.list(at(route.list, customer))).length, 1);
  });
}
