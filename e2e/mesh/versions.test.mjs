//! Workers that were built from different versions of a contract.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Runtime } from "./harness.mjs";

describe("two versions of a contract", () => {
  let mesh;
  before(async () => {
    mesh = await Runtime.start();
  });
  after(() => mesh.stop());

  const understood = [
    ["an older callee skips what it does not know", "new_to_old/welcome", { name: "Ada", party: 0 }],
    ["a newer callee fills in what it was not sent", "old_to_new/welcome", { name: "Ada" }],
  ];
  for (const [claim, name, ok] of understood) {
    test(claim, async () => assert.deepEqual(await mesh.ask(`versions/${name}`), { ok }));
  }

  const mismatched = [
    ["a method that the callee does not have yet", "new_to_old/farewell", /farewell/],
    ["a reply that an older caller can't read", "old_to_new/seats", /could not read the reply to `seats`/],
    ["a reply that a newer caller can't read", "new_to_old/seats", /could not read the reply to `seats`/],
  ];
  for (const [claim, name, message] of mismatched) {
    test(`${claim} is a mismatch that names it, and not worth a retry`, async () => {
      const { error, transient, message: said } = await mesh.ask(`versions/${name}`);
      assert.deepEqual([error, transient], ["contract_mismatch", false]);
      assert.match(said, message);
    });
  }
});
