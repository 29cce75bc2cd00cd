//! Requests as a program makes them: the answer whole, with the trace that the request belongs to.

import { randomBytes } from "node:crypto";

/** How long one request may take before the journey fails on it. */
const PATIENCE_MS = 60_000;

/**
 * Sends a request. `json` is a body to encode; `body` one to send as it is. The answer has `status`, `headers`,
 * `bytes`, `text` and `json`, and `trace`: the trace id that was sent along.
 */
export async function send(method, url, { json, body, headers = {}, redirect = "manual", ...rest } = {}) {
  const trace = randomBytes(16).toString("hex");
  const response = await fetch(url, {
    method,
    headers: {
      traceparent: `00-${trace}-${randomBytes(8).toString("hex")}-01`,
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
    redirect,
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...rest,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return {
    status: response.status,
    headers: response.headers,
    trace,
    bytes,
    get text() {
      return bytes.toString("utf8");
    },
    get json() {
      try {
        return JSON.parse(bytes.toString("utf8"));
      } catch (error) {
        throw new Error(`${method} ${url} answered ${response.status} with no JSON: ${summary(bytes)}`, {
          cause: error,
        });
      }
    },
    /** For the message of a failed assertion. */
    toString: () => `${method} ${url} answered ${response.status}: ${summary(bytes)}`,
  };
}

function summary(bytes) {
  const text = bytes.toString("utf8");
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}
