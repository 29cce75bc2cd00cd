//! Workflow instances across a restart of the local runtime.
//!
//! On Cloudflare a Workflow resumes by itself wherever its machine goes. The local engine keeps every instance on disk
//! but starts it again only when an event reaches it, so one is sent to each that had not finished. No workflow waits
//! for its type, and steps that had finished keep their results: the run goes on where it stopped.
//!
//! Over HTTP, not by the runtime's bindings in this process: those wait without letting anything else happen here, and
//! a runtime whose log lines nobody takes meanwhile stands still, so that neither would ever go on.

const NUDGE = "local-runtime-restarted";
const UNFINISHED = new Set(["queued", "running", "waiting", "waitingForPause"]);
const PAGE = 100;

/** The API of the runtime at `origin` that shows and changes what it holds. */
export const explorerAt = (origin) => async (route, options) => {
  const response = await fetch(new URL(`/cdn-cgi/local/explorer/api${route}`, origin), options);
  if (!response.ok) throw new Error(`the local explorer answered ${response.status} to ${route}`);
  return response.json();
};

/**
 * Resumes the unfinished instances of every workflow that `workers` define, and gives how many there were. Those that
 * began at `restarted` (Unix milliseconds) or later run already.
 */
export async function resumeWorkflows(workers, { restarted, explorer }) {
  let resumed = 0;
  for (const worker of workers) {
    for (const { name } of worker.workflows) {
      for await (const id of interrupted(explorer, name, restarted)) {
        await explorer(`${instances(name)}/${encodeURIComponent(id)}/events/${NUDGE}`, { method: "POST", body: "null" });
        resumed += 1;
      }
    }
  }
  return resumed;
}

const instances = (workflow) => `/workflows/${encodeURIComponent(workflow)}/instances`;

async function* interrupted(explorer, workflow, restarted) {
  // Newest first, and in pages without a filter: with one, the API opens every instance for each page.
  for (let page = 1; ; page += 1) {
    const { result } = await explorer(`${instances(workflow)}?page=${page}&per_page=${PAGE}`);
    for (const { id, status, created_on: created } of result) {
      if (UNFINISHED.has(status) && Date.parse(created) < restarted) yield id;
    }
    if (result.length < PAGE) return;
  }
}
