//! Workflow instances across a restart of the local runtime.
//!
//! On Cloudflare a Workflow resumes by itself wherever its machine goes. The local engine keeps every instance on disk
//! but starts it again only when an event reaches it, so one is sent to each that had not finished. No workflow waits
//! for its type, and steps that had finished keep their results: the run goes on where it stopped.

const NUDGE = { type: "local-runtime-restarted", payload: null };
const UNFINISHED = new Set(["queued", "running", "waiting", "waitingForPause"]);
const PAGE = 100;

/**
 * Resumes the unfinished instances of every workflow that `workers` define, and gives how many there were. Those that
 * began at `restarted` (Unix milliseconds) or later run already.
 */
export async function resumeWorkflows(workers, { restarted, bindings, explorer }) {
  let resumed = 0;
  for (const worker of workers) {
    if (worker.workflows.length === 0) continue;
    const env = await bindings(worker.name);
    for (const { binding, name } of worker.workflows) {
      for await (const id of interrupted(explorer, name, restarted)) {
        const instance = await env[binding].get(id);
        await instance.sendEvent(NUDGE);
        resumed += 1;
      }
    }
  }
  return resumed;
}

async function* interrupted(explorer, workflow, restarted) {
  // Newest first, and in pages without a filter: with one, the API opens every instance for each page.
  for (let page = 1; ; page += 1) {
    const { result } = await explorer(
      `/workflows/${encodeURIComponent(workflow)}/instances?page=${page}&per_page=${PAGE}`,
    );
    for (const { id, status, created_on: created } of result) {
      if (UNFINISHED.has(status) && Date.parse(created) < restarted) yield id;
    }
    if (result.length < PAGE) return;
  }
}
