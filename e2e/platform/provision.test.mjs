//! `cargo xtask provision` against the double: from nothing, again, killed at every call, and told why it can't.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { EVERYTHING, Site, plain } from "./support/xtask.mjs";

const PROVISION = ["provision", "--env", "staging"];
/** What changes something. */
const WRITES = "POST|PUT|PATCH|DELETE";
/** What a whole run does, and leaves. */
const whole = {};

/** Runs `work` with a site of its own. */
async function on(work, settings) {
  const site = await Site.start(settings);
  try {
    return await work(site);
  } finally {
    await site.stop();
  }
}

before(() =>
  on(async (site) => {
    const { code, err } = await site.xtask([...PROVISION, "--yes"]);
    assert.equal(code, 0, err);
    whole.calls = site.changes();
    whole.account = plain(site.double.state.data);
    whole.data = site.double.state.data;
    whole.ids = await site.ids("staging");
  }),
);

test("from nothing, everything is made under the environment's names and its ids are noted", () => {
  const { data, ids } = whole;
  assert.deepEqual(data.d1.map(({ name }) => name).sort(), ["weft-staging-control", "weft-staging-data", "weft-staging-schedule"]);
  assert.deepEqual(data.kv.map(({ title }) => title).sort(), ["weft-staging-answers", "weft-staging-cache"]);
  assert.deepEqual(data.queues.map(({ queue_name }) => queue_name).sort(), ["weft-staging-events", "weft-staging-events-dead"]);
  assert.equal(data.r2[0].lifecycle.length, 1);
  assert.equal(data.vectorize[0].metadata.length, 5);
  assert.equal(data.access.apps[0].domain, "weft-staging-admin.double.workers.dev");
  assert.deepEqual(data.access.policies[0].include, [{ email: { email: "vera@example.com" } }, { email_domain: { domain: "example.org" } }]);
  assert.match(data.logpush[0].filter, /weft-staging-gateway/);
  for (const { name, uuid } of data.d1) assert.equal(ids.databases[name.replace("staging-", "")], uuid);
  assert.equal(ids.namespaces.CACHE, data.kv.find(({ title }) => title === "weft-staging-cache").id);
  assert.equal(ids.access_audience, data.access.apps[0].aud);
  assert.equal(ids.account, data.account.id);
  assert.doesNotMatch(JSON.stringify(ids), /hidden|double-token/);
});

test("a dry run and a run without anybody to ask change nothing", () =>
  on(async (site) => {
    const dry = await site.json([...PROVISION, "--dry-run"]);
    assert.equal(dry.code, 0, dry.err);
    assert.equal(dry.applied, false);
    assert.ok(dry.steps.some(({ kind, verdict }) => kind === "D1 database" && verdict === "create"));
    const { code, err } = await site.xtask(PROVISION);
    assert.equal(code, 1);
    assert.match(err, /--yes/);
    assert.deepEqual(site.changes(), []);
    assert.equal(await site.ids("staging"), undefined);
  }));

test("a second run finds everything and changes nothing", () =>
  on(async (site) => {
    await site.xtask([...PROVISION, "--yes"]);
    site.changes();
    const again = await site.json([...PROVISION, "--yes"]);
    assert.equal(again.code, 0, again.err);
    assert.deepEqual(site.changes(), []);
    assert.deepEqual([...new Set(again.steps.map(({ verdict }) => verdict))].sort(), ["keep", "later"]);
  }));

test("what somebody made by hand under its name is adopted, and others' things stay", () =>
  on(async (site) => {
    const { data } = site.double.state;
    const theirs = { uuid: crypto.randomUUID(), name: "theirs" };
    data.d1.push(theirs, { uuid: crypto.randomUUID(), name: "weft-staging-data" });
    data.r2.push({ name: "weft-staging-archive", creation_date: "", lifecycle: [{ id: "theirs", enabled: true }], objects: ["kept"] });
    const { code, err } = await site.xtask([...PROVISION, "--yes"]);
    assert.equal(code, 0, err);
    assert.equal(data.d1.length, 4);
    assert.deepEqual(data.d1[0], theirs);
    assert.equal((await site.ids("staging")).databases["weft-data"], data.d1[1].uuid);
    assert.deepEqual(data.r2[0].lifecycle.map(({ id }) => id), ["theirs", "weft-unfinished-uploads"]);
    assert.deepEqual(data.r2[0].objects, ["kept"]);
  }));

for (const kind of ["hold", "hold_after"]) {
  test(`killed ${kind === "hold" ? "before" : "after"} each call takes effect, the next run ends where a whole one does`, async () => {
    assert.ok(whole.calls.length > 15, `only ${whole.calls.length} calls`);
    for (let nth = 1; nth <= whole.calls.length; nth += 1) {
      await on(async (site) => {
        site.double.fault({ kind, method: WRITES, nth });
        assert.ok(await site.killedAtHeld([...PROVISION, "--yes"]), `no call ${nth}`);
        site.double.clearFaults();
        const { code, err } = await site.xtask([...PROVISION, "--yes"]);
        assert.equal(code, 0, `after ${nth}: ${err}`);
        assert.deepEqual(plain(site.double.state.data), whole.account, `after ${nth}`);
        const ids = await site.ids("staging");
        assert.deepEqual(Object.keys(ids.databases), Object.keys(whole.ids.databases));
        assert.equal(ids.access_audience, site.double.state.data.access.apps[0].aud);
      });
    }
  });
}

test("a connection that is cut after any call is told in a sentence, and the next run goes on", async () => {
  for (let nth = 1; nth <= whole.calls.length; nth += 1) {
    await on(async (site) => {
      // As often as a call is made that may be repeated.
      site.double.fault({ kind: "cut_after", method: WRITES, path: `${whole.calls[nth - 1].path.split("/").at(-1)}$`, times: 4 });
      const cut = await site.xtask([...PROVISION, "--yes"]);
      site.double.clearFaults();
      if (cut.code !== 0) assert.match(cut.err, /run this again/);
      const { code, err } = await site.xtask([...PROVISION, "--yes"]);
      assert.equal(code, 0, err);
      assert.deepEqual(plain(site.double.state.data), whole.account);
    });
  }
});

test("told to wait, it waits and goes on", () =>
  on(async (site) => {
    site.double.fault({ kind: "rate_limit", method: "POST", path: "/d1/database$", retry_after: 0, times: 2 });
    site.double.fault({ kind: "rate_limit", method: "GET", path: "/queues", retry_after: 0 });
    const { code, err } = await site.xtask([...PROVISION, "--yes"]);
    assert.equal(code, 0, err);
    assert.deepEqual(plain(site.double.state.data), whole.account);
  }));

const REFUSALS = {
  "no token": { env: { CLOUDFLARE_API_TOKEN: "" }, says: /set `CLOUDFLARE_API_TOKEN`/ },
  "a wrong token": { env: { CLOUDFLARE_API_TOKEN: "nobody" }, says: /refuses the token: make a new one/ },
  "a malformed token": { env: { CLOUDFLARE_API_TOKEN: "a b" }, says: /refuses the token: make a new one/ },
  "another account": { env: { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32) }, says: /the token may not do this/ },
  "a token without D1": { change: (data) => (data.tokens[0].permissions = ["workers", "kv", "queues"]), says: /`D1: Edit`/ },
  "no more databases": { change: (data) => (data.quotas.d1 = 2), says: /may have no more of these.*raise the limit/s },
  "a name that somebody took in this moment": {
    fault: { kind: "refuse", status: 400, code: 7502, message: "Database with name 'x' already exists", method: "POST", path: "/d1/database$" },
    says: /the name is taken.*run this again to adopt/s,
  },
  "no network": { env: { CLOUDFLARE_API_BASE_URL: "http://127.0.0.1:1/client/v4" }, says: /no answer to `GET .*run this again once the network is back/s },
  "an answer of something else": {
    fault: { kind: "refuse", status: 418, code: 1, message: "a proxy's page", method: "GET", path: "/queues" },
    says: /the platform refused: a proxy's page/,
  },
  "R2 not enabled": { change: (data) => (data.account.r2 = false), says: /enable R2/ },
  "a wait of minutes": {
    fault: { kind: "rate_limit", method: "POST", path: "/d1/database$", retry_after: 300 },
    says: /run this again in 300 s/,
  },
  "a breakdown": { fault: { kind: "refuse", status: 503, method: "POST", path: "/queues$" }, says: /broke down.*later/s },
  "no Zero Trust": { change: (data) => (data.access.organization = null), says: /Zero Trust is not on/ },
  "an index of another shape": {
    change: (data) => data.vectorize.push({ name: "weft-staging-vectors", config: { dimensions: 8, metric: "cosine" }, metadata: [] }),
    says: /192 by cosine are needed: delete it/,
  },
  "a host of another application": {
    change: (data) => data.access.apps.push({ id: "x", aud: "x", name: "theirs", domain: "weft-staging-admin.double.workers.dev", type: "self_hosted" }),
    says: /belongs to the application `theirs`/,
  },
};

for (const [what, { env, change, fault, says }] of Object.entries(REFUSALS)) {
  test(`${what}: a sentence says what to do, and once that is done the next run ends whole`, () =>
    on(async (site) => {
      const before = structuredClone(site.double.state.data);
      change?.(site.double.state.data);
      if (fault) site.double.fault(fault);
      const refused = await site.xtask([...PROVISION, "--yes"], env);
      assert.equal(refused.code, 1);
      assert.match(`${refused.out}${refused.err}`, says);
      assert.doesNotMatch(refused.err, /hidden|double-token|panicked/);
      // The mend: what was in the way is as it was.
      const { data } = site.double.state;
      Object.assign(data, { quotas: before.quotas, tokens: before.tokens });
      data.account = before.account;
      data.access.organization = before.access.organization;
      data.access.apps = data.access.apps.filter(({ name }) => name !== "theirs");
      data.vectorize = data.vectorize.filter(({ config }) => config.dimensions !== 8);
      site.double.clearFaults();
      const { code, err } = await site.xtask([...PROVISION, "--yes"]);
      assert.equal(code, 0, err);
      assert.deepEqual(plain(data), whole.account);
    }));
}

test("notes of another account are not used", () =>
  on(async (site) => {
    await site.xtask([...PROVISION, "--yes"]);
    site.double.state.data.account.id = "e".repeat(32);
    const { code, err } = await site.xtask([...PROVISION, "--yes"]);
    assert.equal(code, 1);
    assert.match(err, /is of the account 0123456789abcdef/);
  }));

test("settings with a slip are refused before anything is asked", () =>
  on(async (site) => {
    await site.set("staging", { ...EVERYTHING, vectorise: true });
    const { code, err } = await site.xtask([...PROVISION, "--yes"]);
    assert.equal(code, 1);
    assert.match(err, /vectorise/);
    await site.set("staging", { vars: { admin: { ACCES_ROLES: {} } } });
    assert.match((await site.xtask([...PROVISION, "--yes"])).err, /no variable `ACCES_ROLES`/);
    assert.deepEqual(site.changes(), []);
  }));
