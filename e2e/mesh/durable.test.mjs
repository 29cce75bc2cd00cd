//! Durable Objects in the real runtime: calls, tenants, alarms, sockets that outlive the memory, and schemas.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { until } from "../support/poll.mjs";
import { Runtime } from "./harness.mjs";

const CLASS = "Notebook";
const notebook = (tenant) => ({ name: `${tenant}/main` });

describe("a durable object", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start(["objects"]);
  });
  after(() => mesh.stop());

  const ask = (name, tenant, request = {}) => mesh.ask(`objects/${name}`, { tenant, ...request });
  const ok = async (name, tenant, request) => {
    const answer = await ask(name, tenant, request);
    assert.ok("ok" in answer, `${name}: ${JSON.stringify(answer)}`);
    return answer.ok;
  };
  const evict = (tenant) => mesh.evict("objects", CLASS, notebook(tenant));
  const rows = (tenant, sql, ...parameters) => mesh.rows("objects", CLASS, notebook(tenant), sql, ...parameters);

  test("answers calls from what it stored, also after its memory is lost", async () => {
    assert.equal(await ok("write", "calls", { text: "one" }), 2);
    const memory = await ok("memory", "calls");
    assert.equal(await ok("memory", "calls"), memory);
    await evict("calls");
    assert.notEqual(await ok("memory", "calls"), memory);
    assert.equal(await ok("write", "calls", { text: "two" }), 3);
    assert.deepEqual(await ok("read", "calls"), ["welcome", "one", "two"]);
    assert.deepEqual(await ok("read", "calls-of-another"), ["welcome"]);
  });

  test("refuses a call of another tenant before its own code runs", async () => {
    await ok("write", "owner", { text: "mine" });
    const { error, message } = await ask("misdirected", "stranger", { text: "owner" });
    assert.equal(error, "disallowed");
    assert.match(message, /another tenant than the one whose object this is/);
    assert.deepEqual(await ok("read", "owner"), ["welcome", "mine"]);
  });

  test("keeps values of every kind, and refuses an integer that the platform would round", async () => {
    const values = {
      integer: Number.MAX_SAFE_INTEGER,
      real: 0.1,
      flag: true,
      text: "grüße 'you' 👋",
      bytes: [0, 255, 128],
      maybe: null,
    };
    assert.deepEqual(await ok("store", "values", values), values);
    const others = { ...values, integer: -5, real: 1e300, flag: false, text: "", bytes: [], maybe: 7 };
    assert.deepEqual(await ok("store", "values", others), others);
    const { refused } = await ask("store_too_much", "values", { number: 2n ** 53n });
    assert.match(refused, /9007199254740992 is past 2\^53, where the platform rounds/);
  });

  test("undoes a transaction that fails, and keeps one that does not", async () => {
    assert.equal(await ok("write_both", "whole", { texts: ["a", "b"], fail: false }), 3);
    assert.deepEqual(await ask("write_both", "whole", { texts: ["c", "d"], fail: true }), { refused: "as asked" });
    assert.deepEqual(await ok("read", "whole"), ["welcome", "a", "b"]);
  });

  test("has its alarm called again after a failure, with the count", async () => {
    await ok("ring", "alarm", { in_ms: 50, failing: 1 });
    assert.notEqual(await ok("next_ring", "alarm"), null);
    const rings = await until("the alarm's second call", () => ok("rings", "alarm"), (all) => all.length === 2, {
      seconds: 30,
    });
    assert.deepEqual(rings, [0, 1]);
    assert.equal(await ok("next_ring", "alarm"), null);
  });

  describe("with sockets", () => {
    const watch = (tag, protocols) => mesh.socket(`/objects/watch/${tag}`, protocols);

    test("answers on them, and what is attached outlives its memory", async () => {
      const client = await watch("red", ["notes.v1", "other"]);
      assert.equal(client.protocol, "notes.v1");
      const memory = await ok("memory", "acme");
      assert.equal(await client.ask("hello"), `ada 0 red ${memory} hello`);
      await mesh.evict("objects", CLASS, { ...notebook("acme"), webSockets: "hibernate" });
      const later = await client.ask("again");
      assert.match(later, /^ada 1 red \d+ again$/);
      assert.notEqual(later, `ada 1 red ${memory} again`);
      assert.deepEqual(await client.ask(new Uint8Array([1, 2, 255])), [255, 2, 1]);
      client.close(1000, "done");
    });

    test("finds them by tag", async () => {
      const [one, two, other] = await Promise.all([watch("blue"), watch("blue"), watch("green")]);
      assert.equal(await ok("tell", "acme", { tag: "blue", text: "to the blue" }), 2);
      assert.deepEqual([await one.receive(), await two.receive()], ["to the blue", "to the blue"]);
      assert.equal(await ok("tell", "acme", { tag: "green", text: "to the green" }), 1);
      assert.equal(await other.receive(), "to the green");
      for (const client of [one, two, other]) client.close();
    });

    test("has pings answered", async () => {
      const client = await watch("ping");
      assert.equal(await client.ask("ping"), "pong");
      client.close();
    });

    test("closes one with its own code, and hears of one that is closed", async () => {
      const client = await watch("leaving");
      client.send("leave");
      assert.deepEqual(await client.closed, { code: 4000, reason: "as asked" });
      const another = await watch("going");
      another.close(3001, "gone");
      const note = "closed 3001 gone true";
      await until("the note of it", () => ok("read", "acme"), (notes) => notes.includes(note), { seconds: 20 });
    });

    test("goes on after a handler failed", async () => {
      const client = await watch("failing");
      client.send("fail");
      assert.match(await client.ask("still there"), /still there$/);
      client.close();
    });

    test("refuses an attachment past the limit, saying so", async () => {
      const client = await watch("large");
      assert.match(await client.ask("attach too much"), /an attachment of 200\d\d bytes is over the limit of 16320/);
      client.close();
    });

    test("refuses one in its own words, and anything else over HTTP", async () => {
      await assert.rejects(watch(""), /did not open/);
      const refused = await mesh.fetch("/objects/watch/");
      assert.deepEqual([refused.status, await refused.text()], [422, "a socket needs a tag"]);
      const { NOTEBOOKS } = await mesh.bindings("objects");
      const plain = await NOTEBOOKS.getByName("acme/main").fetch("https://object.invalid/");
      assert.equal(plain.status, 426);
      await plain.body?.cancel();
    });
  });

  test("is refused where it is reached without a tenant", async () => {
    const { NOTEBOOKS } = await mesh.bindings("objects");
    await assert.rejects(async () => NOTEBOOKS.getByName("nobodys").fetch("https://object.invalid/"), /no address/);
  });

  describe("with a schema", () => {
    const versions = (tenant) => rows(tenant, "SELECT version, name FROM schema_version ORDER BY version");
    const NAMES = ["0001_notes", "0002_rings", "0003_welcome"];

    test("takes each step once, whatever calls come first and however often it starts", async () => {
      const answers = await mesh.ask("objects/write_at_once", { tenant: "steps", times: 20 });
      assert.deepEqual(new Set(answers.map(({ ok }) => ok)), new Set(Array.from({ length: 20 }, (_, at) => at + 2)));
      await evict("steps");
      await ok("write", "steps", { text: "after" });
      assert.equal((await ok("read", "steps")).filter((note) => note === "welcome").length, 1);
      assert.deepEqual((await versions("steps")).map(({ name }) => name), NAMES);
    });

    test("of a later build is refused at every start", async () => {
      await ok("write", "later", { text: "kept" });
      await rows("later", "INSERT INTO schema_version (version) VALUES (99)");
      await evict("later");
      for (const _ of [1, 2]) {
        const { error, message } = await ask("read", "later");
        assert.equal(error, "unreachable");
        assert.match(message, /`Notebook` does not start: the tables are at version 99 and this build knows 3/);
      }
    });

    test("with an edited step is refused", async () => {
      await ok("write", "edited", { text: "kept" });
      await rows("edited", "UPDATE schema_version SET checksum = 'other' WHERE version = 1");
      await evict("edited");
      assert.match((await ask("read", "edited")).message, /migration 1 was `0001_notes other` when this object took it/);
    });

    test("of an earlier build, which kept bare numbers, is gone on from", async () => {
      await ok("write", "earlier", { text: "kept" });
      await rows("earlier", "DROP TABLE schema_version");
      await rows("earlier", "CREATE TABLE schema_version (version INTEGER PRIMARY KEY) STRICT");
      await rows("earlier", "INSERT INTO schema_version VALUES (1), (2)");
      await evict("earlier");
      assert.deepEqual(await ok("read", "earlier"), ["welcome", "kept", "welcome"]);
      assert.deepEqual((await versions("earlier")).map(({ name }) => name), NAMES);
    });
  });

  test("keeps everything over a restart of the runtime, its alarm too", async () => {
    await ok("write", "restart", { text: "before" });
    await ok("ring", "restart", { in_ms: 1_500, failing: 0 });
    await mesh.restart();
    assert.deepEqual(await ok("read", "restart"), ["welcome", "before"]);
    const rings = await until("the alarm", () => ok("rings", "restart"), (all) => all.length > 0, { seconds: 30 });
    assert.deepEqual(rings, [0]);
  });
});
