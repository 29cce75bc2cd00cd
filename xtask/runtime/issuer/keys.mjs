//! The issuer's key set: RSA keys for RS256, made at the first start and kept in the state folder, so that a sign-in
//! outlives a restart.

import { createPrivateKey, createPublicKey, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const NAME = "access-key.json";
const OWNER_ONLY = 0o600;

/** Opens the key of `state`, or makes one. */
export async function openKey(state) {
  const file = path.join(state, NAME);
  const stored = await readFile(file, "utf8").catch((error) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  const { kid, jwk } = stored ? JSON.parse(stored) : generate();
  if (!stored) await writeFile(file, JSON.stringify({ kid, jwk }), { mode: OWNER_ONLY });
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  const publicJwk = createPublicKey(privateKey).export({ format: "jwk" });
  return {
    /** What `GET /cdn-cgi/access/certs` answers: the public half only. */
    certs: { keys: [{ kid, kty: publicJwk.kty, alg: "RS256", use: "sig", e: publicJwk.e, n: publicJwk.n }] },
    /** A signed JWT with these claims. */
    sign(claims) {
      const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const input = `${encode({ alg: "RS256", kid, typ: "JWT" })}.${encode(claims)}`;
      const signature = createSign("RSA-SHA256").update(input).sign(privateKey, "base64url");
      return `${input}.${signature}`;
    },
  };
}

function generate() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { kid: randomBytes(32).toString("hex"), jwk: privateKey.export({ format: "jwk" }) };
}
