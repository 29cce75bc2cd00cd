//! `cargo xtask` against a double: with settings and notes of the test's own, so that those of the checkout stay as they are.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { PlatformDouble } from "../double/double.mjs";

export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Settings in which everything that can be provisioned is wanted. */
export const EVERYTHING = {
  vectorize: true,
  logpush: true,
  secrets_store: { pipeline: ["AZURE_KEY"] },
  operators: { emails: ["vera@example.com"], email_domains: ["example.org"] },
  vars: { admin: { ACCESS_ROLES: { "vera@example.com": "viewer" } } },
};

/** A double with a place for settings and notes; all of it ends with `stop`. */
export class Site {
  /** Starts one in which every environment has `settings`. */
  static async start(settings = EVERYTHING) {
    const site = new Site();
    site.folder = await mkdtemp(path.join(tmpdir(), "weft-site-"));
    site.double = await PlatformDouble.start();
    site.settings = path.join(site.folder, "environments");
    await cp(path.join(ROOT, "wrangler/environments"), site.settings, { recursive: true });
    for (const kind of ["preview", "staging", "production"]) await site.set(kind, settings);
    return site;
  }

  /** Changes the settings of an environment. */
  set(kind, settings) {
    return writeFile(path.join(this.settings, `${kind}.jsonc`), JSON.stringify(settings));
  }

  get env() {
    const { CLOUDFLARE_API_TOKEN: _, ...inherited } = process.env;
    return {
      ...inherited,
      ...this.double.environment,
      WEFT_IDS: path.join(this.folder, "ids"),
      WEFT_ENVIRONMENTS: this.settings,
      WEFT_LOGPUSH_DESTINATION: "r2://logs/{DATE}?secret=hidden",
      RUST_BACKTRACE: "0",
    };
  }

  /** Begins `cargo xtask …`. */
  begin(args, env = {}) {
    const [program, ...first] = process.env.WEFT_XTASK ? [process.env.WEFT_XTASK] : ["cargo", "xtask"];
    return spawn(program, [...first, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], env: { ...this.env, ...env } });
  }

  /** Runs it to its end. */
  async xtask(args, env) {
    const child = this.begin(args, env);
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { code, out, err };
  }

  /** The same with `--json`, read. */
  async json(args, env) {
    const { code, out, err } = await this.xtask([...args, "--json"], env);
    return { code, err, ...JSON.parse(out || "{}") };
  }

  /** Runs it until the double holds a call, and kills it there. Gives whether it came so far. */
  async killedAtHeld(args) {
    const child = this.begin(args);
    const exit = once(child, "exit").then(() => false);
    const held = await Promise.race([this.double.held().then(() => true), exit]);
    child.kill("SIGKILL");
    await exit;
    return held;
  }

  /** What was noted of an environment. */
  async ids(environment) {
    const kept = await readFile(path.join(this.folder, "ids", `${environment}.json`), "utf8").catch(() => undefined);
    return kept && JSON.parse(kept);
  }

  /** The calls since the last look that may have changed something. */
  changes() {
    const calls = this.double.calls.filter(({ method, path }) => method !== "GET" && !path.endsWith("/query"));
    this.double.forgetCalls();
    return calls;
  }

  async stop() {
    await this.double.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** An account without what differs from run to run: ids and times. */
export function plain(data) {
  const drop = new Set(["id", "uuid", "queue_id", "consumer_id", "aud", "store_id", "tag", "etag", "version_id"]);
  const timed = (key) => /(_on|_at|created|modified|creation_date)$/.test(key);
  const strip = (value) => {
    if (Array.isArray(value)) return value.map(strip);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).filter(([key]) => !drop.has(key) && !timed(key)).map(([key, field]) => [key, strip(field)]));
  };
  return strip(data);
}
