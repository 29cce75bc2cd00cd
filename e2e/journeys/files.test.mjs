//! Files: large ones through the gateway without being held, ranges, conditions, parts, and two tenants.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { before, test } from "node:test";

import { Customer } from "../support/customer.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { assertProblem } from "../support/problem.mjs";
import { tree } from "../support/processes.mjs";
import { newTenant } from "../support/tenants.mjs";

const MIB = 1024 * 1024;

let mesh;
let customer;
let other;

before(async () => {
  mesh = await runningMesh();
  customer = new Customer(mesh, await newTenant(mesh, "files"));
  other = new Customer(mesh, await newTenant(mesh, "files-other"));
});

const get = (path, options) => customer.send("GET", path, options);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

async function store(body, headers = {}, query = "") {
  const answer = await customer.send("POST", `/v1/files${query}`, { body, headers });
  assert.equal(answer.status, 201, String(answer));
  assert.equal(answer.headers.get("location"), `/v1/files/${answer.json.id}`);
  return answer.json;
}

/** What the runtime's processes have in memory now, in MiB. */
async function resident() {
  const all = await tree(1);
  const tool = all.find(({ command }) => /xtask\S* dev /.test(command) && command.includes(mesh.state));
  const own = tool ? await tree(tool.pid) : all;
  const runtimes = own.filter(({ command }) => /workerd\S* serve/.test(command));
  const sizes = await Promise.all(
    runtimes.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("50 MiB go up and come down as they were, and are not held on the way", async () => {
  const body = randomBytes(50 * MIB);
  const hash = sha256(body);
  // The first one brings in what every one needs.
  await store(body, { "x-content-sha256": hash });
  const before = await resident();
  let most = before;
  const watch = setInterval(async () => (most = Math.max(most, await resident())), 100);
  try {
    const files = await Promise.all(
      [1, 2, 3, 4].map((n) => store(body, { "x-content-sha256": hash }, `?name=call-${n}.m4a`)),
    );
    for (const file of files) {
      assert.equal(file.size_bytes, body.length);
      assert.equal(file.sha256, hash);
    }
    const hashes = await Promise.all(
      files.map(async ({ id }) => {
        const answer = await get(`/v1/files/${id}`);
        assert.equal(answer.headers.get("content-length"), String(body.length));
        return sha256(answer.bytes);
      }),
    );
    assert.deepEqual(new Set(hashes), new Set([hash]));
  } finally {
    clearInterval(watch);
  }
  // Eight transfers of 50 MiB, each through two Workers: held, they would be 400 MiB at least.
  assert.ok(before > 0, "there is a runtime to measure");
  console.log(`# the runtime took ${before.toFixed()} MiB, and ${most.toFixed()} MiB at most`);
  assert.ok(most - before < 200, `the runtime grew from ${before.toFixed()} to ${most.toFixed()} MiB`);
});

test("a download that broke off is resumed, as long as it is of the same file", async () => {
  const body = randomBytes(3 * MIB);
  const { id, etag } = await store(body);
  const first = await get(`/v1/files/${id}`, { headers: { range: "bytes=0-1048575" } });
  assert.equal(first.status, 206);
  assert.equal(first.headers.get("content-range"), `bytes 0-1048575/${body.length}`);
  const rest = await get(`/v1/files/${id}`, { headers: { range: "bytes=1048576-", "if-range": etag } });
  assert.equal(rest.status, 206);
  assert.deepEqual(Buffer.concat([first.bytes, rest.bytes]), body);
  const changed = await get(`/v1/files/${id}`, { headers: { range: "bytes=1048576-", "if-range": '"x"' } });
  assert.equal(changed.status, 200);
  assert.equal(changed.bytes.length, body.length);
  const last = await get(`/v1/files/${id}`, { headers: { range: "bytes=-10" } });
  assert.deepEqual(last.bytes, body.subarray(-10));
  const beyond = await get(`/v1/files/${id}`, { headers: { range: `bytes=${body.length}-` } });
  assertProblem(beyond, 416, "file.range_not_satisfiable");
  assert.equal(beyond.headers.get("content-range"), `bytes */${body.length}`);
});

test("who has a file is told so, and who wants another is refused", async () => {
  const { id, etag } = await store("hello", { "content-type": "text/html" }, "?name=..%2Fpage%20%C3%A9.html");
  const known = await get(`/v1/files/${id}`, { headers: { "if-none-match": etag } });
  assert.deepEqual([known.status, known.bytes.length, known.headers.get("etag")], [304, 0, etag]);
  const since = known.headers.get("last-modified");
  assert.equal((await get(`/v1/files/${id}`, { headers: { "if-modified-since": since } })).status, 304);
  const not = await get(`/v1/files/${id}`, { headers: { "if-match": '"x"' } });
  assertProblem(not, 412, "file.precondition_failed");
  const head = await customer.send("HEAD", `/v1/files/${id}`);
  assert.deepEqual([head.status, head.headers.get("content-length"), head.headers.get("etag")], [200, "5", etag]);
  const whole = await get(`/v1/files/${id}`);
  assert.equal(whole.text, "hello");
  // What can run in a browser is to be saved, and is shut in if it is not.
  assert.equal(
    whole.headers.get("content-disposition"),
    `attachment; filename="page _.html"; filename*=UTF-8''page%20%C3%A9.html`,
  );
  assert.equal(whole.headers.get("x-content-type-options"), "nosniff");
  assert.match(whole.headers.get("content-security-policy"), /sandbox/);
});

test("a browser's form is a file with its name and type", async () => {
  const form = new FormData();
  const body = randomBytes(9 * MIB);
  form.append("note", "ignored");
  form.append("file", new Blob([body], { type: "audio/mp4" }), "q3.m4a");
  const file = await store(form);
  assert.deepEqual([file.name, file.media_type, file.size_bytes], ["q3.m4a", "audio/mp4", body.length]);
  assert.equal(file.sha256, sha256(body));
  assert.deepEqual((await get(`/v1/files/${file.id}`)).bytes, body);
});

test("a body of unknown length is stored as well", async () => {
  const body = randomBytes(17 * MIB);
  const answer = await customer.send("POST", "/v1/files", { body: new Blob([body]).stream(), duplex: "half" });
  assert.equal(answer.status, 201, String(answer));
  assert.equal(answer.json.size_bytes, body.length);
  assert.deepEqual((await get(`/v1/files/${answer.json.id}`)).bytes, body);
});

test("other bytes than were said are not stored", async () => {
  const count = async () => (await get("/v1/files?name=wrong.bin")).json.items.length;
  const send = (headers) => customer.send("POST", "/v1/files?name=wrong.bin", { body: "hello", headers });
  assertProblem(await send({ "x-content-sha256": sha256("other") }), 422, "file.checksum_mismatch");
  const digest = createHash("sha256").update("other").digest("base64");
  assertProblem(await send({ "content-digest": `sha-256=:${digest}:` }), 422, "file.checksum_mismatch");
  assert.equal(await count(), 0);
  const good = createHash("sha256").update("hello").digest("base64");
  assert.equal((await send({ "content-digest": `sha-256=:${good}:` })).status, 201);
  assert.equal(await count(), 1);
});

test("a sender that breaks off stores nothing", async () => {
  const { hostname, port } = new URL(mesh.gateway);
  await new Promise((resolve) => {
    const headers = { authorization: `Bearer ${customer.tenant.api_key}`, "content-length": String(MIB) };
    const sending = request({ hostname, port, method: "POST", path: "/v1/files?name=cut.bin", headers });
    sending.on("error", resolve);
    sending.write(randomBytes(1000), () => setImmediate(() => sending.destroy()));
    sending.on("close", resolve);
  });
  assert.deepEqual((await get("/v1/files?name=cut.bin")).json.items, []);
});

test("a key stores a file once", async () => {
  const headers = { "idempotency-key": "upload-1" };
  const files = await Promise.all([1, 2, 3].map(() => store("once", headers, "?name=once.txt")));
  assert.equal(new Set(files.map(({ id }) => id)).size, 1);
  assert.equal((await store("once", headers, "?name=once.txt")).id, files[0].id);
  const another = await customer.send("POST", "/v1/files?name=two.txt", { body: "once", headers });
  assertProblem(another, 422, "idempotency.key_reused");
  assert.equal((await get("/v1/files?name=once.txt")).json.items.length, 1);
});

test("a large file goes in parts, which may come again and in any order", async () => {
  const body = randomBytes(20 * MIB + 5);
  const json = { name: "calls.zip", media_type: "application/zip", size_bytes: body.length };
  const begun = await customer.send("POST", "/v1/files/uploads", { json });
  assert.equal(begun.status, 201, String(begun));
  const { id, part_bytes: partBytes, part_count: count } = begun.json;
  const upload = `/v1/files/uploads/${id}`;
  const part = (n) => body.subarray((n - 1) * partBytes, n * partBytes);
  const put = async (n) => {
    const answer = await customer.send("PUT", `${upload}/parts/${n}`, { body: part(n) });
    assert.equal(answer.status, 200, String(answer));
  };
  await put(count);
  const early = await customer.send("POST", `${upload}/complete`);
  assertProblem(early, 409, "file.parts_missing");
  await Promise.all(Array.from({ length: count - 1 }, (_, n) => put(n + 1)));
  await put(1);
  const state = await get(upload);
  assert.deepEqual(state.json.parts.map(({ number }) => number), [1, 2, 3]);
  const wrong = await customer.send("PUT", `${upload}/parts/1`, { body: "short" });
  assertProblem(wrong, 422, "request.invalid");
  const file = await customer.send("POST", `${upload}/complete`);
  assert.equal(file.status, 200, String(file));
  assert.deepEqual((await customer.send("POST", `${upload}/complete`)).json, file.json);
  assert.deepEqual((await get(`/v1/files/${id}`)).bytes, body);
  assertProblem(await get(upload), 404, "file.upload_not_found");
});

test("another tenant's files and uploads are not there", async () => {
  const { id } = await store("mine", {}, "?name=mine.txt");
  const upload = await customer.send("POST", "/v1/files/uploads", { json: { name: "a", size_bytes: 4 } });
  const parts = `/v1/files/uploads/${upload.json.id}`;
  for (const [method, path, code] of [
    ["GET", `/v1/files/${id}`, "file.not_found"],
    ["GET", `/v1/files/${id}/info`, "file.not_found"],
    ["DELETE", `/v1/files/${id}`, "file.not_found"],
    ["GET", parts, "file.upload_not_found"],
    ["PUT", `${parts}/parts/1`, "file.upload_not_found"],
    ["POST", `${parts}/complete`, "file.upload_not_found"],
    ["DELETE", parts, "file.upload_not_found"],
  ]) {
    const body = method === "PUT" ? "four" : undefined;
    assertProblem(await other.send(method, path, { body }), 404, code);
  }
  assert.deepEqual((await other.send("GET", "/v1/files")).json.items, []);
  assert.equal((await get(`/v1/files/${id}`)).text, "mine");
  assert.equal((await customer.send("DELETE", `/v1/files/${id}`)).status, 204);
  assertProblem(await get(`/v1/files/${id}`), 404, "file.not_found");
});
