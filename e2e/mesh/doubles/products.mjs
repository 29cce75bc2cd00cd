//! Products that the local runtime does not simulate, or simulates by taking anything: each has the product's methods,
//! checks what it is sent, and answers in the product's shape.

import { WorkerEntrypoint } from "cloudflare:workers";

/** What a stream ingested since the runtime started. */
const ingested = [];

/** A stream of Pipelines that refuses what the product refuses. */
export class Pipeline extends WorkerEntrypoint {
  async send(records) {
    if (!Array.isArray(records)) throw new TypeError("records must be an array");
    for (const record of records) {
      if (Object.getPrototypeOf(record) !== Object.prototype) throw new TypeError("a record must be a JSON object");
      if (record.poison) throw new Error("stream is not accepting records");
    }
    const bytes = new TextEncoder().encode(JSON.stringify(records)).length;
    if (bytes > 5_000_000) throw new Error(`payload of ${bytes} bytes is too large`);
    ingested.push(records);
  }
}

/** The binding of the SQL API. */
export class Analytics extends WorkerEntrypoint {
  async query(request) {
    const unknown = Object.keys(request).filter((name) => name !== "query" && name !== "params");
    if (unknown.length > 0) throw failure(`Input was invalid: unknown field ${unknown}`, false);
    const { query, params } = request;
    if (/accountTag|zoneTag/.test(query)) throw failure("Input was invalid: tenancy is given twice", false);
    if (query.includes("slow down")) throw failure("too many concurrent queries", true);
    const data = [{ tenant: params?.tenant ?? "all", calls: 125_430 }];
    return { data, rows: 1, statistics: { elapsed_ms: 42, rows_read: 250_000, bytes_read: 18_000_000 } };
  }
}

function failure(message, retryable) {
  return Object.assign(new Error(message), { retryable });
}

const META = {
  status: 200,
  title: "A page",
  headers: { server: "double" },
  finalUrl: "https://example.com/",
  redirectChain: [{ url: "http://example.com/", status: 301, headers: { location: "https://example.com/" } }],
};
const ACTIONS = {
  content: ({ html }) => html ?? "<html></html>",
  markdown: () => "# A page",
  links: ({ excludeExternalLinks }) => (excludeExternalLinks ? [] : ["https://example.com/a"]),
  scrape: ({ elements }) =>
    elements.map(({ selector }) => ({
      selector,
      results: [{ html: "<b>x</b>", text: "x", width: 8, height: 16.5, top: -1, left: 0, attributes: [] }],
    })),
  snapshot: ({ formats }) => Object.fromEntries(formats.map((format) => [format, format])),
  accessibilityTree: ({ root }) => ({
    accessibilityTree: root === "#nothing" ? null : { role: "RootWebArea", name: "A page", focused: true, children: [{ role: "button", name: "Go" }] },
  }),
  json: ({ response_format: format }) => ({ title: format.type }),
};
const FILES = { pdf: ["application/pdf", "%PDF-1.4"], screenshot: ["image/jpeg", "\u{1}JPG"] };

/** Browser Run without a browser: its checks, its codes, and answers in its shape. */
export class Browser extends WorkerEntrypoint {
  async quickAction(action, options) {
    if ((options.url === undefined) === (options.html === undefined)) {
      const errors = [{ code: "custom", path: ["url"], message: "Either 'url' or 'html' is required." }];
      return Response.json({ success: false, errors }, { status: 400 });
    }
    if (options.url?.endsWith(".invalid/")) {
      const errors = [{ code: 5005, message: "DNS resolution failed", detail: "net::ERR_NAME_NOT_RESOLVED" }];
      return Response.json({ success: false, errors }, { status: 422 });
    }
    if (options.url?.endsWith("/busy")) {
      const errors = [{ code: 2001, message: "Rate limit exceeded" }];
      return Response.json({ success: false, errors }, { status: 429, headers: { "retry-after": "2" } });
    }
    const headers = { "x-browser-ms-used": "321" };
    if (action in FILES) {
      const [type, body] = FILES[action];
      return new Response(body, { headers: { ...headers, "content-type": type } });
    }
    return Response.json({ success: true, result: ACTIONS[action](options), meta: META }, { headers });
  }

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const routes = {
      "GET /v1/acquire": () => ({ sessionId: `kept-${searchParams.get("keep_alive")}` }),
      "GET /v1/sessions": () => ({ sessions: [{ sessionId: "one", startTime: 1.5, connectionId: "two" }] }),
      "GET /v1/limits": () => ({
        activeSessions: [{ id: "one" }],
        maxConcurrentSessions: 30,
        allowedBrowserAcquisitions: 1,
        timeUntilNextAllowedBrowserAcquisition: 2000,
      }),
      "GET /v1/devtools/browser/one/json/list": () => [{ id: "t", type: "page", url: "about:blank", title: "" }],
      "DELETE /v1/devtools/browser/one": () => ({ status: "closing" }),
    };
    if (pathname === "/v1/devtools/browser/one" && request.headers.get("upgrade") === "websocket") return talk();
    const route = routes[`${request.method} ${pathname}`];
    return route ? Response.json(route()) : Response.json({ error: "Browser not found" }, { status: 404 });
  }
}

/** A browser that says over its protocol which one it is. */
function talk() {
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", ({ data }) => {
    const { id, method } = JSON.parse(data);
    server.send(JSON.stringify({ id, result: { product: method === "Browser.getVersion" ? "Double/1" : method } }));
  });
  return new Response(null, { status: 101, webSocket: client });
}

/** What the stream ingested, request by request. */
export default {
  fetch: () => Response.json(ingested),
};
