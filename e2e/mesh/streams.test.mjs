//! Bulk data through two Workers, without either holding it whole.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

const MIB = 1024 * 1024;
const LARGE = 64 * MIB;
/** What a Worker's memory may grow by while 64 MiB pass: far less than holding them. */
const MOST_GROWTH = 16 * MIB;

/** `length` bytes that differ from place to place, in chunks. */
function* bytes(length) {
  const chunk = new Uint8Array(MIB);
  for (let sent = 0; sent < length; sent += chunk.length) {
    for (let at = 0; at < chunk.length; at += 4) new DataView(chunk.buffer).setUint32(at, sent + at);
    yield chunk.slice(0, Math.min(chunk.length, length - sent));
  }
}

/** The probe's own sum over the same bytes. */
function sumOf(chunks) {
  let hash = 0xcbf29ce484222325n;
  let count = 0;
  for (const chunk of chunks) {
    count += chunk.length;
    for (const byte of chunk) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return { bytes: count, hash, broke: null };
}

const digestOf = (chunks) => {
  const hash = createHash("sha256");
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
};

describe("a byte stream", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  const memory = async () => [await mesh.ask("streams/memory/here"), (await mesh.ask("streams/memory/there")).ok];
  const assertFlat = async (before) => {
    const grown = (await memory()).map((bytes, index) => bytes - before[index]);
    assert.ok(Math.max(...grown) < MOST_GROWTH, `the Workers' memories grew by ${grown} bytes`);
  };
  const send = (route, body, length) =>
    mesh.fetch(`/streams/${route}`, {
      method: "POST",
      body: ReadableStream.from(body),
      duplex: "half",
      headers: length === undefined ? {} : { "content-length": `${length}` },
    });

  test("of 64 MiB goes through both Workers into R2 and out again, and neither holds it", async () => {
    const before = await memory();
    const stored = await send("store/large", bytes(LARGE), LARGE);
    assert.deepEqual(await stored.json(), { ok: null });
    const loaded = await mesh.fetch("/streams/load/large", { method: "POST" });
    const hash = createHash("sha256");
    let length = 0;
    for await (const chunk of loaded.body) {
      length += chunk.length;
      hash.update(chunk);
    }
    assert.deepEqual([length, hash.digest("hex")], [LARGE, digestOf(bytes(LARGE))]);
    await assertFlat(before);
  });

  test("of 64 MiB that Rust makes here and reads there passes chunk by chunk", async () => {
    const before = await memory();
    const sum = await mesh.ask("streams/make", { chunks: LARGE / 65_536, breaks: false });
    assert.deepEqual([sum.bytes, sum.broke], [LARGE, null]);
    await assertFlat(before);
  });

  test("arrives in order and whole", async () => {
    const sum = await (await send("sum", bytes(2 * MIB))).text();
    const { hash, ...rest } = sumOf(bytes(2 * MIB));
    assert.deepEqual(JSON.parse(sum.replace(/"hash":\d+/, `"hash":"${hash}"`)), { ok: { ...rest, hash: `${hash}` } });
    assert.match(sum, new RegExp(`"hash":${hash}\\b`));
  });

  test("that breaks off tells the reader, after what came before", async () => {
    const sum = await mesh.ask("streams/make", { chunks: 3, breaks: true });
    assert.equal(sum.bytes, 3 * 65_536);
    // Why it broke off does not cross: the platform has a sentence of its own.
    assert.match(sum.broke, /the stream broke off: .*disconnected prematurely/);
  });

  test("whose length is not known can't be stored, and the refusal says what to do", async () => {
    const { refused } = await (await mesh.fetch("/streams/unmeasured/x", { method: "POST", body: "a" })).json();
    assert.match(refused, /without a length: send it `with_length`/);
  });

  test("that turns out shorter than it was said to be is not stored", async () => {
    const { refused } = await (await send("overstate/short", bytes(MIB), MIB)).json();
    assert.match(refused, /short: /);
    const loaded = await mesh.fetch("/streams/load/short", { method: "POST" });
    assert.deepEqual(await loaded.json(), { refused: "short" });
  });

  test("can be read once", async () => {
    const [first, second] = await (await send("twice", bytes(MIB))).json();
    assert.equal(first.bytes, MIB);
    assert.equal(second.error, "contract_mismatch");
    assert.match(second.message, /sent or read before/);
  });
});
