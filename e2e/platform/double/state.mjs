//! What the double remembers: one JSON document and, beside it, the databases and the uploaded code. All of it lies in a
//! folder, so that a double that is started on it again is the same account.

import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const FILE = "account.json";

/** A new account on the paid plan, with a `workers.dev` subdomain and a Zero Trust team. */
const empty = () => ({
  account: { id: "0123456789abcdef0123456789abcdef", name: "Double", plan: "workers_paid", subdomain: "double" },
  user: { id: "11111111111111111111111111111111", email: "deployer@example.com" },
  // A token may do all, or what its `permissions` list: groups such as `d1` and `workers`.
  tokens: [{ id: "22222222222222222222222222222222", value: "double-token", status: "active", permissions: null }],
  // How many of each kind the account may have; none is no bound.
  quotas: {},
  d1: [],
  kv: [],
  r2: [],
  queues: [],
  vectorize: [],
  secrets_stores: [],
  workflows: {},
  logpush: [],
  access: { organization: { auth_domain: "double.cloudflareaccess.com", name: "Double" }, apps: [], policies: [] },
  zones: [],
  scripts: {},
  // Invocations as analytics count them: `{ script, version, at, error }`, `at` in milliseconds.
  invocations: [],
});

/** See the module. */
export class State {
  #own;

  /** What is in `folder`, or a new account; without a folder one that ends with the double. */
  static async open(folder) {
    const state = new State();
    state.#own = folder === undefined;
    state.folder = folder ?? (await mkdtemp(path.join(tmpdir(), "weft-platform-")));
    await mkdir(state.folder, { recursive: true });
    const kept = await readFile(path.join(state.folder, FILE), "utf8").catch(() => undefined);
    state.data = kept === undefined ? empty() : JSON.parse(kept);
    await state.save();
    return state;
  }

  /** Writes the document; the old one stands until the new one is whole. */
  async save() {
    const file = path.join(this.folder, FILE);
    await writeFile(`${file}.new`, JSON.stringify(this.data, null, 2));
    await rename(`${file}.new`, file);
  }

  /** Refuses one more of a kind than the account may have, with the product's own code and words. */
  within(kind, count, refusal) {
    const quota = this.data.quotas[kind];
    if (quota !== undefined && count >= quota) throw refusal;
  }

  async close() {
    if (this.#own) await rm(this.folder, { recursive: true, force: true });
  }
}
