//! The claims of an application token, as Cloudflare Access writes them.

import { createHash, randomBytes } from "node:crypto";

const LIFETIME_S = 24 * 60 * 60;

/** Claims of a person who signed in. */
export function personClaims(email, { issuer, audience, now }) {
  return {
    aud: [audience],
    email,
    exp: now + LIFETIME_S,
    iat: now,
    nbf: now,
    iss: issuer,
    type: "app",
    identity_nonce: randomBytes(12).toString("base64url"),
    sub: stableUuid(email),
    country: "US",
  };
}

/** Claims of a service token. Access leaves out the e-mail, `nbf` and the nonce, and its `sub` is empty. */
export function serviceClaims(name, { issuer, audience, now }) {
  return {
    aud: [audience],
    exp: now + LIFETIME_S,
    iat: now,
    iss: issuer,
    type: "app",
    common_name: name,
    sub: "",
  };
}

/** The same person has the same subject at every sign-in. */
function stableUuid(email) {
  const hex = createHash("sha256").update(email.toLowerCase()).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
}
