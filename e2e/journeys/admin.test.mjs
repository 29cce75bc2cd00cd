//! The operators' side: nobody gets in without a verified Access token and a role, and who does sees how all is.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { before, test } from "node:test";

import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";
import { assertProblem } from "../support/problem.mjs";

const SERVICES = ["admin", "gateway", "pipeline", "scheduler"];
const OWNER = "olivia.owner@weft.example";
const VIEWER = "vera.viewer@weft.example";
const STRANGER = "sam.stranger@elsewhere.example";
const HTML = { accept: "text/html,application/xhtml+xml" };
const HEALTH = "/admin/api/health";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

const admin = (path, headers = {}, method = "GET") => send(method, `${mesh.admin}${path}`, { headers });
const bearing = (token) => ({ "cf-access-jwt-assertion": token });

async function token(json) {
  const answer = await send("POST", `${mesh.access_issuer}/token`, { json });
  assert.equal(answer.status, 200, String(answer));
  return answer.json.token;
}

test("without a token every path is shut, the pages as well as the API", async () => {
  for (const path of ["/admin", "/admin/", "/", HEALTH, "/admin/api/nothing", "/anything"]) {
    const answer = await admin(path);
    assertProblem(answer, 401, "access.token_missing");
    assert.ok(answer.headers.get("www-authenticate"), String(answer));
  }
  const page = await admin("/admin", HTML);
  assert.equal(page.status, 401);
  assert.match(page.headers.get("content-type"), /^text\/html/);
});

test("with the issuer's token an operator sees all four Workers", async () => {
  const headers = bearing(await token({ email: OWNER }));
  // Admin's own account of itself reaches the Workers below it by a heartbeat, soon after the start.
  const fine = ({ status, json }) => status === 200 && json.status === "ok";
  const answer = await until("every Worker is well", () => admin(HEALTH, headers), fine, { show: String });
  const { services, generated_at: at } = answer.json;
  assert.deepEqual(Object.keys(services).sort(), SERVICES);
  for (const [name, service] of Object.entries(services)) {
    const outline = `${name}: ${JSON.stringify(service)}`;
    assert.equal(service.status, "ok", outline);
    assert.match(service.version, /^\d+\.\d+\.\d+/, outline);
    assert.match(service.contract, /^\w+@[0-9a-f]{16}/, outline);
    assert.ok(Number.isInteger(service.latency_ms), outline);
    for (const dependency of service.dependencies) assert.equal(dependency.status, "ok", outline);
  }
  assert.ok(!Number.isNaN(Date.parse(at)));
  assert.equal(answer.headers.get("x-trace-id"), answer.trace);

  const page = await admin("/admin", { ...headers, ...HTML });
  assert.equal(page.status, 200, String(page));
  for (const name of SERVICES) assert.ok(page.text.toLowerCase().includes(name), `the page doesn't name ${name}`);
});

test("a service token gets in too", async () => {
  const answer = await admin(HEALTH, bearing(await token({ service_token: "demo-service.access" })));
  assert.equal(answer.status, 200, String(answer));
  const unknown = await admin(HEALTH, bearing(await token({ service_token: "unknown.access" })));
  assertProblem(unknown, 403, "access.role_missing");
});

test("a token that was tampered with doesn't", async () => {
  const genuine = await token({ email: STRANGER });
  const [header, claims, signature] = genuine.split(".");
  const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
  const write = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const forged = (newHeader, newClaims, key) => {
    const input = `${write(newHeader)}.${write(newClaims)}`;
    return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
  };
  const promoted = { ...read(claims), email: OWNER };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const tokens = {
    "another person in the claims": `${header}.${write(promoted)}.${signature}`,
    "no algorithm": `${write({ ...read(header), alg: "none" })}.${write(promoted)}.`,
    "no signature": `${header}.${claims}.`,
    "another key under the same name": forged(read(header), promoted, privateKey),
    "another key under its own name": forged({ ...read(header), kid: "mine" }, promoted, privateKey),
    "one bit": `${header}.${claims}.${flipped(signature)}`,
    "no token": "nonsense",
  };
  for (const [what, forgery] of Object.entries(tokens)) {
    const answer = await admin(HEALTH, bearing(forgery));
    assert.equal(answer.status, 401, `${what}: ${answer}`);
    assertProblem(answer, 401, "access.token_invalid");
  }
});

function flipped(signature) {
  const bytes = Buffer.from(signature, "base64url");
  bytes[0] ^= 1;
  return bytes.toString("base64url");
}

test("a person without a role is known and refused", async () => {
  const headers = bearing(await token({ email: STRANGER }));
  assertProblem(await admin(HEALTH, headers), 403, "access.role_missing");
  const page = await admin("/admin", { ...headers, ...HTML });
  assert.equal(page.status, 403);
  assert.ok(page.text.includes(STRANGER), "the page says who one is signed in as");
});

test("a browser signs in by the page, and is let in by the cookie", async () => {
  const refused = await admin("/admin", HTML);
  const [, link] = /href="([^"]*\/cdn-cgi\/access\/login[^"]*)"/.exec(refused.text) ?? assert.fail(refused.text);
  const login = await send("GET", unescaped(link), { headers: HTML });
  assert.equal(login.status, 200, String(login));
  assert.ok(login.text.includes(VIEWER), "the page offers the people of this mesh");
  const [, action] = /<form method="post" action="([^"]+)"/.exec(login.text) ?? assert.fail(login.text);
  const [, target] = /name="redirect_url" value="([^"]+)"/.exec(login.text) ?? assert.fail(login.text);

  const form = new URLSearchParams({ redirect_url: unescaped(target), email: VIEWER });
  const signedIn = await send("POST", new URL(action, mesh.access_issuer), { body: form });
  assert.equal(signedIn.status, 303, String(signedIn));
  assert.equal(signedIn.headers.get("location"), `${mesh.admin}/admin`);
  const cookie = signedIn.headers.get("set-cookie");
  assert.match(cookie, /^CF_Authorization=[^;]+;.*HttpOnly/);

  const headers = { ...HTML, cookie: `theme=dark; ${cookie.split(";")[0]}` };
  const page = await admin("/admin", headers);
  assert.equal(page.status, 200, String(page));
  assert.ok(page.text.includes(VIEWER), "the page says who one is signed in as");
  assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'/);
});

const unescaped = (text) => text.replaceAll("&amp;", "&");

test("an unknown path and a wrong method say so to whoever is let in", async () => {
  const headers = bearing(await token({ email: VIEWER }));
  assertProblem(await admin("/admin/api/nothing", headers), 404, "route.not_found");
  const answer = await admin(HEALTH, headers, "POST");
  assertProblem(answer, 405, "route.method_not_allowed");
  assert.equal(answer.headers.get("allow"), "GET, HEAD");
});

test("the gateway's health names the services behind it, without a credential", async () => {
  const answer = await send("GET", `${mesh.gateway}/healthz`);
  assert.equal(answer.status, 200, String(answer));
  const { status, version, services } = answer.json;
  assert.equal(status, "ok");
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.deepEqual(Object.keys(services).sort(), ["admin", "pipeline", "scheduler"]);
  for (const [name, service] of Object.entries(services)) {
    const outline = `${name}: ${JSON.stringify(service)}`;
    assert.equal(service.status, "ok", outline);
    assert.ok(Number.isInteger(service.latency_ms) && service.latency_ms >= 0, outline);
    assert.match(service.contract, /[0-9a-f]{16}/, outline);
  }
});
