//! The example in `examples/guestbook`, driven by the requests of its own README.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { until } from "../support/poll.mjs";
import { Runtime } from "./harness.mjs";

const EXAMPLE = path.join(import.meta.dirname, "../../examples/guestbook");
const ORIGIN = "http://localhost:8787";
const run = promisify(execFile);

/** The commands of the README's first console block, each with what it answers. */
async function conversation() {
  const readme = await readFile(path.join(EXAMPLE, "README.md"), "utf8");
  const [, block] = /^```console\n([^]*?)^```$/m.exec(readme);
  const turns = block.split(/^\$ /m).slice(1);
  return turns.map((turn) => {
    const [command, ...answer] = turn.trimEnd().split("\n");
    return { command, answer: answer.join("\n") };
  });
}

test("the guestbook answers as its README says, and keeps what it has over a restart", async (t) => {
  const worker = (role) => ({ role, config: path.join(EXAMPLE, role, "wrangler.jsonc") });
  const book = await Runtime.start([worker("front"), worker("book")], { t });
  const said = async (command) => (await run("sh", ["-c", command.replaceAll(ORIGIN, book.origin)])).stdout.trimEnd();
  const turns = await conversation();
  assert.ok(turns.length > 3, "the README has a conversation");
  for (const { command, answer } of turns) {
    const writes = / -d | -X /.test(command);
    // What is only read may follow a moment later: a workflow is at work.
    if (writes) assert.equal(await said(command), answer, command);
    else await until(command, () => said(command), (text) => text === answer, { seconds: 20 });
  }
  const { command, answer } = turns.at(-1);
  await book.restart();
  assert.equal(await said(command), answer);
});
