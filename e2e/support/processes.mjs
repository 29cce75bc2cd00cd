//! The machine's processes: whose children they are, and whether they are still there.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { until } from "./poll.mjs";

const run = promisify(execFile);

/** Every process that isn't a mere exit status waiting to be read. */
async function list() {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { maxBuffer: 64 << 20 });
  return stdout
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((found) => found && !found[3].startsWith("Z"))
    .map(([, pid, parent, , command]) => ({
      pid: Number(pid),
      parent: Number(parent),
      command: command.slice(0, 160),
    }));
}

/** A process and everything that it started, and those started, and so on. */
export async function tree(pid) {
  const all = await list();
  const found = all.filter((process) => process.pid === pid);
  for (const process of found) found.push(...all.filter(({ parent }) => parent === process.pid));
  return found;
}

/** Waits until none of these processes is there any more. */
export async function gone(processes) {
  const left = async () => {
    const now = await list();
    return processes.filter(({ pid, command }) => now.some((one) => one.pid === pid && one.command === command));
  };
  await until("all its processes end", left, (processes) => processes.length === 0, { seconds: 30 });
}
