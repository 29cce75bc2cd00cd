//! Makes sure that nothing outlives this process, not even when it is killed outright and can't tidy up: a shell in the
//! same process group waits for the pipe from here to break, and then ends the group.

import { spawn } from "node:child_process";
import { once } from "node:events";

/** Starts the guard. Only for a process that leads its own group: the whole group is what the guard ends. */
export function guardGroup() {
  const guard = spawn("sh", ["-c", "read -r _; kill -KILL 0"], { stdio: ["pipe", "ignore", "ignore"] });
  // A guard that can't start or has ended guards nothing; the mesh runs all the same.
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  return {
    async release() {
      if (guard.exitCode !== null || guard.signalCode !== null || guard.pid === undefined) return;
      guard.kill("SIGKILL");
      await once(guard, "exit");
    },
  };
}
