//! A preview's whole life: provisioned, deployed by wrangler itself from the effective configurations, looked over, drifted,
//! mended and torn down, beside a neighbor that nothing of it may touch.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { EVERYTHING, Site, plain } from "./support/xtask.mjs";
import { stubbed, wrangler } from "./support/wrangler.mjs";

const NAME = "preview-life";
const NEIGHBOR = "preview-life-next";
const ROLES = ["pipeline", "scheduler", "gateway", "admin"];
const WRITES = "POST|PUT|PATCH|DELETE";

let site;
before(async () => {
  site = await Site.start();
  site.double.state.data.secrets_stores.push({ id: "5".repeat(32), name: "default_secrets_store", secrets: [{ id: "s", name: "AZURE_KEY" }] });
});
after(() => site.stop());

const doctor = () => site.json(["doctor", "--env", NAME]);
const problems = ({ findings }) => findings.filter(({ state }) => state === "problem");

test("before anything is there, the doctor names what is missing and the command that mends it", async () => {
  const looked = await doctor();
  assert.equal(looked.code, 1);
  const missing = problems(looked).find(({ about }) => about === "D1 database weft-preview-life-control");
  assert.match(missing.mend, /cargo xtask provision --env preview-life/);
  assert.deepEqual(site.changes(), []);
});

test("wrangler takes the effective configurations, and the platform all that they bind", async () => {
  for (const name of [NEIGHBOR, NAME]) {
    const { code, err } = await site.xtask(["provision", "--env", name, "--yes"]);
    assert.equal(code, 0, err);
  }
  for (const role of ROLES) await wrangler(site, ["deploy", "--config", await stubbed(site, NAME, role)]);
  const { scripts, queues, workflows } = site.double.state.data;
  assert.deepEqual(Object.keys(scripts).sort(), ROLES.map((role) => `weft-preview-life-${role}`).sort());
  const events = queues.find(({ queue_name }) => queue_name === "weft-preview-life-events");
  assert.equal(events.consumers[0].dead_letter_queue, "weft-preview-life-events-dead");
  assert.equal(workflows["weft-preview-life-call-ingest"].script_name, "weft-preview-life-pipeline");
  const bound = scripts["weft-preview-life-gateway"].versions.at(-1).resources.bindings;
  assert.equal(bound.find(({ name }) => name === "PIPELINE").service, "weft-preview-life-pipeline");
  assert.ok(scripts["weft-preview-life-pipeline"].versions[0].resources.bindings.some(({ type }) => type === "vectorize"));
});

test("the doctor finds migrations pending, and after them nothing", async () => {
  const pending = problems(await doctor());
  assert.ok(pending.length > 0 && pending.every(({ about }) => about.startsWith("migrations of ")), JSON.stringify(pending, null, 2));
  for (const [role, database] of [["gateway", "control"], ["pipeline", "data"], ["scheduler", "schedule"]]) {
    const config = await stubbed(site, NAME, role);
    await wrangler(site, ["d1", "migrations", "apply", `weft-preview-life-${database}`, "--remote", "--config", config]);
  }
  const looked = await doctor();
  assert.equal(looked.code, 0, JSON.stringify(problems(looked), null, 2));
});

/** What goes wrong with an environment over time: how the doctor tells it, and whether provisioning mends it. */
const DRIFTS = {
  "a consumer's settings": {
    drift: ({ queues }) => (queues.find(({ queue_name }) => queue_name === "weft-preview-life-events").consumers[0].settings.max_retries = 1),
    says: /queue consumer .*its settings differ/,
  },
  "a queue": {
    drift: (data) => (data.queues = data.queues.filter(({ queue_name }) => queue_name !== "weft-preview-life-events-dead")),
    says: /queue weft-preview-life-events-dead: it is missing/,
  },
  "a metadata index": {
    drift: ({ vectorize }) => vectorize.find(({ name }) => name === "weft-preview-life-vectors").metadata.pop(),
    says: /metadata index occurred_ms/,
  },
  "a lifecycle rule": {
    drift: ({ r2 }) => (r2.find(({ name }) => name === "weft-preview-life-archive").lifecycle = []),
    says: /R2 lifecycle rule/,
  },
  "who is let in": {
    drift: ({ access }) => access.policies.find(({ name }) => name === "weft-preview-life-operators").include.push({ everyone: {} }),
    says: /lets in others/,
  },
  "the application's policy": {
    drift: ({ access }) => {
      access.policies.push({ id: "theirs", name: "contractors", decision: "allow", include: [{ everyone: {} }] });
      access.apps.find(({ name }) => name === "weft-preview-life-admin").policies = [{ id: "theirs", precedence: 1 }];
    },
    says: /Access application weft-preview-life-admin: it does not let in/,
  },
  "a database under its name": {
    drift: ({ d1 }) => (d1.find(({ name }) => name === "weft-preview-life-schedule").uuid = crypto.randomUUID()),
    says: /D1 database weft-preview-life-schedule.*does not know it/,
    // An empty database: its migrations are for the next deploy.
    leaves: /^migrations of weft-preview-life-schedule/,
  },
};

for (const [what, { drift, says, leaves }] of Object.entries(DRIFTS)) {
  test(`${what} drifts: the doctor says so and provisioning mends it`, async () => {
    drift(site.double.state.data);
    const told = problems(await doctor()).map(({ about, text }) => `${about}: ${text}`);
    assert.ok(told.some((line) => says.test(line)), told.join("\n"));
    const { code, err } = await site.xtask(["provision", "--env", NAME, "--yes"]);
    assert.equal(code, 0, err);
    const left = problems(await doctor()).filter(({ about }) => !leaves?.test(about));
    // A dead-letter queue that was made anew has its consumer by the same run.
    assert.deepEqual(left, []);
  });
}

test("what provisioning can't mend has the command that can", async () => {
  const { data } = site.double.state;
  data.scripts["weft-preview-life-pipeline"].schedules.pop();
  data.secrets_stores[0].secrets = [];
  data.account.plan = "workers_free";
  const told = Object.fromEntries(problems(await doctor()).map(({ about, mend }) => [about, mend]));
  assert.match(told["weft-preview-life-pipeline"], /cargo xtask deploy --env preview-life/);
  assert.match(told["secret AZURE_KEY of weft-preview-life-pipeline"], /Secrets Store/);
  assert.match(told.plan, /Workers Paid/);
});

test("a secret that the configuration asks for is a problem until it is set", async () => {
  const routes = { upstreams: [{ name: "groq", kind: "openai_compatible", key: "GROQ_KEY" }] };
  await site.set("preview", { ...EVERYTHING, vars: { pipeline: { AI_ROUTES: routes } } });
  const about = "secret GROQ_KEY of weft-preview-life-pipeline";
  const asked = problems(await doctor()).find((finding) => finding.about === about);
  assert.match(asked.mend, /wrangler secret put GROQ_KEY --name weft-preview-life-pipeline/);
  const { scripts } = site.double.state.data;
  scripts["weft-preview-life-pipeline"].versions.at(-1).resources.bindings.push({ type: "secret_text", name: "GROQ_KEY", secret: "x" });
  assert.ok(!problems(await doctor()).some((finding) => finding.about === about));
  await site.set("preview", EVERYTHING);
});

test("without an account the doctor looks at this machine, and says what it could not look at", async () => {
  const away = { CLOUDFLARE_API_TOKEN: "" };
  const looked = await site.json(["doctor", "--env", NAME], away);
  assert.equal(looked.code, 2, JSON.stringify(problems(looked)));
  assert.ok(looked.findings.some(({ state, text }) => state === "unchecked" && text.includes("CLOUDFLARE_API_TOKEN")));
  assert.equal((await site.json(["doctor"], away)).code, 0);
});

test("staging and production are never torn down", async () => {
  site.changes();
  for (const name of ["staging", "production"]) {
    const { code, err } = await site.xtask(["teardown", "--env", name, "--yes"]);
    assert.equal(code, 1);
    assert.match(err, /never torn down/);
  }
  assert.deepEqual(site.changes(), []);
});

test("a preview goes with all that is in it, killed at whatever call, and its neighbor stays", async () => {
  const { state } = site.double;
  state.data.r2.find(({ name }) => name === "weft-preview-life-archive").objects = Array.from({ length: 1500 }, (_, at) => `o${at}`);
  const before = structuredClone(state.data);
  const dry = await site.json(["teardown", "--env", NAME, "--dry-run"]);
  assert.ok(dry.removals.length > 20, JSON.stringify(dry));
  assert.deepEqual(site.changes(), []);
  const teardown = ["teardown", "--env", NAME, "--yes"];
  const { code, err } = await site.xtask(teardown);
  assert.equal(code, 0, err);
  const calls = site.changes().length;
  const gone = plain(state.data);
  assert.ok(!JSON.stringify({ ...gone, logpush: gone.logpush.map(({ filter, ...job }) => job) }).replaceAll("preview-life-next", "").includes("preview-life-"), "all is gone");
  assert.equal(gone.d1.filter(({ name }) => name.startsWith("weft-preview-life-next")).length, 3);
  assert.equal(await site.ids(NAME), undefined);
  assert.ok(await site.ids(NEIGHBOR));
  for (let nth = 1; nth <= calls; nth += 1) {
    state.data = structuredClone(before);
    site.double.fault({ kind: nth % 2 === 0 ? "hold" : "hold_after", method: WRITES, nth });
    assert.ok(await site.killedAtHeld(teardown), `no call ${nth}`);
    site.double.clearFaults();
    const again = await site.xtask(teardown);
    assert.equal(again.code, 0, `after ${nth}: ${again.err}`);
    assert.deepEqual(plain(state.data), gone, `after ${nth}`);
  }
});
