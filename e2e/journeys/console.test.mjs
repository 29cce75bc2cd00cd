//! The console in a real browser: every page as each role sees it, and the forms that change something.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { installedChromium } from "../support/chromium.mjs";
import { PEOPLE, acts, assertSound, signedIn, token } from "../support/console.mjs";
import { fillConsole, pagesOf } from "../support/demo_console.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";

/** What an event holds. */
const CONTENT = ["raw", "text", "signals"];
/** Lists with filters, some of which find nothing. */
const NARROWED = [
  "/dead-letters?tenant=&cause=workflow", "/audit?actor=nobody", "/events?status=dead&since=2030-01-01T00%3A00",
  "/workflows?name=crm_change&status=paused",
];
const skip = installedChromium() ? false : "no Chrome or Chromium is installed";

let mesh;
let demo;

before(async () => {
  mesh = await runningMesh();
  if (!skip) demo = await fillConsole(mesh, "console");
});
after(() => demo?.stop());

const at = (rest) => `${mesh.admin}/admin${rest}`;

for (const role of Object.keys(PEOPLE)) {
  test(`every page is sound for the role ${role}, wide and narrow`, { skip }, async (t) => {
    const page = await signedIn(t, mesh, role);
    const pages = Object.values(pagesOf(demo));
    const content = role === "viewer" ? [] : CONTENT.map((part) => `/events/${demo.event}/${part}?tenant=${demo.tenant}`);
    for (const rest of [...pages, ...content, ...NARROWED]) {
      for (const width of [1280, 390]) {
        const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
        await page.send("Emulation.setDeviceMetricsOverride", metrics);
        await page.visit(at(rest));
        await assertSound(page, `${role} ${rest} ${width}`);
      }
    }
    await page.visit(at(`/tenants/${demo.tenant}`));
    const text = await page.text();
    assert.equal(text.includes("Suspend the tenant"), role === "owner", "what a role may not do is not offered");
  });
}

test("a fault that is planted in a page is found", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "viewer");
  await page.visit(at("/tenants"));
  await page.evaluate("document.querySelector('h1').style = 'color: #777; background: #888'");
  await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')");
  const found = (await page.violations()).map((line) => line.split(":")[0]);
  assert.deepEqual(found.sort(), ["color-contrast", "image-alt", "label"]);
});

test("an owner makes a tenant, gives it a key, revokes it and suspends it, and all of that is on record", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "owner");
  const slug = `console-${Date.now().toString(36)}`;
  await page.visit(at("/tenants"));
  await page.fill("#make ~ form [name=name]", "Globex & <Sons>");
  await page.fill("#make ~ form [name=slug]", slug);
  await page.follow("#make ~ form button");
  assert.ok((await page.text()).includes("Globex & <Sons>"), await page.text());
  const home = await page.evaluate("location.pathname");
  assert.match(home, /^\/admin\/tenants\/ten_[0-9a-f]{32}$/);

  await page.evaluate("document.querySelector('details').open = true");
  await page.fill("details [name=name]", "CI");
  await page.evaluate("document.querySelector('details [value=\"events:read\"]').checked = true");
  await page.follow("details button");
  const secret = await page.evaluate("document.querySelector('.secret').textContent");
  const call = () => send("GET", `${mesh.gateway}/v1/events`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await call()).status, 200);
  await assertSound(page, "the page with the secret");
  await page.visit(`${mesh.admin}${home}`);
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes(secret), "the secret is shown once");

  await page.follow("form[action$='/revoke'] button");
  assert.match(await page.text(), /revoked/);
  await page.follow("form[action$='/suspend'] button");
  assert.match(await page.text(), /suspended/);
  await page.visit(at(`/search?q=${home.split("/").at(-1)}`));
  assert.equal(await page.evaluate("location.pathname"), home);
  await page.visit(at(`/audit?tenant=${home.split("/").at(-1)}`));
  const actions = await page.evaluate("[...document.querySelectorAll('td strong')].map((one) => one.textContent).join()");
  assert.equal(actions, "tenant.suspend,key.revoke,key.issue,tenant.create");
  
});

test("a form over what somebody else changed shows both versions and writes nothing", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "owner");
  const headers = { "cf-access-jwt-assertion": await token(mesh, "owner") };
  const slug = `stale-${Date.now().toString(36)}`;
  const made = await send("POST", at("/api/tenants"), { headers, json: { slug, name: "First" } });
  await page.visit(at(`/tenants/${made.json.id}`));
  const meanwhile = await send("PATCH", at(`/api/tenants/${made.json.id}`), { headers, json: { name: "Second" } });
  assert.equal(meanwhile.status, 200, String(meanwhile));
  await page.fill("#change ~ form [name=name]", "Third");
  await page.follow("#change ~ form button");
  const text = await page.text();
  for (const expect of ["Changed by somebody else", "Third", "Second"]) assert.ok(text.includes(expect), text);
  const now = await send("GET", at(`/api/tenants/${made.json.id}`), { headers });
  assert.equal(now.json.name, "Second");
});

test("a form from elsewhere, without its proof or in another role's hand changes nothing", async () => {
  const [tenant] = mesh.tenants;
  const path = `/tenants/${tenant.id}/suspend`;
  const post = async (role, headers, body) => {
    const cookie = `CF_Authorization=${await token(mesh, role)}`;
    const html = { accept: "text/html", "content-type": "application/x-www-form-urlencoded" };
    return send("POST", at(path), { headers: { ...html, cookie, ...headers }, body });
  };
  const own = { origin: mesh.admin };
  for (const [role, headers, expect] of [
    ["owner", {}, /origin/],
    ["owner", { origin: "https://elsewhere.example" }, /elsewhere/],
    ["owner", { ...own, "sec-fetch-site": "cross-site" }, /another site/],
    ["owner", own, /another sign-in/],
    ["operator", own, /owner/],
    ["viewer", own, /owner/],
  ]) {
    const answer = await post(role, headers, "form_token=0");
    assert.equal(answer.status, 403, String(answer));
    assert.match(answer.text, expect);
  }
  const headers = { "cf-access-jwt-assertion": await token(mesh, "viewer") };
  assert.equal((await send("GET", at(`/api/tenants/${tenant.id}`), { headers })).json.status, "active");
});

test("steps follow the work by themselves, without putting each look on record", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "viewer");
  const stuck = await demo.sendStuck();
  await page.visit(at(`/events/${stuck}`));
  const shown = () => page.evaluate("document.querySelector('#live')?.innerText ?? ''");
  assert.match(await shown(), /store\s+running/, "where it is stuck");
  assert.match(await page.text(), /disk is full/, "and why");
  const reads = async () => (await acts(mesh, stuck)).filter(({ action }) => action === "event.read").length;
  const before = await reads();
  const fetched = () => page.evaluate("performance.getEntriesByType('resource').length");
  await until("its steps are fetched again", fetched, Boolean);
  assert.equal(await reads(), before);

  await demo.unstick();
  const ended = "document.querySelector('h1')?.innerText ?? ''";
  await until("the page says that it has ended", () => page.evaluate(ended), (text) => /processed/.test(text));
  assert.equal(await page.evaluate("document.querySelector('[data-live]')"), null);
  assert.deepEqual(page.errors, []);
});

test("what a customer sent is shown to operators alone, and that they looked is on record", { skip }, async (t) => {
  const viewer = await signedIn(t, mesh, "viewer");
  const raw = at(`/events/${demo.event}/raw?tenant=${demo.tenant}`);
  await viewer.visit(raw);
  assert.match(await viewer.text(), /No role for this/);
  const page = await signedIn(t, mesh, "operator");
  await page.visit(at(`/events/${demo.event}`));
  assert.ok(!(await page.text()).includes("Dana"), "nothing of it is on the event's page");
  await page.follow("a[href*='/raw?']");
  assert.match(await page.text(), /Quillhaven/);
  await page.visit(at(`/events/${demo.event}`));
  await page.follow("a[href*='/signals?']");
  assert.match(await page.text(), /budget/);
  const looks = (await acts(mesh, demo.event)).filter(({ action }) => action.startsWith("event.read_"));
  assert.deepEqual(looks.slice(0, 2).map(({ action, actor }) => [action, actor]), [
    ["event.read_signals", `person:${PEOPLE.operator}`],
    ["event.read_raw", `person:${PEOPLE.operator}`],
  ]);
});

test("an id of any kind leads to its page, and one that nothing has says so", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "viewer");
  const [signal] = await demo.customer.signals(demo.event);
  for (const [id, path] of [
    [demo.event, `/admin/events/${demo.event}`],
    [demo.approval, `/admin/workflows/${demo.approval}`],
    [signal.id, `/admin/events/${demo.event}`],
    [demo.subscription, `/admin/subscriptions/${demo.subscription}`],
    [demo.tenant, `/admin/tenants/${demo.tenant}`],
    ["sig_00000000000070008000000000000001", "/admin/search"],
    ["evt_00000000000070008000000000000001", "/admin/events/evt_00000000000070008000000000000001"],
  ]) {
    await page.visit(at(""));
    await page.fill("#search", id);
    await page.follow(".search button");
    assert.equal(await page.evaluate("location.pathname"), path, id);
    if (id.endsWith("0001")) assert.match(await page.text(), /Nothing found|No such event/);
  }
  for (const [id, path] of [[demo.job, "jobs"], [demo.delivery, "deliveries"]]) {
    await page.visit(at(`/search?q=${id}`));
    await page.fill("main [name=tenant]", demo.tenant);
    await page.follow("main form button");
    assert.equal(await page.evaluate("location.pathname"), `/admin/${path}/${id}`);
  }
});

test("a job is paused, goes on and runs by its page's buttons", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "operator");
  await page.visit(at(`/jobs/${demo.job}?tenant=${demo.tenant}`));
  await page.follow("form[action$='/pause'] button");
  assert.match(await page.text(), /paused/);
  await page.follow("form[action$='/resume'] button");
  assert.match(await page.text(), /active/);
  await page.follow("form[action$='/run'] button");
  assert.equal(await page.evaluate("location.pathname"), `/admin/jobs/${demo.job}`);
});

test("a page that is steered from after somebody else did shows both versions", { skip }, async (t) => {
  const [page, other] = [await signedIn(t, mesh, "operator"), await signedIn(t, mesh, "owner")];
  const path = at(`/workflows/${demo.approval}`);
  await page.visit(path);
  await other.visit(path);
  await other.follow("form[action$='/pause'] button");
  assert.match(await other.text(), /paused/);
  await page.follow("form[action$='/terminate'] button");
  assert.match(await page.text(), /Changed by somebody else/);
  await page.follow("a.main");
  await page.follow("form[action$='/resume'] button");
  assert.match(await page.evaluate("document.querySelector('h1')?.innerText ?? ''"), /running/);
});
