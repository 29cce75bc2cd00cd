//! Deliveries as providers make them: by the library that the provider publishes where it has one that signs, else
//! written down from its documentation a second time, so that a mistake in `crates/signing` can't hide in both.

import { createHash, createHmac, generateKeyPairSync, randomUUID } from "node:crypto";

import { sign as signGithub } from "@octokit/webhooks-methods";
import { SignJWT } from "jose";
import { Webhook } from "standardwebhooks";
import { Stripe } from "stripe";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";

import { send } from "./http.mjs";

const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
export const ORGANIZATION = "00D5e000000AbCdEAK";

const mac = (algorithm, secret, encoding, ...parts) => {
  const hmac = createHmac(algorithm, secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest(encoding);
};
const seconds = () => Math.floor(Date.now() / 1000);
const json = (value) => Buffer.from(JSON.stringify(value));

/** Gong's own key pair: what it signs with, and what it shows. */
export const gong = generateKeyPairSync("rsa", { modulusLength: 2048 });
const gongKey = gong.publicKey.export({ type: "spki", format: "pem" });

/** An outbound message of Salesforce's. */
const outboundMessage = (id) =>
  Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">` +
      `<soapenv:Body><notifications xmlns="http://soap.sforce.com/2005/09/outbound">` +
      `<OrganizationId>${ORGANIZATION}</OrganizationId><ActionId>04k5e000000TNFfAAO</ActionId>` +
      `<Notification><Id>${id}</Id></Notification></notifications></soapenv:Body></soapenv:Envelope>`,
  );

/**
 * Every provider: what its endpoint is made with, and a delivery to it. `deliver(endpoint, n)` gives the request: its
 * body, its headers, and its URL where that is not the endpoint's.
 */
export const PROVIDERS = {
  standard: {
    deliver: ({ secret }, n) => {
      const [id, body] = [`msg_${randomUUID()}`, json({ type: "call.ended", n })];
      const at = new Date();
      const signature = new Webhook(secret).sign(id, at, body);
      const headers = { "webhook-id": id, "webhook-timestamp": String(Math.floor(at / 1000)), "webhook-signature": signature };
      return { body, headers };
    },
  },
  stripe: {
    deliver: ({ secret }, n) => {
      const body = json({ id: `evt_${n}`, object: "event", type: "invoice.paid" });
      const stripe = new Stripe("sk_test_none");
      const header = stripe.webhooks.generateTestHeaderString({ payload: body.toString(), secret });
      return { body, headers: { "stripe-signature": header } };
    },
  },
  github: {
    deliver: async ({ secret }, n) => {
      const body = json({ zen: "Keep it logically awesome.", n });
      const headers = { "x-github-event": "ping", "x-github-delivery": randomUUID() };
      return { body, headers: { ...headers, "x-hub-signature-256": await signGithub(secret, body.toString()) } };
    },
    kind: "ping",
  },
  twilio: {
    deliver: ({ secret, url }, n) => {
      const parameters = { CallSid: `CA${n}`, From: "+14158675310", To: "+18005551212", Digits: "12 34" };
      const signature = getExpectedTwilioSignature(secret, url, parameters);
      const body = Buffer.from(new URLSearchParams(parameters).toString());
      return { body, headers: { "content-type": FORM_TYPE, "x-twilio-signature": signature } };
    },
    reason: /no conversation is read/,
  },
  gong: {
    settings: { public_key: gongKey },
    deliver: async ({ url }, n) => {
      const body = json({ callData: { metaData: { id: String(n) } } });
      const claims = { webhook_url: url, body_sha256: createHash("sha256").update(body).digest("hex") };
      const token = new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).setIssuer("gong").setIssuedAt();
      return { body, headers: { authorization: await token.setExpirationTime("1m").sign(gong.privateKey) } };
    },
  },
  slack: {
    deliver: ({ secret }, n, body = json({ type: "event_callback", event_id: `Ev${n}` })) => {
      const at = seconds();
      const signature = `v0=${mac("sha256", secret, "hex", `v0:${at}:`, body)}`;
      return { body, headers: { "x-slack-request-timestamp": String(at), "x-slack-signature": signature } };
    },
  },
  zoom: {
    deliver: ({ secret }, n) => {
      const [at, body] = [seconds(), json({ event: "meeting.ended", n })];
      const signature = `v0=${mac("sha256", secret, "hex", `v0:${at}:`, body)}`;
      return { body, headers: { "x-zm-request-timestamp": String(at), "x-zm-signature": signature } };
    },
  },
  hubspot: {
    deliver: ({ secret, url }, n) => {
      const [at, body] = [String(Date.now()), json([{ eventId: n, subscriptionType: "deal.creation", objectId: n }])];
      const target = `${url}?from=a%2Fb`;
      const signature = mac("sha256", secret, "base64", `POST${url}?from=a/b`, body, at);
      return { url: target, body, headers: { "x-hubspot-request-timestamp": at, "x-hubspot-signature-v3": signature } };
    },
  },
  shopify: {
    deliver: ({ secret }, n) => {
      const body = json({ id: n, email: "jon@example.com" });
      return { body, headers: { "x-shopify-topic": "orders/create", "x-shopify-hmac-sha256": mac("sha256", secret, "base64", body) } };
    },
    kind: "orders/create",
  },
  intercom: {
    deliver: ({ secret }, n) => {
      const body = json({ type: "notification_event", id: `notif_${n}`, topic: "user.created" });
      return { body, headers: { "x-hub-signature": `sha1=${mac("sha1", secret, "hex", body)}` } };
    },
  },
  calendly: {
    deliver: ({ secret }, n) => {
      const [at, body] = [seconds(), json({ event: "invitee.created", payload: { n } })];
      return { body, headers: { "calendly-webhook-signature": `t=${at},v1=${mac("sha256", secret, "hex", `${at}.`, body)}` } };
    },
  },
  typeform: {
    deliver: ({ secret }, n) => {
      const body = json({ event_id: `e${n}`, event_type: "form_response" });
      return { body, headers: { "typeform-signature": `sha256=${mac("sha256", secret, "base64", body)}` } };
    },
  },
  linear: {
    deliver: ({ secret }, n) => {
      const body = json({ action: "create", type: "Issue", n, webhookTimestamp: Date.now() });
      return { body, headers: { "linear-delivery": randomUUID(), "linear-signature": mac("sha256", secret, "hex", body) } };
    },
  },
  microsoft_graph: {
    deliver: ({ secret }, n) => ({ body: json({ value: [{ clientState: secret, changeType: "created", n }] }), headers: {} }),
    // The state is all that is shown: another one is what can be forged.
    forge: ({ body }) => Buffer.from(body.toString().replace(/"clientState":"../, '"clientState":"zz')),
  },
  salesforce: {
    settings: { organization_id: ORGANIZATION },
    deliver: ({ secret, url }, n) => ({
      url: `${url}?token=${secret}`,
      body: outboundMessage(`04l5e0000000${n}`),
      headers: { "content-type": "text/xml; charset=UTF-8", soapaction: '""' },
    }),
    forge: ({ body }) => Buffer.from(body.toString().replace(ORGANIZATION, "00D5e000000ZZZZEAK")),
    acknowledged: /<Ack>true<\/Ack>/,
    reason: /outbound message/,
  },
  hmac: {
    settings: {
      algorithm: "sha512",
      header: "X-Acme-Signature",
      prefix: "v1;",
      encoding: "base64",
      secret_encoding: "hex",
      timestamp: { header: "x-acme-time", format: "unix_milliseconds", tolerance_seconds: 60 },
      template: "{timestamp}:{path}:{body}",
    },
    deliver: ({ secret, url }, n) => {
      const [at, body] = [String(Date.now()), json({ type: "call.ended", n })];
      const path = new URL(url).pathname;
      const signature = mac("sha512", Buffer.from(secret, "hex"), "base64", `${at}:${path}:`, body);
      return { body, headers: { "x-acme-time": at, "x-acme-signature": `v1;${signature}` } };
    },
  },
};

/** Sends a delivery to its endpoint. */
export const post = (endpoint, { url = endpoint.url, body, headers }) =>
  send("POST", url, { body, headers: { "content-type": JSON_TYPE, ...headers } });
