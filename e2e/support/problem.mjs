//! What every refusal looks like (RFC 9457).

import assert from "node:assert/strict";

/** Checks that an answer is the problem `code` with this status, complete and under its trace. Gives its body. */
export function assertProblem(answer, status, code) {
  assert.equal(answer.status, status, String(answer));
  assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json\b/, String(answer));
  const problem = answer.json;
  assert.equal(problem.code, code, String(answer));
  assert.equal(problem.status, status, String(answer));
  for (const member of ["type", "title", "detail"]) {
    assert.ok(typeof problem[member] === "string" && problem[member] !== "", `\`${member}\` is missing: ${answer}`);
  }
  assert.equal(problem.trace_id, answer.trace, `the trace was not continued: ${answer}`);
  assert.equal(answer.headers.get("x-trace-id"), answer.trace, `\`x-trace-id\` differs: ${answer}`);
  assertNothingInner(answer);
  return problem;
}

/** A reader outside learns nothing of how the inside is built. */
function assertNothingInner(answer) {
  const inner = /panicked|\.rs:\d|\bat \w+ \(|workerd|D1_ERROR|SQLITE|wasm|_DB\b|stack/i;
  assert.doesNotMatch(answer.text, inner, `it tells of the inside: ${answer}`);
}
