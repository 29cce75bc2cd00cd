//! Bindings of the platform's products: what reaches the product, and what comes back as which error.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { startSql } from "./doubles/sql.mjs";
import { VectorizeDouble } from "./doubles/vectorize.mjs";
import { Runtime } from "./harness.mjs";

const PRODUCTS = ["products", "doubles"];

describe("the platform's products", () => {
  let mesh, index, sql;
  before(async () => {
    [index, sql] = await Promise.all([new VectorizeDouble().start(), startSql()]);
    mesh = await Runtime.start(PRODUCTS, {
      remote: { products: index.origin },
      vars: { products: { API_BASE: sql.base } },
    });
  });
  after(() => Promise.all([mesh?.stop(), index.stop(), sql.stop()]));
  const ask = (name, input) => mesh.ask(`bindings/${name}`, input);

  describe("Vectorize", () => {
    const vector = (id, values, metadata) => ({ id, values, namespace: "acme", metadata });
    const calls = [
      vector("a", [1, 0, 0], { kind: "call", score: 3, text: "hidden from the index" }),
      vector("b", [0.5, 0.5, 0], { kind: "call", score: 5 }),
      vector("c", [0, 0, 1], { kind: "mail", score: 9 }),
    ];

    before(async () => {
      const { ok: mutation } = await ask("vectorize/upsert", calls);
      assert.match(mutation, /^[0-9a-f-]{36}$/);
      assert.equal((await ask("vectorize/describe")).ok.vectorCount, 0);
      index.settle();
      assert.deepEqual(await ask("vectorize/describe"), {
        ok: {
          vectorCount: 3,
          dimensions: 3,
          processedUpToDatetime: "1970-01-01T00:00:00.000Z",
          processedUpToMutation: mutation,
        },
      });
    });

    test("finds the nearest under a filter, in a namespace, with what was asked for", async () => {
      const nearest = { vector: [1, 0, 0], top_k: 2, namespace: "acme", values: true, metadata: "all" };
      const { ok } = await ask("vectorize/query", { ...nearest, filter: [["equals", "kind", "call"]] });
      assert.equal(ok.count, 2);
      assert.deepEqual(ok.matches[0], { score: 1, ...calls[0] });
      assert.equal(ok.matches[1].id, "b");
      const elsewhere = await ask("vectorize/query", { ...nearest, namespace: "other" });
      assert.deepEqual(elsewhere, { ok: { count: 0, matches: [] } });
    });

    test("takes ranges and lists, and gives no more than was asked for", async () => {
      const filter = [["at_least", "score", 4], ["one_of", "kind", ["mail", "chat"]]];
      const { ok } = await ask("vectorize/query", { vector: [1, 1, 1], top_k: 5, metadata: "indexed", filter });
      assert.deepEqual(ok.matches.map(({ id, values, metadata }) => ({ id, values, metadata })), [
        { id: "c", values: null, metadata: { kind: "mail", score: 9 } },
      ]);
    });

    test("finds the neighbors of a vector that it has", async () => {
      const { ok } = await ask("vectorize/query-by-id", { id: "a", top_k: 2 });
      assert.deepEqual(ok.matches.map(({ id }) => id), ["a", "b"]);
    });

    test("reads, inserts only what is new, and deletes", async () => {
      await ask("vectorize/insert", [vector("a", [0, 1, 0]), vector("d", [0, 1, 0])]);
      index.settle();
      const { ok } = await ask("vectorize/get", ["a", "d", "gone"]);
      assert.deepEqual(ok.map(({ id, values }) => ({ id, values })), [
        { id: "a", values: [1, 0, 0] },
        { id: "d", values: [0, 1, 0] },
      ]);
      await ask("vectorize/delete", ["d"]);
      index.settle();
      assert.deepEqual(await ask("vectorize/get", ["d"]), { ok: [] });
    });

    test("tells the product's refusals by code", async () => {
      assert.deepEqual(await ask("vectorize/query", { vector: [1, 0], top_k: 1 }), {
        refused: "invalid query vector, expected 3 dimensions, and got 2 dimensions",
        code: 40006,
        status: null,
        retry_after_s: null,
        transient: false,
      });
      index.refuseOnce();
      const { code, transient } = await ask("vectorize/query", { vector: [1, 0, 0], top_k: 1 });
      assert.deepEqual({ code, transient }, { code: 40041, transient: true });
    });

    test("sends nothing that would be refused", async () => {
      const before = index.requests.length;
      const long = "x".repeat(65);
      for (const [name, input, culprit] of [
        ["query", { vector: [1, 0, 0], top_k: 51, metadata: "all" }, /`top_k` is 51: use 1 to 50/],
        ["upsert", [vector(long, [1, 0, 0])], /is 65 bytes, over the limit of 64/],
        ["upsert", [vector("a", [1, 0, 0]), vector("b", [1, 0])], /vector `b` has 2 values where `a`/],
        ["upsert", [vector("a", [1, 0, 0], { text: "x".repeat(10_240) })], /over the limit of 10240/],
        ["get", Array(21).fill("a"), /21 ids are over the 20 of one `getByIds`/],
        ["delete", Array(101).fill("a"), /101 ids are over the 100 of one `deleteByIds`/],
      ]) {
        assert.match((await ask(`vectorize/${name}`, input)).invalid, culprit);
      }
      assert.equal(index.requests.length, before);
    });

    test("checks dimensions itself once the index told them", async () => {
      const before = index.requests.filter(({ path }) => path === "/upsert").length;
      const { invalid } = await ask("vectorize/described-upsert", [vector("a", [1, 0])]);
      assert.match(invalid, /vector `a` has 2 values where the index has 3/);
      assert.equal(index.requests.filter(({ path }) => path === "/upsert").length, before);
    });
  });

  describe("Pipelines", () => {
    const record = (number) => ({ number, text: "ü".repeat(20) });
    const ingested = async () => (await mesh.fetch("/", {}, "doubles")).json();

    test("ingests records as they are, and sends nothing for none", async () => {
      const before = (await ingested()).length;
      assert.deepEqual(await ask("pipelines/send", [record(1), record(2)]), { ok: null });
      assert.deepEqual(await ask("pipelines/send", []), { ok: null });
      assert.deepEqual((await ingested()).slice(before), [[record(1), record(2)]]);
    });

    test("cuts many records into requests, in order", async () => {
      const before = (await ingested()).length;
      const records = Array.from({ length: 7 }, (_, number) => record(number));
      assert.deepEqual(await ask("pipelines/send-all/200", records), { ok: null });
      const requests = (await ingested()).slice(before);
      assert.deepEqual(requests.flat(), records);
      assert.deepEqual(requests.map(({ length }) => length), [3, 3, 1]);
    });

    test("says how many records are in when a later request is refused", async () => {
      const records = [record(1), record(2), record(3), { poison: true }, record(4)];
      const { ingested: count, error } = await ask("pipelines/send-all/200", records);
      assert.equal(count, 3);
      assert.equal(error.refused, "stream is not accepting records");
    });

    test("refuses what is no record, and what is too large, before sending", async () => {
      const before = (await ingested()).length;
      assert.match((await ask("pipelines/send", [record(1), [1]])).invalid, /record 1 is no JSON object/);
      assert.match((await ask("pipelines/send/100", [record(1), record(2)])).invalid, /use `send_all`/);
      assert.equal((await ingested()).length, before);
    });

    test("is taken by the local simulation", async () => {
      assert.deepEqual(await ask("pipelines/simulated", [record(1)]), { ok: null });
    });
  });

  describe("analytics SQL", () => {
    const ofTenant = "SELECT tenant, calls FROM events.analyticsEngine.usage WHERE tenant = $tenant";
    const scoped = { scope: { accountTag: "acc" }, range: { start: "2026-09-15T00:00:00Z" } };

    test("gives typed rows and their cost over the binding", async () => {
      assert.deepEqual(await ask("analytics/binding", { sql: ofTenant, tenant: "acme" }), {
        ok: {
          data: [{ tenant: "acme", calls: 125_430 }],
          rows: 1,
          statistics: { elapsed_ms: 42, rows_read: 250_000, bytes_read: 18_000_000 },
        },
      });
    });

    test("tells by the binding's own word whether a refusal may pass", async () => {
      for (const [sql, transient] of [["SELECT 1 -- accountTag", false], ["SELECT 1 -- slow down", true]]) {
        assert.equal((await ask("analytics/binding", { sql })).transient, transient, sql);
      }
    });

    test("sends parameters, scope and time beside the statement over HTTPS", async () => {
      const { ok } = await ask("analytics/api", { sql: ofTenant, tenant: "o'hara", ...scoped });
      assert.deepEqual(ok.data, [{ tenant: "o'hara", calls: 3 }]);
      assert.deepEqual(JSON.parse(sql.requests.at(-1).body), {
        query: ofTenant,
        params: { tenant: "o'hara" },
        scope: { accountTag: "acc" },
        time_range: { start: "2026-09-15T00:00:00Z" },
      });
    });

    test("gives the status and the words of a refusal over HTTPS", async () => {
      assert.deepEqual(await ask("analytics/api", { sql: "SELECT 1" }), {
        refused: "Input was invalid: missing accountTag or zoneTag predicate",
        code: null,
        status: 422,
        retry_after_s: null,
        transient: false,
      });
      const { status, retry_after_s, transient } = await ask("analytics/api", { sql: "SELECT 1 -- slow down", ...scoped });
      assert.deepEqual({ status, retry_after_s, transient }, { status: 429, retry_after_s: 7, transient: true });
    });

    test("reads 64-bit counts of Analytics Engine exactly", async () => {
      const { ok } = await ask("analytics/engine", { sql: "SELECT tenant, calls FROM usage;" });
      assert.deepEqual(ok.data, [{ tenant: "acme", calls: 9_007_199_254_740_993n }]);
      assert.equal(sql.requests.at(-1).body, "SELECT tenant, calls FROM usage\nFORMAT JSON");
    });

    test("sends no statement that lacks a value", async () => {
      const before = sql.requests.length;
      assert.match((await ask("analytics/api", { sql: ofTenant })).invalid, /`\$tenant` has no value/);
      assert.match((await ask("analytics/engine", { sql: ofTenant, tenant: "a" })).invalid, /takes no parameters/);
      assert.equal(sql.requests.length, before);
    });
  });

  describe("Browser Run", () => {
    const double = (name, input) => ask(`browser/double/${name}`, input);
    const page = { url: "https://example.com/" };

    test("answers every quick action in its own type", async () => {
      const { ok: content } = await double("content", { html: "<p>x" });
      assert.equal(content.result, "<p>x");
      assert.equal(content.browser_ms, 321);
      assert.deepEqual(content.meta.redirectChain.map(({ status }) => status), [301]);
      assert.equal((await double("markdown", page)).ok.result, "# A page");
      assert.deepEqual((await double("links", page)).ok.result, ["https://example.com/a"]);
      const [{ selector, results }] = (await double("scrape", { ...page, selector: "b" })).ok.result;
      assert.deepEqual([selector, results[0].text, results[0].height], ["b", "x", 16.5]);
      assert.deepEqual((await double("snapshot", page)).ok.result.markdown, "markdown");
      assert.equal((await double("tree", page)).ok.result.children[0].role, "button");
      assert.equal((await double("tree", { ...page, selector: "#nothing" })).ok.result, null);
      assert.deepEqual((await double("extract", page)).ok.result, { title: "json_schema" });
      assert.deepEqual(await double("pdf", page), {
        ok: { type: "application/pdf", start: [37, 80, 68, 70], bytes: 8, cost_is_told: true },
      });
      assert.equal((await double("screenshot", page)).ok.type, "image/jpeg");
    });

    test("gives a refusal's code, status and patience", async () => {
      assert.deepEqual(await double("content", { url: "https://nowhere.invalid/" }), {
        refused: "DNS resolution failed (net::ERR_NAME_NOT_RESOLVED)",
        code: 5005,
        status: 422,
        retry_after_s: null,
        transient: false,
      });
      const { status, retry_after_s, transient } = await double("pdf", { url: "https://example.com/busy" });
      assert.deepEqual({ status, retry_after_s, transient }, { status: 429, retry_after_s: 2, transient: true });
      assert.match((await double("content", { url: "file:///etc/passwd" })).invalid, /no address/);
    });

    test("opens, lists, drives and closes sessions", async () => {
      assert.deepEqual(await double("acquire", {}), { ok: "kept-60000" });
      assert.equal((await double("sessions", {})).ok[0].connectionId, "two");
      assert.equal((await double("allowance", {})).ok.timeUntilNextAllowedBrowserAcquisition, 2000);
      assert.equal((await double("targets", { session: "one" })).ok[0].type, "page");
      assert.deepEqual(await double("version", { session: "one" }), { ok: "Double/1" });
      assert.deepEqual(await double("close", { session: "one" }), { ok: null });
      assert.equal((await double("close", { session: "two" })).status, 404);
      assert.match((await double("close", { session: "../x" })).invalid, /no id of a session/);
    });
  });
});

test("a product that the local runtime does not simulate is told as such", async (t) => {
  const mesh = await Runtime.start(PRODUCTS, { t });
  const { unavailable, message } = await mesh.ask("bindings/vectorize/describe");
  assert.equal(unavailable, "INDEX");
  assert.match(message, /needs to be run remotely/);
});
