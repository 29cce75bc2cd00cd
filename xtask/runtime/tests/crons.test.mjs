//! Which minutes a cron line means, and which lines are refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseCron } from "../crons.mjs";

function check(line, time, expect) {
  assert.equal(parseCron(line)(new Date(time)), expect, `${line} at ${time}`);
}

test("a line is due on its minutes and on no others", () => {
  check("* * * * *", "2026-11-22T07:13:00Z", true);
  check("*/5 * * * *", "2026-11-22T07:15:00Z", true);
  check("*/5 * * * *", "2026-11-22T07:16:00Z", false);
  check("0 6-8,20 * * *", "2026-11-22T20:00:00Z", true);
  check("0 6-8,20 * * *", "2026-11-22T09:00:00Z", false);
  check("10-40/15 * * * *", "2026-11-22T09:25:00Z", true);
  check("10-40/15 * * * *", "2026-11-22T09:30:00Z", false);
  check("0 0 1 1 *", "2027-01-01T00:00:00Z", true);
  check("0 0 1 1 *", "2027-01-02T00:00:00Z", false);
});

test("the week begins on Sunday, which is 1", () => {
  check("0 0 * * 1", "2026-11-22T00:00:00Z", true);
  check("0 0 * * 2", "2026-11-22T00:00:00Z", false);
  check("0 0 * * 7", "2026-11-28T00:00:00Z", true);
});

test("a line that is not understood is refused with its culprit", () => {
  for (const [line, culprit] of [
    ["* * * *", "4 fields"],
    ["60 * * * *", "`60` as minute"],
    ["* * * * MON", "`MON` as day of week"],
    ["* * L * *", "`L` as day of month"],
    ["*/0 * * * *", "`*/0` as minute"],
    ["30-10 * * * *", "`30-10` as minute"],
    ["* * * * 0", "`0` as day of week"],
  ]) {
    assert.throws(() => parseCron(line), (error) => error.message.includes(culprit), line);
  }
});
