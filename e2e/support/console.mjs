//! The operators' side of a running mesh: their tokens, the admin API, and pages of the console in a browser.

import assert from "node:assert/strict";

import { openPage } from "./chromium.mjs";
import { send } from "./http.mjs";

/** The demo people by their role. */
export const PEOPLE = {
  owner: "olivia.owner@weft.example",
  operator: "omar.operator@weft.example",
  viewer: "vera.viewer@weft.example",
};

/** Another owner, for what takes two. */
export const SECOND_OWNER = "oscar.owner@weft.example";

/** A token of one of them, by role or by address. */
export async function token(mesh, who) {
  const email = PEOPLE[who] ?? who;
  const answer = await send("POST", `${mesh.access_issuer}/token`, { json: { email } });
  assert.equal(answer.status, 200, String(answer));
  return answer.json.token;
}

/** Asks the admin API in the name of one of them. */
export async function ask(mesh, role, method, path, options = {}) {
  const headers = { "cf-access-jwt-assertion": await token(mesh, role), ...options.headers };
  return send(method, `${mesh.admin}/admin/api/${path}`, { ...options, headers });
}

/** What is on record about a target, the latest first. */
export async function acts(mesh, target) {
  const answer = await ask(mesh, "viewer", "GET", `audit?target=${target}`);
  assert.equal(answer.status, 200, String(answer));
  return answer.json.items;
}

/** A page of a browser in which one of them is signed in. */
export async function signedIn(t, mesh, role) {
  const page = await openPage(t);
  await page.signIn(mesh.admin, await token(mesh, role));
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

/** A page has no error, and axe-core finds nothing against it, light and dark. */
export async function assertSound(page, what) {
  assert.deepEqual(page.errors, [], what);
  const found = JSON.parse(await page.evaluate(UNNAMED));
  for (const scheme of ["light", "dark"]) {
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    assert.deepEqual(await page.violations(), [], `${what}, ${scheme}`);
  }
  assert.deepEqual(found, { controls: [], headings: 1, ids: [], lang: "en", title: true, wide: false }, what);
}
