//! The walk of `docs/operations.md`: from a failing webhook's event id to its cause, mended, run again and delivered, in
//! the console alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { installedChromium } from "../support/chromium.mjs";
import { acts, assertSound, signedIn } from "../support/console.mjs";
import { fillConsole } from "../support/demo_console.mjs";
import { runningMesh } from "../support/mesh.mjs";
import { until } from "../support/poll.mjs";

const skip = installedChromium() ? false : "no Chrome or Chromium is installed";

let mesh;
let demo;

before(async () => {
  mesh = await runningMesh();
  if (!skip) demo = await fillConsole(mesh, "walk");
});
after(() => demo?.stop());

test("from a failing webhook's event id to cause, mend, replay and delivery", { skip }, async (t) => {
  const page = await signedIn(t, mesh, "operator");
  const title = () => page.evaluate("document.querySelector('h1')?.innerText ?? ''");

  // 1. The id that the customer got for the webhook goes into the box of every page.
  await page.visit(`${mesh.admin}/admin`);
  await page.fill("#search", demo.failed);
  await page.follow(".search button");
  assert.match(await title(), /standard call\.completed failed/);

  // 2. Which step failed, and why.
  const steps = await page.evaluate("document.querySelector('#live').innerText");
  assert.match(steps, /load\s+failed/);
  assert.match(steps, /archive/i);

  // 3. Its dead letter has the errors in full.
  await page.follow(".summary a[href^='/admin/dead-letters/']");
  assert.match(await title(), /Given up: workflow/);
  assert.match(await page.text(), /archive/i);
  const letter = await page.evaluate("location.pathname.split('/').at(-1)");

  // 4. The cause is mended: here, the object is where it is looked for again.
  await demo.mend();
  await demo.unstick();

  // 5. It runs again.
  await page.follow("form[action$='/replay'] button");
  assert.match(await page.text(), /replayed/);
  await page.follow("dd a[href^='/admin/events/']");
  const watched = async () => (await title()).includes("processed");
  await until("the event's page shows that it went well", watched, Boolean);
  await assertSound(page, "the event's page at the end");

  // 6. And its signals were delivered.
  await page.follow("a[href^='/admin/subscriptions?']");
  await page.follow("main tbody a[href^='/admin/subscriptions/']");
  const row = `[...document.querySelectorAll("main tbody tr")].find((row) => row.querySelector("a[href$='${demo.failed}']"))`;
  const arrived = async () => {
    await page.visit(await page.evaluate("location.href"));
    return page.evaluate(`${row}?.innerText ?? ""`);
  };
  await until("its delivery is on the page", arrived, (text) => text.includes("delivered"));
  await page.evaluate(`${row}.querySelector("a").id = "found"`);
  await page.follow("#found");
  assert.match(await title(), /signals\.created delivered/);
  assert.match(await page.text(), /204/);

  const told = (await acts(mesh, letter)).map(({ action }) => action);
  assert.deepEqual(told, ["dead_letter.replay.done", "dead_letter.replay"]);
});
