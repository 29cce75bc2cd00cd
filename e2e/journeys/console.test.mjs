//! The console in a real browser: every page as each role sees it, and the forms that change something.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";

import { installedChromium, openPage } from "../support/chromium.mjs";
import { send } from "../support/http.mjs";
import { runningMesh } from "../support/mesh.mjs";

const PEOPLE = {
  owner: "olivia.owner@weft.example",
  operator: "omar.operator@weft.example",
  viewer: "vera.viewer@weft.example",
};
const PAGES = ["", "/tenants", "/dead-letters", "/audit", "/dead-letters?tenant=&cause=workflow", "/audit?actor=nobody"];
/** Where pictures go, if any are wanted. */
const PICTURES = process.env.WEFT_PICTURES;
const skip = installedChromium() ? false : "no Chrome or Chromium is installed";

let mesh;

before(async () => {
  mesh = await runningMesh();
});

const at = (rest) => `${mesh.admin}/admin${rest}`;

async function token(email) {
  const answer = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  assert.equal(answer.status, 200, String(answer));
  return answer.json.token;
}

async function signedIn(t, role) {
  const page = await openPage(t);
  await page.signIn(mesh.admin, await token(PEOPLE[role]));
  return page;
}

/** What a page must have for whoever does not see it: names of controls, a heading, a language, a title of its own. */
const UNNAMED = `JSON.stringify({
  controls: [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")].filter((one) =>
    !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim())).map((one) => one.outerHTML),
  headings: document.querySelectorAll("h1").length,
  ids: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
  lang: document.documentElement.lang,
  title: document.title.endsWith(" · Weft console"),
  wide: document.documentElement.scrollWidth > innerWidth,
})`;

async function assertSound(page, what) {
  assert.deepEqual(page.errors, [], what);
  const found = JSON.parse(await page.evaluate(UNNAMED));
  for (const scheme of ["light", "dark"]) {
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    assert.deepEqual(await page.violations(), [], `${what}, ${scheme}`);
  }
  assert.deepEqual(found, { controls: [], headings: 1, ids: [], lang: "en", title: true, wide: false }, what);
}

async function pictured(page, name) {
  if (!PICTURES) return;
  await mkdir(PICTURES, { recursive: true });
  for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]]) {
    await writeFile(path.join(PICTURES, `${name}-${scheme}-${width}.png`), await page.picture({ width, scheme }));
  }
  await page.send("Emulation.clearDeviceMetricsOverride");
}

for (const role of Object.keys(PEOPLE)) {
  test(`every page is sound for the role ${role}, wide and narrow`, { skip }, async (t) => {
    const page = await signedIn(t, role);
    const [tenant] = mesh.tenants;
    for (const rest of [...PAGES, `/tenants/${tenant.id}`]) {
      for (const width of [1280, 390]) {
        const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 };
        await page.send("Emulation.setDeviceMetricsOverride", metrics);
        await page.visit(at(rest));
        await assertSound(page, `${role} ${rest} ${width}`);
      }
      if (role === "owner") await pictured(page, rest.replace(/\?.*/, "").replaceAll("/", "-").slice(1, 20) || "health");
    }
    const text = await page.text();
    assert.equal(text.includes("Suspend the tenant"), role === "owner", "what a role may not do is not offered");
  });
}

test("a fault that is planted in a page is found", { skip }, async (t) => {
  const page = await signedIn(t, "viewer");
  await page.visit(at("/tenants"));
  await page.evaluate("document.querySelector('h1').style = 'color: #777; background: #888'");
  await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')");
  const found = (await page.violations()).map((line) => line.split(":")[0]);
  assert.deepEqual(found.sort(), ["color-contrast", "image-alt", "label"]);
});

test("an owner makes a tenant, gives it a key, revokes it and suspends it, and all of that is on record", { skip }, async (t) => {
  const page = await signedIn(t, "owner");
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
  await pictured(page, "audit-tenant");
});

test("a form over what somebody else changed shows both versions and writes nothing", { skip }, async (t) => {
  const page = await signedIn(t, "owner");
  const headers = { "cf-access-jwt-assertion": await token(PEOPLE.owner) };
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
    const cookie = `CF_Authorization=${await token(PEOPLE[role])}`;
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
  const headers = { "cf-access-jwt-assertion": await token(PEOPLE.viewer) };
  assert.equal((await send("GET", at(`/api/tenants/${tenant.id}`), { headers })).json.status, "active");
});
