//! Pushes of Google Cloud Pub/Sub: their tokens are judged by published keys, of which a double takes Google's place.
//! The mesh is one of the journey's own, started with the double's address in its environment.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { exportJWK, generateKeyPair, SignJWT } from "jose";

import { Customer } from "../support/customer.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { post } from "../support/providers.mjs";

const ACCOUNT = "push@project.iam.gserviceaccount.com";

/** A key pair with a name, and its published half. */
async function newKey(kid) {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  return { kid, privateKey, published: { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" } };
}

test("a push is taken by its token, and by no other's", async (t) => {
  const state = await newState();
  const [google, other] = [await newKey("google-1"), await newKey("google-1")];
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [google.published] }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const mesh = await OwnMesh.start(state, { GOOGLE_KEYS_URL: `http://127.0.0.1:${server.address().port}/certs` });
  t.after(async () => {
    await mesh.discard();
    server.close();
    await removeState(state);
  });
  const customer = new Customer(mesh, mesh.tenants[0]);
  const made = await customer.send("POST", "/v1/endpoints", {
    json: { source: "google_pubsub", name: "Push", settings: { service_account: ACCOUNT } },
  });
  assert.equal(made.status, 201, String(made));
  assert.equal(made.json.secret, undefined);
  const endpoint = made.json;

  const token = (claims = {}, key = google) => {
    const all = { email: ACCOUNT, email_verified: true, aud: endpoint.url, ...claims };
    const unsigned = new SignJWT(all).setProtectedHeader({ alg: "RS256", kid: claims.kid ?? key.kid });
    return unsigned.setIssuer("https://accounts.google.com").setIssuedAt().setExpirationTime("1h").sign(key.privateKey);
  };
  const push = async (messageId, signed) => {
    const message = { data: Buffer.from("hello").toString("base64"), messageId };
    const body = Buffer.from(JSON.stringify({ message, subscription: "projects/p/subscriptions/s" }));
    return post(endpoint, { body, headers: { authorization: `Bearer ${await signed}` } });
  };

  const first = await push("1", token());
  assert.equal(first.status, 202, String(first));
  const again = await push("1", token());
  assert.deepEqual([again.status, again.json], [202, { event_id: first.json.event_id, duplicate: true }]);
  assert.equal((await push("2", token())).json.duplicate, false);
  for (const signed of [
    token({}, other),
    token({ kid: "google-2" }),
    token({ aud: "https://elsewhere.example.com" }),
    token({ email: "other@project.iam.gserviceaccount.com" }),
    token({ email_verified: false }),
    "none.of.it",
  ]) {
    assertProblem(await push("3", signed), 401, "hook.bad_signature");
  }
  assert.equal(asked, 1, "a key that is not published is not looked for again at once");
});
