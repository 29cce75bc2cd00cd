//! The Python of the test run, which has the clients that are published for it alone.

import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";

const { WEFT_PYTHON: python, WEFT_PYTHON_LIBRARIES: libraries } = process.env;

/** Why tests that need it are skipped; nothing where there is one. */
export const NO_PYTHON = !python && "no Python of the test run";

/** Runs a program of `e2e/client` on an input; what it said, once it has ended well. */
export async function runClient(name, args, input = "") {
  const env = { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }) };
  const program = spawn(python, [path.join(import.meta.dirname, "../client", name), ...args], { env });
  program.stdin.end(input);
  const ended = new Promise((resolve, reject) => program.on("error", reject).on("close", resolve));
  const [said, complaint, code] = await Promise.all([text(program.stdout), text(program.stderr), ended]);
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${complaint}`);
  return said;
}
