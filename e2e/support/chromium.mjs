//! The installed Chrome or Chromium without a window, driven over its own protocol.

import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

import { until } from "./poll.mjs";

/** The checks of accessibility that run in the page. */
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const NAMES = ["google-chrome", "google-chrome-stable", "chromium", "chromium-browser"];

/** The browser that is installed, if one is. */
export function installedChromium() {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter(Boolean);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a browser with one page, and stops it when the test `t` ends. */
export async function openPage(t, { width = 1280, height = 900 } = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), "weft-chromium-"));
  // Root may not use the browser's own sandbox; the pages are made by this mesh and load nothing.
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"];
  const child = spawn(
    installedChromium(),
    [...flags, `--user-data-dir=${profile}`, `--window-size=${width},${height}`, "about:blank"],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  t.after(async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  const read = () => readFile(path.join(profile, "DevToolsActivePort"), "utf8").catch(() => "");
  const [port] = (await until("the browser listens", read, (text) => text.includes("\n"))).split("\n");
  const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  return Page.over(pages.find(({ type }) => type === "page").webSocketDebuggerUrl);
}

/** A page of the browser. `errors` has what its console and its scripts complained of since the last visit. */
class Page {
  errors = [];
  #socket;
  #next = 1;
  #waiting = new Map();
  #loaded = () => {};

  static async over(url) {
    const page = new Page();
    page.#socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      page.#socket.onopen = resolve;
      page.#socket.onerror = reject;
    });
    page.#socket.onmessage = ({ data }) => page.#take(JSON.parse(data));
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await page.send(`${domain}.enable`);
    return page;
  }

  send(method, params = {}) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
  }

  #take({ id, result, error, method, params }) {
    if (id !== undefined) {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      return error ? waiting.reject(new Error(`${waiting.method}: ${error.message}`)) : waiting.resolve(result);
    }
    if (method === "Page.loadEventFired") this.#loaded();
    if (method === "Runtime.exceptionThrown") this.errors.push(params.exceptionDetails.text);
    if (method === "Log.entryAdded" && params.entry.level === "error") this.errors.push(params.entry.text);
    if (method === "Runtime.consoleAPICalled" && params.type === "error") this.errors.push(JSON.stringify(params.args));
  }

  /** Signs in with an Access token, as the cookie has it. */
  signIn(origin, token) {
    return this.send("Network.setCookie", { name: "CF_Authorization", value: token, url: origin, httpOnly: true });
  }

  /** Does what leads to another page, and waits until that is there. */
  async #leading(act) {
    const loaded = new Promise((resolve) => {
      this.#loaded = resolve;
    });
    this.errors = [];
    await act();
    await loaded;
  }

  visit(url) {
    return this.#leading(() => this.send("Page.navigate", { url }));
  }

  /** Clicks what a selector finds, where that leads to another page. */
  follow(selector) {
    return this.#leading(() => this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`));
  }

  fill(selector, value) {
    const [place, text] = [selector, value].map((part) => JSON.stringify(part));
    return this.evaluate(`document.querySelector(${place}).value = ${text}`);
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** What axe-core finds against WCAG 2.0 to 2.2, levels A and AA: a line for each element at fault. */
  async violations() {
    // It is put in by the debugger: the page's own policy lets no script in.
    await this.evaluate(AXE);
    const tags = JSON.stringify(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
    const expression = `axe.run(document, { runOnly: ${tags}, resultTypes: ["violations"] }).then(({ violations }) =>
      violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => id + ": " + help + ": " + html)))`;
    const parameters = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", parameters);
    if (exceptionDetails) throw new Error(`axe-core: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  text() {
    return this.evaluate("document.body.innerText");
  }

  /** A picture of the whole page, as PNG. */
  async picture({ width = 1280, scheme = "light" } = {}) {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.send("Emulation.setEmulatedMedia", { features });
    await this.send("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
    const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true });
    return Buffer.from(data, "base64");
  }
}
