//! Deliveries signed as providers sign them. Standard Webhooks by the library that its authors publish; Zoom from
//! Zoom's own description, written down here a second time, so that a mistake in `crates/signing` can't hide in both.

import { createHmac, randomUUID } from "node:crypto";

import { Webhook } from "standardwebhooks";

import { send } from "./http.mjs";

const SCHEMES = {
  standard: (secret, { id, at, body }) => ({
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": new Webhook(secret).sign(id, new Date(at * 1000), body),
  }),
  // https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header
  zoom: (secret, { at, body }) => ({
    "x-zm-request-timestamp": String(at),
    "x-zm-signature": `v0=${createHmac("sha256", secret).update(`v0:${at}:`).update(body).digest("hex")}`,
  }),
};

/** The Unix time in whole seconds. */
export const unixSeconds = () => Math.floor(Date.now() / 1000);

/** The headers that prove `body` to an endpoint. `id` names the delivery, where the scheme has a name for it. */
export function signed(
  endpoint,
  body,
  { id = `msg_${randomUUID()}`, at = unixSeconds(), secret = endpoint.secret } = {},
) {
  return SCHEMES[endpoint.source](secret, { id, at, body });
}

/** Delivers `body` (text, bytes, or a value to encode) to an endpoint, signed. */
export function deliver(endpoint, body, { id, at, secret, headers = {} } = {}) {
  const bytes =
    typeof body === "string" || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  return send("POST", endpoint.url, {
    body: bytes,
    headers: { "content-type": "application/json", ...signed(endpoint, bytes, { id, at, secret }), ...headers },
  });
}
