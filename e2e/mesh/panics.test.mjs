//! A method that breaks down is one failed call: what else runs in its isolate goes on.
//!
//! Where the compiler at hand cannot have panics unwind, a panic stops the Wasm instance as a trap does. The calls of
//! that moment then fail too, at once and typed, and the next ones find a new instance: the tests hold either to it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

describe("a panic", () => {
  let mesh;
  let unwinds;
  before(async () => {
    mesh = await Runtime.start();
    unwinds = (await mesh.ask("panics/count")).ok.unwinds;
  });
  after(() => mesh.stop());

  const count = async (where = "panics") => {
    const answer = await mesh.ask(`${where}/count`);
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer.ok;
  };

  /** What the caller must hear of a strike that panics. */
  const told = (answer, text) => {
    assert.equal(answer.error, unwinds ? "panicked" : "failed", JSON.stringify(answer));
    assert.equal(answer.retry, unwinds ? "never" : "if_idempotent");
    assert.match(answer.message, text);
  };

  for (const [strike, text] of [
    ["at_once", /as asked, at e2e\/mesh\/probe\/src\/panics\/mod\.rs:\d+/],
    ["later", /as asked, later, at e2e\/mesh\/probe\/src\/panics\/mod\.rs:\d+/],
    ["borrowing", /while holding \d+, at /],
  ]) {
    test(`is one failed call, with its words and place, and the isolate serves the next (${strike})`, async () => {
      const before = await count();
      told(await mesh.ask("panics/strike", strike), text);
      const after = await count();
      assert.equal(after.isolate, before.isolate);
      // The instance's memory lives on where panics unwind, and begins anew where they do not.
      assert.equal(after.counted, unwinds ? before.counted + 1 : 1);
    });
  }

  test("in a call that a method makes is an error to that method", async () => {
    const answer = await mesh.ask("panics/strike", "nested");
    told(answer, unwinds ? /because of: `Panics` panicked: as asked, at / : /stopped/);
  });

  test("leaves the other calls of its isolate alone", async () => {
    const amid = { strike: "later", others: 8, milliseconds: 60 };
    const { struck, others } = await mesh.ask("panics/amid", amid);
    told(struck, /as asked, later/);
    assert.equal(others.length, amid.others);
    for (const other of others) {
      if (unwinds) assert.equal(other.ok?.isolate, others[0].ok?.isolate, JSON.stringify(other));
      else assert.equal(other.error, "failed", JSON.stringify(other));
    }
  });

  test("leaves a Durable Object its memory", async () => {
    const before = await count("panics/object");
    told(await mesh.ask("panics/object/strike", "later"), /as asked, later/);
    const after = await count("panics/object");
    assert.equal(after.isolate, before.isolate);
    assert.equal(after.counted, unwinds ? before.counted + 1 : 1);
  });

  test("a thousand times over costs no more memory than as many answers", async () => {
    const grown = async (panic) => {
      const before = await count();
      for (let round = 0; round < 10; round += 1) {
        assert.equal(await mesh.ask("panics/often", { times: 100, panic }), panic && unwinds ? 100 : 0);
      }
      const after = await count();
      assert.equal(after.isolate, before.isolate);
      return after.memory - before.memory;
    };
    await grown(false);
    const answered = await grown(false);
    const page = 65_536;
    assert.ok((await grown(true)) <= answered + page);
  });

  test("in a handler of the platform is one failed event", async () => {
    await assert.rejects(mesh.ask("panics/here"), /500/);
    assert.ok((await count()).isolate);
  });

  test("is logged once, with its words and place", async () => {
    const logged = () => mesh.logs.filter(({ message }) => String(message).includes("panicked: as asked, at "));
    const before = logged().length;
    await mesh.ask("panics/strike", "at_once");
    assert.equal(logged().length, before + 1);
    assert.equal(logged().at(-1).level, "error");
  });
});

describe("what does not unwind", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  test("an exception of JavaScript's fails the call that it goes through, and no other", async () => {
    const before = (await mesh.ask("panics/count")).ok;
    const amid = { strike: "exception", others: 4, milliseconds: 40 };
    const { struck, others } = await mesh.ask("panics/amid", amid);
    assert.equal(struck.error, "failed", JSON.stringify(struck));
    const after = (await mesh.ask("panics/count")).ok;
    assert.equal(after.isolate, before.isolate);
    if (before.unwinds) for (const other of others) assert.ok(other.ok, JSON.stringify(other));
  });

  test("a trap fails the calls of its instance at once, and the next find a new one", async () => {
    const before = (await mesh.ask("panics/count")).ok;
    const object = (await mesh.ask("panics/object/count")).ok;
    // The others would be under way for longer than a call may take.
    const amid = { strike: "trap", others: 4, milliseconds: 60_000 };
    const { struck, others } = await mesh.ask("panics/amid", amid);
    for (const call of [struck, ...others]) {
      assert.equal(call.error, "failed", JSON.stringify(call));
      assert.equal(call.retry, "if_idempotent");
      // The one that trapped hears of the trap itself where it had not waited yet.
      assert.match(call.message, call === struck ? /stopped|unreachable/ : /instance of the callee stopped/);
    }
    const after = (await mesh.ask("panics/count")).ok;
    assert.equal(after.isolate, before.isolate);
    assert.equal(after.counted, 1);
    assert.ok(object.counted >= 1);
    assert.equal((await mesh.ask("panics/object/count")).ok.counted, 1);
  });
});
