//! Every provider of the catalog: an endpoint made over the API takes what the provider's own library, or its
//! documentation, signs, and nothing else.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { NO_PYTHON, runClient } from "../support/python.mjs";
import { assertProblem } from "../support/problem.mjs";
import { post, PROVIDERS } from "../support/providers.mjs";
import { deliver } from "../support/signing.mjs";
import { newTenant } from "../support/tenants.mjs";

/** The public key of another company's Gong. */
const otherKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });

const JSON_BODY = { "content-type": "application/json" };

let mesh;
let customer;
let stranger;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "providers"));
  stranger = new Customer(mesh, await newTenant(mesh, "providers-other"));
});

/** Makes an endpoint; the answer has its secret. */
async function create(source, { settings, secret } = {}) {
  const answer = await customer.send("POST", "/v1/endpoints", { json: { source, name: `Journey ${source}`, settings, secret } });
  assert.equal(answer.status, 201, String(answer));
  assert.equal(answer.json.url, `${mesh.gateway}/hooks/${answer.json.id}`);
  return answer.json;
}

/** One bit of the body changed, somewhere in its middle. */
function flipped({ body }) {
  const forged = Buffer.from(body);
  forged[Math.floor(forged.length / 2)] ^= 1;
  return forged;
}

for (const [source, provider] of Object.entries(PROVIDERS)) {
  test(`${source}: a delivery is taken once, and forged, foreign or bare ones are not`, async () => {
    const endpoint = await create(source, provider);
    const made = await provider.deliver(endpoint, 1);
    const first = await post(endpoint, made);
    const again = await post(endpoint, made);
    let id;
    if (provider.acknowledged) {
      for (const answer of [first, again]) {
        assert.equal(answer.status, 200, String(answer));
        assert.match(answer.text, provider.acknowledged);
      }
      [{ id }] = await customer.list("/v1/events", { source });
    } else {
      assert.equal(first.status, 202, String(first));
      assert.equal(first.json.duplicate, false);
      id = first.json.event_id;
      assert.deepEqual([again.status, again.json], [202, { event_id: id, duplicate: true }]);
    }
    const event = await customer.event(id);
    assert.equal(event.source, source);
    if (provider.kind) assert.equal(event.type, provider.kind);
    const raw = await customer.get(`/v1/events/${id}/raw`);
    assert.ok(raw.bytes.equals(made.body), "the archived bytes differ from those that were sent");

    const forged = { ...made, body: (provider.forge ?? flipped)(made) };
    assertProblem(await post(endpoint, forged), 401, "hook.bad_signature");
    const elsewhere = await create(source, provider.settings?.public_key ? { settings: { public_key: otherKey } } : provider);
    const foreign = await provider.deliver({ ...endpoint, url: elsewhere.url }, 2);
    assertProblem(await post(elsewhere, foreign), 401, "hook.bad_signature");
    assertProblem(await post(endpoint, { body: Buffer.from("{}"), headers: {} }), 401, "hook.bad_signature");
    // What nothing was taken from is in no list.
    assert.equal((await customer.list("/v1/events", { source })).length, 1);
    const settled = await customer.settled(id);
    assert.equal(settled.status, "skipped", JSON.stringify(settled));
    if (provider.reason) assert.match(settled.reason, provider.reason);
  });
}

test("what Slack's own library signs is taken, and nothing that is changed after", { skip: NO_PYTHON }, async () => {
  const endpoint = await create("slack");
  const sign = async (body, seconds) => {
    const signature = await runClient("slack.py", [endpoint.secret, String(seconds)], body);
    return { body, headers: { ...JSON_BODY, "x-slack-request-timestamp": String(seconds), "x-slack-signature": signature } };
  };
  const now = Math.floor(Date.now() / 1000);
  const body = Buffer.from(JSON.stringify({ type: "event_callback", event_id: "Ev08LIBRARY", event: { type: "message", text: "Grüße 👋" } }));
  const made = await sign(body, now);
  const taken = await post(endpoint, made);
  assert.equal(taken.status, 202, String(taken));
  assert.ok((await customer.get(`/v1/events/${taken.json.event_id}/raw`)).bytes.equals(body));
  assertProblem(await post(endpoint, { ...made, body: flipped(made) }), 401, "hook.bad_signature");
  const later = { ...made.headers, "x-slack-request-timestamp": String(now + 1) };
  assertProblem(await post(endpoint, { body, headers: later }), 401, "hook.bad_signature");
  assertProblem(await post(endpoint, await sign(body, now - 3_600)), 401, "hook.stale_signature");
});

test("challenges are answered, and store nothing", async () => {
  const slack = await create("slack");
  const challenge = { type: "url_verification", challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd" };
  const before = (await customer.events()).length;
  const body = Buffer.from(JSON.stringify(challenge));
  const echoed = await post(slack, PROVIDERS.slack.deliver(slack, 1, body));
  assert.deepEqual([echoed.status, echoed.json], [200, { challenge: challenge.challenge }]);
  assertProblem(await post(slack, { ...PROVIDERS.slack.deliver(slack, 1), body }), 401, "hook.bad_signature");

  const zoom = await create("zoom");
  const asked = await deliver(zoom, { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } });
  assert.deepEqual([asked.status, asked.json.plainToken], [200, "qgg8vlvZRS6UYooatFL8Aw"]);

  const graph = await create("microsoft_graph");
  const validated = await send("POST", `${graph.url}?validationToken=Validation%3A%20%3Cb%3E`);
  assert.deepEqual([validated.status, validated.text], [200, "Validation: <b>"]);
  assert.match(validated.headers.get("content-type"), /^text\/plain/);

  const intercom = await create("intercom");
  assert.equal((await send("HEAD", intercom.url)).status, 200);
  assert.equal((await customer.events()).length, before);
});

test("an endpoint is listed, rotated without losing a delivery, and gone; and it is its tenant's alone", async () => {
  const { id, secret, url } = await create("github");
  const path = `/v1/endpoints/${id}`;
  const shown = (await customer.get(path)).json;
  assert.deepEqual([shown.source, shown.status, shown.secret], ["github", "active", undefined]);
  assert.ok((await customer.list("/v1/endpoints")).some((endpoint) => endpoint.id === id));
  for (const [method, target] of [
    ["GET", path],
    ["DELETE", path],
    ["POST", `${path}/rotate`],
  ]) {
    assertProblem(await stranger.send(method, target), 404, "endpoint.not_found");
  }
  const theirs = await stranger.list("/v1/endpoints");
  assert.ok(theirs.every((endpoint) => endpoint.id !== id && stranger.tenant.endpoints.some((own) => own.id === endpoint.id)));

  const github = async (secret, n) => post({ url }, await PROVIDERS.github.deliver({ secret }, n));
  assert.equal((await github(secret, 1)).status, 202);
  const rotated = (await customer.send("POST", `${path}/rotate`, { json: { overlap_seconds: 3600 } })).json;
  assert.notEqual(rotated.secret, secret);
  assert.equal((await github(secret, 2)).status, 202, "the secret before is good for the overlap");
  // The gateway may have read the endpoint a moment ago; within its bound it takes the new secret.
  for (const start = Date.now(); ; ) {
    const answer = await github(rotated.secret, 3);
    if (answer.status === 202) break;
    assert.ok(Date.now() - start < 60_000, String(answer));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.equal((await customer.send("DELETE", path)).status, 204);
  assertProblem(await customer.send("GET", path), 404, "endpoint.not_found");
});

test("the same request makes one endpoint, and what a source lacks is pointed at", async () => {
  const headers = { "idempotency-key": `endpoint-${Date.now()}` };
  const ask = (name) => customer.send("POST", "/v1/endpoints", { json: { source: "linear", name }, headers });
  const [one, again] = [await ask("A"), await ask("A")];
  assert.deepEqual(again.json, one.json);
  assertProblem(await ask("B"), 422, "idempotency.key_reused");
  for (const [body, pointer] of [
    [{ source: "gong", name: "x" }, "/settings/public_key"],
    [{ source: "fax", name: "x" }, "/source"],
    [{ source: "hmac", name: "x", settings: { header: "x-a", template: "{nothing}" } }, "/settings/template"],
  ]) {
    const refused = await customer.send("POST", "/v1/endpoints", { json: body });
    const { errors } = assertProblem(refused, 422, "request.invalid");
    assert.deepEqual(errors.map((error) => error.pointer), [pointer]);
  }
});
