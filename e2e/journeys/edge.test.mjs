//! The edge of the gateway, route by route: every path of the description is walked, so that a new one can't be
//! forgotten. What a browser is told, what may be cached, which methods there are, and how much of a head is taken.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { newId, newTenant } from "../support/tenants.mjs";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/** Headers of every answer. */
const ALWAYS = {
  "x-content-type-options": /^nosniff$/,
  "referrer-policy": /^no-referrer$/,
  "strict-transport-security": /^max-age=\d{8}/,
  "content-security-policy": /^default-src 'none'/,
  "x-trace-id": /^[0-9a-f]{32}$/,
  "x-request-id": /^req_[0-9a-f]{32}$/,
};

let mesh;
let customer;
/** Each path of the description with its methods, and something in place of its parameters. */
let paths;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "edge"));
  const { json } = await send("GET", `${mesh.gateway}/openapi.json`);
  paths = Object.entries(json.paths).map(([pattern, operations]) => ({
    pattern,
    path: pattern.replaceAll(/\{\w+\}/g, () => newId("xyz")),
    methods: METHODS.filter((method) => method.toLowerCase() in operations),
  }));
  assert.ok(paths.length > 30, "the description lists the routes");
});

function assertEdge(answer, what) {
  for (const [name, form] of Object.entries(ALWAYS)) {
    assert.match(answer.headers.get(name) ?? "", form, `${what}: ${name}`);
  }
  assert.equal(answer.headers.get("x-trace-id"), answer.trace, what);
  assert.equal(answer.headers.get("server"), null, what);
  assert.equal(answer.headers.get("x-powered-by"), null, what);
}

test("every answer of every route has the headers of the edge, and nobody's data may be cached", async () => {
  const ids = new Set();
  for (const { pattern, path, methods } of paths) {
    for (const method of methods) {
      const what = `${method} ${pattern}`;
      const known = await customer.send(method, path);
      const stranger = await send(method, `${mesh.gateway}${path}`);
      for (const answer of [known, stranger]) {
        assertEdge(answer, what);
        assert.ok(answer.status < 500, String(answer));
        ids.add(answer.headers.get("x-request-id"));
        const control = answer.headers.get("cache-control");
        const open = ["/openapi.json", "/docs"].includes(pattern);
        assert.match(control, open ? /^public, max-age=\d+$/ : /no-store|private, no-cache/, what);
      }
      assert.equal(stranger.status === 401, pattern.startsWith("/v1/"), String(stranger));
    }
  }
  const asked = paths.flatMap(({ methods }) => methods).length * 2;
  assert.equal(ids.size, asked, "each request has an id of its own");
});

test("OPTIONS lists the methods of every path, and any other is refused with the same list", async () => {
  for (const { pattern, path, methods } of paths) {
    const url = `${mesh.gateway}${path}`;
    const options = await send("OPTIONS", url);
    assert.equal(options.status, 204, String(options));
    assertEdge(options, pattern);
    const allow = options.headers.get("allow").split(", ");
    const expect = [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
    assert.deepEqual(allow.toSorted(), expect.toSorted(), pattern);
    for (const method of METHODS.filter((method) => !methods.includes(method))) {
      const refused = await customer.send(method, path);
      assertProblem(refused, 405, "route.method_not_allowed");
      assert.equal(refused.headers.get("allow"), options.headers.get("allow"), `${method} ${pattern}`);
    }
  }
});

test("HEAD is answered like GET, without a body", async () => {
  for (const { pattern, path, methods } of paths) {
    if (!methods.includes("GET") || pattern === "/v1/live") continue;
    const [get, head] = [await customer.send("GET", path), await customer.send("HEAD", path)];
    assert.deepEqual([head.status, head.bytes.length], [get.status, 0], `${pattern} ${get}`);
    assert.equal(head.headers.get("content-type"), get.headers.get("content-type"), pattern);
    assertEdge(head, `HEAD ${pattern}`);
  }
});

test("the description is sent once to those who keep it", async () => {
  for (const path of ["/openapi.json", "/docs"]) {
    const first = await send("GET", `${mesh.gateway}${path}`);
    const etag = first.headers.get("etag");
    const again = await send("GET", `${mesh.gateway}${path}`, { headers: { "if-none-match": etag } });
    assert.deepEqual([again.status, again.bytes.length, again.headers.get("etag")], [304, 0, etag]);
  }
});

test("a head that is too large is refused, and what is malformed reaches no route", async () => {
  assertProblem(await customer.send("GET", `/v1/search?q=${"x".repeat(17_000)}`), 414, "request.uri_too_long");
  const heavy = await customer.send("GET", "/v1/events", { headers: { "x-much": "x".repeat(12_000), "x-more": "x".repeat(22_000) } });
  assert.equal(heavy.status, 431, String(heavy));
  for (const path of ["/v1/events/..%2f..", "/%00", "/v1/events/%ff", "/V1/events", "//v1/events", "/.git/config"]) {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 (404|401|400) /, `${path}: ${answer.slice(0, 80)}`);
    assert.doesNotMatch(answer, /panicked|wasm|\.rs|D1_|SQLITE/, path);
  }
});

test("JSON is read strictly", async () => {
  const post = (text) =>
    customer.send("POST", "/v1/events", { body: text, headers: { "content-type": "application/json" } });
  const event = (payload) => `{"source":"generic","type":"t","payload":${payload}}`;
  const twice = assertProblem(await post(event('{"a":[{"b":1,"b":2}]}')), 422, "request.invalid");
  assert.deepEqual(
    twice.errors.map(({ pointer }) => pointer),
    ["/payload/a/0/b"],
  );
  for (const payload of ["[".repeat(5_000) + "]".repeat(5_000), "1e999", '"\\ud800"', "{a:1}", "NaN"]) {
    assertProblem(await post(event(payload)), 400, "request.malformed_json");
  }
  assert.equal((await customer.events()).length, 0);
});

/** What the gateway answers to these very bytes. */
function raw(bytes) {
  const { hostname, port } = new URL(mesh.gateway);
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.setEncoding("latin1").on("data", (text) => (answer += text));
    socket.once("end", () => resolve(answer)).once("error", reject);
  });
}
