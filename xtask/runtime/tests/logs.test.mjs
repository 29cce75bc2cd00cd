//! A Worker's line stays as it was printed; anything else becomes one.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { openLog } from "../logs.mjs";

test("lines are kept one JSON object each, errors are handed on, the last log stays", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "weft-logs-"));
  try {
    const errors = [];
    const log = await openLog(folder, (message) => errors.push(message));
    const line = `{"event":"event.stored","tenant":"ten_1","duration_ms":4}`;
    log.write({ timestamp: 0, level: "info", message: line });
    log.write({ timestamp: 0, level: "log", message: "{not json" });
    log.write({ timestamp: 0, level: "log", message: `{"level":"error","service":"pipeline","event":"sweep.failed","message":"no\\nway"}` });
    await log.close();
    const lines = (await readFile(log.file, "utf8")).trimEnd().split("\n");
    assert.equal(lines[0], line);
    assert.deepEqual(JSON.parse(lines[1]), {
      ts: "1970-01-01T00:00:00.000Z",
      level: "log",
      event: "console",
      message: "{not json",
    });
    assert.equal(lines.length, 3);
    assert.deepEqual(errors, ["pipeline: sweep.failed: no"]);

    await (await openLog(folder, () => {})).close();
    assert.equal(await readFile(log.file, "utf8"), "");
    assert.ok((await readFile(path.join(folder, "previous-workers.jsonl"), "utf8")).startsWith(line));
  } finally {
    await rm(folder, { recursive: true });
  }
});
