//! Deploys, end to end and without an account: `cargo xtask deploy` and wrangler itself against the platform's double,
//! whose versions really run, with requests going through the gateway all the while.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { Account, Traffic, killTree } from "../platform/live/account.mjs";

const WORKERS = ["pipeline", "scheduler", "gateway", "admin"];
/** How many calls of the platform a deploy is killed at; `cargo xtask soak --deploys` names more. */
const KILLS = Number(process.env.WEFT_DEPLOY_KILLS ?? 1);

/** The gateway's default export, of which one route throws. */
const FAILING = `import whole from "./build/index.js";
export default {
  __proto__: whole,
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "/openapi.json") throw new Error("a route that is broken");
    return whole.fetch(request, env, context);
  },
};`;

describe("deploys", { timeout: 900_000 }, () => {
  let account;
  const builds = {};
  before(async () => {
    account = await Account.start(`preview-e2e-${process.pid}`);
    builds.first = await account.build("first");
  });
  after(() => account?.stop());

  const version = (role) => {
    const serving = account.serving(role);
    assert.equal(serving.length, 1, `${role} serves ${JSON.stringify(serving)}`);
    return serving[0].version_id;
  };
  const versions = () => Object.fromEntries(WORKERS.map((role) => [role, version(role)]));
  const succeeded = ({ code, out, err }) => assert.equal(code, 0, `${out}\n${err}`);
  const health = async () => (await fetch(`${account.live.url}/healthz`)).json();

  it("shows a plan and changes nothing without being told to", async () => {
    const before = account.double.calls.length;
    const dry = await account.run(["deploy", "--env", account.name, "--dry-run", "--prebuilt", builds.first]);
    succeeded(dry);
    assert.match(dry.out, /deploy for the first time `pipeline`[\s\S]*`scheduler`[\s\S]*`gateway`[\s\S]*`admin`/);
    assert.match(dry.out, /old and new builds understand each other/);
    const asked = await account.run(["deploy", "--env", account.name, "--prebuilt", builds.first]);
    assert.equal(asked.code, 1);
    assert.match(asked.err, /nobody is here to ask: read the plan, and add `--yes`/);
    const changing = account.double.calls.slice(before).filter(({ method, path }) => method !== "GET" && !path.endsWith("/query"));
    assert.deepEqual(changing, []);
  });

  it("deploys all four from nothing, callees first", async () => {
    const before = account.double.calls.length;
    const first = await account.deploy(builds.first, [], { WEFT_SECRET_AI_API_KEY: "a-value-that-nobody-reads" });
    succeeded(first);
    assert.match(first.out, /\+ secret AI_API_KEY, from WEFT_SECRET_AI_API_KEY/);
    assert.doesNotMatch(first.out + first.err, /a-value-that-nobody-reads/);
    const secrets = account.double.state.data.scripts[account.platformName("pipeline")].versions[0].resources.bindings;
    assert.equal(secrets.find(({ name }) => name === "AI_API_KEY").text, "a-value-that-nobody-reads");
    const puts = account.double.calls.slice(before).filter(({ method, path }) => method === "PUT" && /\/scripts\/[^/]+$/.test(path));
    assert.deepEqual(puts.map(({ path }) => path.split("/").at(-1)), WORKERS.map((role) => account.platformName(role)));
    const { status, services } = await health();
    assert.equal(status, "ok");
    assert.equal(services.pipeline.status, "ok");
    assert.match(services.pipeline.contract, /Intake@/);
  });

  it("leaves what is live already", async () => {
    const before = versions();
    const again = await account.deploy(builds.first, ["gateway"]);
    succeeded(again);
    assert.match(again.out, /Nothing to do: what is live is what this checkout builds/);
    assert.deepEqual(versions(), before);
  });

  it("upgrades one Worker by parts while requests go on", async () => {
    const before = versions();
    builds.second = await account.build("second", { marks: { pipeline: "second" } });
    const traffic = Traffic.begin(account.live.url);
    const rolled = await account.deploy(builds.second, ["pipeline", "--percent", "25,100", "--hold", "2"]);
    const { failed, asked } = await traffic.end();
    succeeded(rolled);
    assert.match(rolled.out, /traffic: 25 %, then 100 %/);
    assert.match(rolled.err, /`pipeline`: 0 of [1-9]\d* invocations failed, before it 0 of [1-9]\d* invocations; 0 of \d+ health calls failed/);
    assert.deepEqual(failed, []);
    assert.ok(asked > 10, `${asked} requests`);
    const { deployments } = account.double.state.data.scripts[account.platformName("pipeline")];
    const parts = deployments.slice(0, 2).map(({ versions }) => versions.map(({ percentage }) => percentage).sort((a, b) => a - b));
    assert.deepEqual(parts, [[100], [25, 75]], "two versions served at once");
    const now = versions();
    assert.notEqual(now.pipeline, before.pipeline);
    assert.deepEqual({ ...now, pipeline: 0 }, { ...before, pipeline: 0 });
  });

  it("upgrades all of them while requests go on", async () => {
    const before = versions();
    builds.third = await account.build("third", { marks: Object.fromEntries(WORKERS.map((role) => [role, "third"])) });
    const traffic = Traffic.begin(account.live.url);
    const rolled = await account.deploy(builds.third);
    const { failed } = await traffic.end();
    succeeded(rolled);
    assert.deepEqual(failed, []);
    const now = versions();
    for (const role of WORKERS) assert.notEqual(now[role], before[role], role);
  });

  it("holds a version that the platform counts errors of, and says how to go on or back", async () => {
    const before = versions();
    const failing = await account.build("failing", {
      edit: { gateway: (text) => text.replace('export { default } from "./build/index.js";', FAILING) },
    });
    const rollout = ["gateway", "--percent", "30,100", "--hold", "90"];
    const traffic = Traffic.begin(account.live.url);
    const held = await account.deploy(failing, rollout);
    await traffic.end();
    assert.equal(held.code, 1, held.out);
    assert.match(held.err, /the new version of `gateway` fails too often: \d+ of \d+ invocations failed, of the version before it 0 of \d+ invocations/);
    assert.match(held.err, /`gateway` holds at 30 %[^\n]*`--percent 100`[^\n]*`cargo xtask rollback gateway --env preview-e2e-\d+`/);
    const parts = account.serving("gateway");
    assert.deepEqual(parts.map(({ percentage }) => percentage).sort((one, other) => one - other), [30, 70]);
    succeeded(await account.run(["rollback", "gateway", "--env", account.name, "--yes"]));
    assert.deepEqual(versions(), before);
  });

  it("tells what is live", async () => {
    const { code, out, err } = await account.run(["status", "--env", account.name, "--url", account.live.url, "--json"]);
    assert.equal(code, 0, err);
    const { workers } = JSON.parse(out);
    const pipeline = workers.find(({ worker }) => worker === "pipeline");
    assert.equal(pipeline.versions[0].version, version("pipeline"));
    assert.equal(pipeline.versions[0].percent, 100);
    assert.equal(pipeline.health, "ok");
    assert.equal(pipeline.contracts_agree, true);
    assert.equal(pipeline.deployed_by, "deployer@example.com");
    const table = await account.run(["status", "--env", account.name, "--url", account.live.url]);
    assert.match(table.out, /^worker +version +traffic/);
  });

  it("refuses a contract that would break a live caller, with the two-step way", async () => {
    const before = versions();
    const breaking = await account.build("breaking", {
      marks: { pipeline: "breaking" },
      contracts: { Intake: ({ methods }) => delete methods.ingest_event },
    });
    const refused = await account.deploy(breaking, ["pipeline"]);
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.out, /`Intake\.ingest_event`, gateway -> pipeline: an old `gateway` that uses `ingest_event` would be refused/);
    assert.match(refused.out, /instead: keep `ingest_event` as it is in `pipeline`/);
    assert.deepEqual(versions(), before);
  });

  it("rolls back what fails its smoke test and says where everything stands", async () => {
    const before = versions();
    const broken = await account.build("broken", {
      edit: { scheduler: (text) => text.replace(/^export const Health = .*$/m, 'export class Health extends WorkerEntrypoint { check_health() { throw new Error("broken"); } }') },
    });
    const failed = await account.deploy(broken, ["scheduler", "--smoke", "5"]);
    assert.equal(failed.code, 1, failed.out);
    assert.match(failed.err, /`scheduler` is rolled back: all of its traffic goes to/);
    assert.match(failed.err, /`scheduler` does not work with 100 % of the traffic: the gateway finds `scheduler` down/);
    assert.deepEqual(versions(), before);
    assert.equal((await health()).status, "ok");
  });

  it("goes back to the version before", async () => {
    const [now, earlier] = account.double.state.data.scripts[account.platformName("admin")].versions.toReversed();
    assert.equal(version("admin"), now.id);
    succeeded(await account.run(["rollback", "admin", "--env", account.name, "--yes"]));
    assert.equal(version("admin"), earlier.id);
    // Forward again by parts, watched by calls of its own alone where the token may not read what the platform counts.
    const permissions = ["d1", "queues", "workers", "workflows"];
    account.double.state.data.tokens.push({ id: "44", value: "no-analytics", status: "active", permissions });
    const forward = ["admin", "--percent", "50,100", "--hold", "1"];
    const rolled = await account.deploy(builds.third, forward, { CLOUDFLARE_API_TOKEN: "no-analytics" });
    succeeded(rolled);
    assert.match(rolled.err, /error rates are not looked at: the token may not do this: give it the permission `Account Analytics: Read`/);
    assert.match(rolled.err, /`admin`: 0 of \d+ health calls failed/);
    assert.equal(account.serving("admin").length, 1);
  });

  it("killed at any call of the platform, it goes on when it is run again", async () => {
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const build = await account.build(`killed-${kill}`, { marks: { scheduler: `killed ${kill}`, gateway: `killed ${kill}` } });
      const before = versions();
      // Four ask which migrations are applied; then come the upload, the switch and the triggers of each Worker.
      const nth = 4 + kill;
      account.double.fault({ kind: kill % 2 ? "hold_after" : "hold", method: "POST|PUT", nth });
      const child = account.spawn(account.deployment(build, ["scheduler", "gateway"]));
      const held = await Promise.race([account.double.held(), child.ended.then(() => undefined)]);
      assert.ok(held, "the deploy was still going on");
      await killTree(child);
      account.double.clearFaults();
      succeeded(await account.deploy(build, ["scheduler", "gateway"]));
      const now = versions();
      assert.notEqual(now.scheduler, before.scheduler);
      assert.notEqual(now.gateway, before.gateway);
      assert.equal((await health()).status, "ok");
    }
  });

  it("says in one sentence what stopped it and what mends it", async () => {
    const build = await account.build("refused", { marks: { admin: "refused" } });
    const cases = [
      [{ kind: "refuse", method: "POST", path: "/versions$", status: 413, code: 10_027, message: "Your Worker exceeded the size limit of 64 MiB." }, /the upload is too large: look at `cargo xtask size`/],
      [{ kind: "refuse", method: "POST", path: "/versions$", status: 403, code: 10_000, message: "Authentication error" }, /give it the permission `Workers Scripts: Edit`/],
    ];
    for (const [fault, words] of cases) {
      account.double.fault(fault);
      const failed = await account.deploy(build, ["admin"]);
      assert.equal(failed.code, 1, failed.out);
      assert.match(failed.err, words);
      assert.match(failed.err, /`admin` is as it was/);
      account.double.clearFaults();
    }
    const stranger = await account.deploy(build, ["admin"], { CLOUDFLARE_API_TOKEN: "wrong" });
    assert.match(stranger.err, /the platform refuses the token: make a new one/);
    const nobody = await account.deploy(build, ["admin"], { CLOUDFLARE_API_TOKEN: "" });
    assert.match(nobody.err, /no credentials: set `CLOUDFLARE_API_TOKEN`/);
  });
});
