//! An environment of a test's own on the platform's double, provisioned and running what is deployed to it, and commands
//! of `cargo xtask` that are pointed at it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

import { ROOT } from "../../support/mesh.mjs";
import { tree } from "../../support/processes.mjs";
import { PlatformDouble } from "../double/double.mjs";
import { LiveMesh } from "./live.mjs";

const ROLES = ["admin", "gateway", "pipeline", "scheduler"];

/** See the module. */
export class Account {
  /** Starts a double with the environment `name`, and what it deploys. */
  static async start(name) {
    const account = new Account();
    account.name = name;
    account.folder = await mkdtemp(path.join(tmpdir(), "weft-deploy-"));
    account.double = await PlatformDouble.start({ folder: path.join(account.folder, "platform") });
    const made = await account.run(["provision", "--env", name, "--yes"]);
    if (made.code !== 0) throw new Error(`${made.out}\n${made.err}`);
    account.live = await LiveMesh.start(account.double, { gateway: `weft-${name}-gateway` });
    return account;
  }

  async stop() {
    await this.live.stop();
    await this.double.stop();
    const left = [this.folder, path.join(ROOT, ".weft/deploy", this.name), path.join(ROOT, ".weft/environments", this.name)];
    for (const folder of left) await rm(folder, { recursive: true, force: true });
  }

  /** The name of something of the environment's. */
  platformName(name) {
    return `weft-${this.name}-${name}`;
  }

  /** Starts `cargo xtask` in the environment, as a process that can be killed. */
  spawn(args, environment = {}) {
    const [program, ...first] = process.env.WEFT_XTASK ? [process.env.WEFT_XTASK] : ["cargo", "xtask"];
    const child = spawn(program, [...first, ...args], {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.double.environment, WEFT_IDS: path.join(this.folder, "ids"), ...environment },
    });
    child.ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]).then(([out, err, [code]]) => ({ code, out, err }));
    return child;
  }

  /** Runs it to its end. */
  run(args, environment) {
    return this.spawn(args, environment).ended;
  }

  /** `deploy` of a build, with everything that a script says. */
  deploy(build, args = [], environment = {}) {
    return this.run(this.deployment(build, args), environment);
  }

  deployment(build, args = []) {
    return ["deploy", "--env", this.name, "--yes", "--prebuilt", build, "--url", this.live.url, ...args];
  }

  /** The versions that take traffic of a Worker, with their parts. */
  serving(role) {
    const script = this.double.state.data.scripts[this.platformName(role)];
    return script?.deployments[0]?.versions ?? [];
  }

  /**
   * A folder with the checkout's built Workers as another revision has them: `marks` has a comment by role, which makes
   * their code another; `edit` changes an entry module's text by role; `contracts` changes documents by name.
   */
  async build(name, { marks = {}, edit = {}, contracts = {} } = {}) {
    const home = path.join(this.folder, "builds", name);
    for (const role of ROLES) {
      const folder = path.join(home, "workers", role);
      await mkdir(folder, { recursive: true });
      await cp(path.join(ROOT, "workers", role, "build"), path.join(folder, "build"), { recursive: true });
      const entry = await readFile(path.join(ROOT, "workers", role, "entry.mjs"), "utf8");
      await writeFile(path.join(folder, "entry.mjs"), `${(edit[role] ?? ((text) => text))(entry)}\n// ${marks[role] ?? ""}\n`);
    }
    await symlink(path.join(ROOT, "crates"), path.join(home, "crates"));
    await cp(path.join(ROOT, "contracts"), path.join(home, "contracts"), { recursive: true });
    for (const [contract, change] of Object.entries(contracts)) {
      const file = path.join(home, "contracts", `${contract}.json`);
      const document = JSON.parse(await readFile(file, "utf8"));
      change(document);
      await writeFile(file, JSON.stringify(document));
    }
    return home;
  }
}

/** Kills a process and everything that it started, as a machine that loses power does. */
export async function killTree(child) {
  for (const { pid } of await tree(child.pid)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  }
  await child.ended;
}

/** Asks the gateway again and again until it is stopped; what was not answered well is kept. */
export class Traffic {
  #going = true;
  #done;
  asked = 0;
  failed = [];

  static begin(url) {
    const traffic = new Traffic();
    traffic.#done = Promise.all(["/healthz", "/openapi.json", "/v1/events"].map((route) => traffic.#ask(`${url}${route}`)));
    return traffic;
  }

  async #ask(url) {
    while (this.#going) {
      const answer = await fetch(url).then(
        async (answer) => ({ status: answer.status, text: await answer.text() }),
        (error) => ({ status: 0, text: error.message }),
      );
      this.asked += 1;
      // Without a key, events are refused: that too is an answer, of the gateway's own.
      const expected = url.endsWith("/v1/events") ? 401 : 200;
      if (answer.status !== expected) this.failed.push(`${url}: ${answer.status} ${answer.text.slice(0, 300)}`);
    }
  }

  async end() {
    this.#going = false;
    await this.#done;
    return this;
  }
}
