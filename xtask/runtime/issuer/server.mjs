//! A stand-in for Cloudflare Access on this machine: keys, a sign-in page and tokens, so that the admin Worker runs the
//! very check that it runs in production. It asks for no password, hence answers on the loopback address only.

import { createServer } from "node:http";

import { personClaims, serviceClaims } from "./claims.mjs";
import { openKey } from "./keys.mjs";
import { loginPage } from "./page.mjs";

const BODY_LIMIT = 16 * 1024;
const COOKIE = "CF_Authorization";
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,190}$/;
const SERVICE = /^[\w.-]{1,128}$/;

/**
 * Starts the issuer. `people` are `{name, email, role}` for the sign-in page, `services` are `{name, role}`; `admin` is the
 * port that sign-ins may return to. Gives the variables that the admin Worker needs to trust it, and `close`.
 */
export async function startIssuer({ host, port, admin, audience, people, services, state }) {
  const key = await openKey(state);
  const issuer = `http://${host}:${port}`;
  const hosts = [host, "localhost"];
  const token = (claims, subject) =>
    key.sign(claims(subject, { issuer, audience, now: Math.floor(Date.now() / 1000) }));
  const site = { hosts, port, admin, people, certs: key.certs, token };

  const server = createServer((request, response) => {
    answer(request, site)
      .catch((error) => json(error.status ?? 500, { error: error.message }))
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const roles = Object.fromEntries([
    ...people.map(({ email, role }) => [email, role]),
    ...services.map(({ name, role }) => [name, role]),
  ]);
  return {
    vars: { ACCESS_TEAM_DOMAIN: issuer, ACCESS_AUD: audience, ACCESS_ROLES: JSON.stringify(roles) },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request, site) {
  // A page elsewhere that points its own name at this address must not obtain tokens.
  const url = new URL(request.url, `http://${request.headers.host ?? "invalid"}`);
  if (!site.hosts.includes(url.hostname) || Number(url.port) !== site.port) {
    throw refusal(403, `this issuer answers at http://${site.hosts[0]}:${site.port} only`);
  }
  switch (`${request.method} ${url.pathname}`) {
    case "GET /cdn-cgi/access/certs":
      return json(200, site.certs);
    case "GET /":
    case "GET /cdn-cgi/access/login":
      return showLogin(url, site);
    case "POST /cdn-cgi/access/login":
      return signIn(request, site);
    case "GET /cdn-cgi/access/logout":
      return redirect(login(url), `${COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`);
    case "POST /token":
      return issueToken(request, site);
    default:
      throw refusal(404, `no such page: ${request.method} ${url.pathname}`);
  }
}

function showLogin(url, site) {
  const target = returnTarget(url.searchParams.get("redirect_url"), site);
  // A cookie belongs to one host name: sign in under the name that the console is used with.
  if (target.hostname !== url.hostname) {
    const same = new URL(`/cdn-cgi/access/login?redirect_url=${encodeURIComponent(target.href)}`, url);
    same.hostname = target.hostname;
    return redirect(same.href);
  }
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'`,
  };
  return { status: 200, headers, body: loginPage({ people: site.people, target: target.href }) };
}

async function signIn(request, site) {
  const form = new URLSearchParams(await readBody(request));
  const email = form.get("email") ?? "";
  if (!EMAIL.test(email)) throw refusal(422, "choose one of the people, or give an e-mail address");
  const cookie = `${COOKIE}=${site.token(personClaims, email)}; Path=/; HttpOnly; SameSite=Lax`;
  return redirect(returnTarget(form.get("redirect_url"), site).href, cookie);
}

async function issueToken(request, site) {
  const wanted = parseJson(await readBody(request));
  if (EMAIL.test(wanted.email ?? "")) return json(200, { token: site.token(personClaims, wanted.email) });
  if (SERVICE.test(wanted.service_token ?? "")) {
    return json(200, { token: site.token(serviceClaims, wanted.service_token) });
  }
  throw refusal(422, "send `{\"email\": …}` for a person or `{\"service_token\": …}` for a service token's name");
}

/** Where a sign-in goes back to: only ever the admin Worker, under one of the issuer's own host names. */
function returnTarget(text, { hosts, admin }) {
  const home = new URL(`http://${hosts[0]}:${admin}/admin`);
  const wanted = URL.canParse(text ?? "", home) ? new URL(text ?? "", home) : home;
  const trusted = wanted.protocol === "http:" && hosts.includes(wanted.hostname) && Number(wanted.port) === admin;
  return trusted ? wanted : home;
}

function login(url) {
  return new URL("/cdn-cgi/access/login", url).href;
}

async function readBody(request) {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) {
    body += chunk;
    if (body.length > BODY_LIMIT) throw refusal(413, "the body is over 16 KiB");
  }
  return body;
}

function parseJson(text) {
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, with the values that parse but are no object.
  }
  throw refusal(400, "the body is not a JSON object");
}

const refusal = (status, message) => Object.assign(new Error(message), { status });

const json = (status, value) => ({
  status,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(value),
});

const redirect = (location, cookie) => ({
  status: 303,
  headers: { location, "cache-control": "no-store", ...(cookie && { "set-cookie": cookie }) },
  body: "",
});
