//! A mesh of a journey's own, on free ports and with its own state, to be interrupted, killed and started again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { ROOT } from "./mesh.mjs";
import { gone, tree } from "./processes.mjs";

/** A folder for the state of a mesh. */
export const newState = () => mkdtemp(path.join(tmpdir(), "weft-journey-"));

/** Removes such a folder. */
export const removeState = (state) => rm(state, { recursive: true, force: true });

/** How long a start that has to be refused may take. */
const REFUSAL_MS = 60_000;

/**
 * Runs `cargo xtask dev` with these arguments. It stays in this process's group, so that whoever stops the tests stops
 * it too; should a journey fail before it stops its mesh, the mesh goes with the journey.
 */
function dev(args, options) {
  const [program, ...first] = process.env.WEFT_XTASK ? [process.env.WEFT_XTASK] : ["cargo", "xtask"];
  const child = spawn(program, [...first, "dev", ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/** Runs `dev` where it is expected to refuse; gives its exit code and what it said on standard error. */
export async function refusedStart(args) {
  const child = dev(args, { timeout: REFUSAL_MS });
  const [said, printed, [code]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, "exit")]);
  return { code, said: said.trim(), printed };
}

/** A running mesh of one's own: the fields of `dev.json`, and ways to end it. */
export class OwnMesh {
  #child;
  #exit;

  /** Starts a mesh on `state` with `env` beside the environment, and waits until it says that it is ready. */
  static async start(state, env = {}) {
    const mesh = new OwnMesh();
    mesh.state = state;
    mesh.#child = dev(["--json", "--port", "0", "--state", state], { env: { ...process.env, ...env } });
    mesh.#exit = once(mesh.#child, "exit");
    const said = text(mesh.#child.stderr);
    const line = await firstLine(mesh.#child.stdout);
    if (line === undefined) throw new Error(`the mesh doesn't start: ${await said}`);
    return Object.assign(mesh, JSON.parse(line));
  }

  /** The process that started the others. */
  get pid() {
    return this.#child.pid;
  }

  /** Presses Ctrl-C. Gives the exit code and the processes that ran, once none of them is left. */
  async interrupt() {
    const processes = await tree(this.#child.pid);
    this.#child.kill("SIGINT");
    const [code] = await this.#exit;
    await gone(processes);
    return { code, processes };
  }

  /** Pulls the plug: every process of the mesh ends at once, without a chance to tidy up. */
  async kill() {
    const processes = await tree(this.#child.pid);
    for (const { pid } of processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        // One may have gone with the one before it.
        if (error.code !== "ESRCH") throw error;
      }
    }
    await this.#exit;
    await gone(processes);
    return { processes };
  }

  /** For the end of a journey, however it went. */
  async discard() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.interrupt();
  }
}

/** The first line of a stream, or nothing where it ends before. What follows is read and dropped. */
function firstLine(stream) {
  return new Promise((resolve) => {
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk) => {
      if (text.includes("\n")) return;
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    stream.once("end", () => resolve(undefined));
  });
}
