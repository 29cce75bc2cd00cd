//! A mesh whose pipeline is broken: what still answers, what says when to try again, and that health names the part.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { deliver } from "../support/signing.mjs";

let state;
let mesh;
let customer;

before(async () => {
  state = await newState();
  mesh = await OwnMesh.start(state, { WEFT_BROKEN: "pipeline" });
  customer = new Customer(mesh, mesh.tenants[0]);
});
after(async () => {
  await mesh?.discard();
  await removeState(state);
});

test("health says which part is ill", async () => {
  const answer = await send("GET", `${mesh.gateway}/healthz`);
  assert.equal(answer.status, 503, String(answer));
  const { pipeline } = answer.json.services;
  assert.equal(pipeline.status, "down", String(answer));
  assert.ok(!/broken|Error|stack/i.test(answer.text), "a stranger is not told what is wrong with it");
});

test("what needs only the gateway and the control database is served", async () => {
  for (const path of ["/docs", "/openapi.json"]) {
    assert.equal((await send("GET", `${mesh.gateway}${path}`)).status, 200, path);
  }
  assertProblem(await send("GET", `${mesh.gateway}/v1/events`), 401, "auth.missing_credentials");
  assertProblem(await customer.send("POST", "/v1/events", { json: {} }), 422, "request.invalid");
});

test("the scheduler's jobs are kept and served", async () => {
  const task = { kind: "event", source: "generic", type: "tick", payload: {} };
  const made = await customer.send("POST", "/v1/jobs", { json: { name: "Yearly", schedule: { every: "366d" }, task } });
  assert.equal(made.status, 201, String(made));
  assert.equal((await customer.get(`/v1/jobs/${made.json.id}`)).json.name, "Yearly");
});

test("every other route says when to try again, and nothing of what broke", async () => {
  const { json: document } = await send("GET", `${mesh.gateway}/openapi.json`);
  const refused = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!path.startsWith("/v1/")) continue;
      const content = operation.requestBody?.content ?? {};
      const json = content["application/json"]?.example;
      const body = content["application/octet-stream"] && "bytes";
      const place = path.replace(/\{(\w+)\}/g, (_, name) => parameter(document, operation, name));
      const query = path === "/v1/search" ? "?q=budget" : "";
      const headers = path === "/v1/live" ? { accept: "text/event-stream" } : {};
      const options = json === undefined ? { body, headers } : { json, headers };
      const answer = await customer.send(method.toUpperCase(), `${place}${query}`, options);
      assert.ok(answer.status < 500 || answer.status === 503, String(answer));
      assert.ok(!/broken/.test(answer.text), String(answer));
      if (answer.status !== 503) continue;
      assertProblem(answer, 503, "service.unavailable");
      assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/, String(answer));
      refused.push(`${method} ${path}`);
    }
  }
  const elsewhere = (route) => /^\w+ \/v1\/(endpoints|jobs)\b/.test(route);
  assert.deepEqual(refused.filter(elsewhere), [], "what the pipeline has no part in is served");
  assert.ok(refused.length >= 45, `only these were refused: ${refused.join(", ")}`);
});

test("a provider's delivery is not acknowledged, so that it comes again", async () => {
  const answer = await deliver(customer.endpoint("standard"), Buffer.from('{"type":"a.b","data":{}}'));
  assertProblem(answer, 503, "service.unavailable");
  assert.match(answer.headers.get("retry-after"), /^[1-9]\d*$/, String(answer));
});

/** A parameter of a path, as the document has it by example. */
function parameter(document, operation, name) {
  const { schema } = operation.parameters.find((parameter) => parameter.in === "path" && parameter.name === name);
  const known = schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  return known.examples?.[0] ?? known.example ?? known.enum?.[0] ?? "1";
}
