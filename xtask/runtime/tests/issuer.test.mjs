//! The issuer as the admin Worker and a browser meet it: tokens that its published key verifies, and a sign-in that
//! never leads elsewhere.

import assert from "node:assert/strict";
import { createPublicKey, createVerify } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { startIssuer } from "../issuer/server.mjs";

const ADMIN = 9;
const PERSON = { name: "Olivia <Owner>", email: "olivia.owner@weft.example", role: "owner" };

let state, port, issuer, origin;

async function start() {
  issuer = await startIssuer({
    host: "127.0.0.1",
    port,
    admin: ADMIN,
    audience: "weft-test",
    people: [PERSON],
    services: [{ name: "robot.access", role: "viewer" }],
    state,
  });
}

before(async () => {
  state = await mkdtemp(path.join(tmpdir(), "weft-issuer-"));
  port = await new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
  origin = `http://127.0.0.1:${port}`;
  await start();
});

after(async () => {
  await issuer.close();
  await rm(state, { recursive: true });
});

const post = (route, body) => fetch(`${origin}${route}`, { method: "POST", body, redirect: "manual" });

async function verified(token) {
  const [header, claims, signature] = token.split(".");
  const parse = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
  const { keys } = await (await fetch(`${origin}/cdn-cgi/access/certs`)).json();
  const jwk = keys.find(({ kid }) => kid === parse(header).kid);
  assert.equal(jwk.d, undefined, "the private half is published");
  const verify = createVerify("RSA-SHA256").update(`${header}.${claims}`);
  assert.ok(verify.verify(createPublicKey({ key: jwk, format: "jwk" }), signature, "base64url"));
  return parse(claims);
}

test("a person's token says who, for whom and by whom", async () => {
  const answer = await post("/token", JSON.stringify({ email: PERSON.email }));
  const claims = await verified((await answer.json()).token);
  assert.deepEqual(
    { aud: claims.aud, email: claims.email, iss: claims.iss, type: claims.type },
    { aud: ["weft-test"], email: PERSON.email, iss: origin, type: "app" },
  );
  assert.ok(claims.exp > claims.iat && claims.nbf === claims.iat);
  assert.match(claims.sub, /^[0-9a-f-]{36}$/);
  assert.equal(issuer.vars.ACCESS_TEAM_DOMAIN, origin);
  assert.deepEqual(JSON.parse(issuer.vars.ACCESS_ROLES), { [PERSON.email]: "owner", "robot.access": "viewer" });
});

test("a service's token has its name and no person", async () => {
  const answer = await post("/token", JSON.stringify({ service_token: "robot.access" }));
  const claims = await verified((await answer.json()).token);
  assert.deepEqual([claims.common_name, claims.sub, claims.email], ["robot.access", "", undefined]);
});

test("what is no request for a token is refused", async () => {
  for (const [body, status] of [["", 400], ["[", 400], ["null", 400], ["{}", 422], ['{"email":"nobody"}', 422]]) {
    assert.equal((await post("/token", body)).status, status, body);
  }
  assert.equal((await post("/token", "x".repeat(20_000))).status, 413);
});

test("a sign-in sets the cookie and returns to the console only", async () => {
  const cases = [
    [`http://127.0.0.1:${ADMIN}/admin/jobs?x=1`, `http://127.0.0.1:${ADMIN}/admin/jobs?x=1`],
    ["https://evil.example/admin", `http://127.0.0.1:${ADMIN}/admin`],
    ["//evil.example", `http://127.0.0.1:${ADMIN}/admin`],
    [`javascript:alert(1)//127.0.0.1:${ADMIN}`, `http://127.0.0.1:${ADMIN}/admin`],
    [`http://127.0.0.1:${ADMIN}@evil.example/`, `http://127.0.0.1:${ADMIN}/admin`],
  ];
  for (const [wanted, expect] of cases) {
    const form = new URLSearchParams({ email: PERSON.email, redirect_url: wanted });
    const answer = await post("/cdn-cgi/access/login", form);
    assert.equal(answer.headers.get("location"), expect, wanted);
    const [, token] = /^CF_Authorization=([^;]+); Path=\/; HttpOnly; SameSite=Lax$/.exec(answer.headers.get("set-cookie"));
    assert.equal((await verified(token)).email, PERSON.email);
  }
});

test("the page names the people, escaped, and moves to the console's host name", async () => {
  const page = await (await fetch(`${origin}/cdn-cgi/access/login`)).text();
  assert.ok(page.includes("Olivia &lt;Owner&gt;") && page.includes(PERSON.email));
  const wanted = encodeURIComponent(`http://localhost:${ADMIN}/admin`);
  const moved = await fetch(`${origin}/cdn-cgi/access/login?redirect_url=${wanted}`, { redirect: "manual" });
  assert.equal(new URL(moved.headers.get("location")).hostname, "localhost");
});

test("another name for this address gets nothing", async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${origin}/cdn-cgi/access/certs`, { headers: { host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
  assert.equal(status, 403);
});

test("a token outlives a restart, and the key is its owner's to read", async () => {
  const { token } = await (await post("/token", JSON.stringify({ email: PERSON.email }))).json();
  await issuer.close();
  await start();
  assert.equal((await verified(token)).email, PERSON.email);
  assert.equal((await stat(path.join(state, "access-key.json"))).mode & 0o777, 0o600);
});
