//! What stands before the versions of one Worker, as the platform's edge does: each request and each call goes to one of
//! those that serve, by their part of the traffic.

import { versionName } from "./options.mjs";

const OVERRIDE = "cloudflare-workers-version-overrides";

/**
 * The router of a script as a Worker. `entrypoints` are the names of its classes with the methods that they have; a class
 * that only the newer version knows is answered by whichever version is chosen, which may not have it. `count` is asked
 * with each invocation of a version: its id, and whether it ended in an exception.
 */
export function routerOptions({ script, shares, entrypoints, compatibilityDate, count }) {
  const versions = shares.map(({ version_id, percentage }) => ({ id: version_id, worker: versionName(script, version_id), percentage }));
  const serviceBindings = { COUNT: count };
  for (const { worker } of versions) {
    serviceBindings[worker] = { name: worker };
    for (const entrypoint of Object.keys(entrypoints)) serviceBindings[`${worker}#${entrypoint}`] = { name: worker, entrypoint };
  }
  const source = `
import { WorkerEntrypoint } from "cloudflare:workers";
const SCRIPT = ${JSON.stringify(script)};
const VERSIONS = ${JSON.stringify(versions)};
const ENTRYPOINTS = ${JSON.stringify(entrypoints)};
function chosen(override) {
  const named = override && new RegExp(SCRIPT + '="([^"]+)"').exec(override)?.[1];
  const found = named && VERSIONS.find(({ id }) => id === named);
  if (found) return found;
  let point = Math.random() * 100;
  for (const version of VERSIONS) if ((point -= version.percentage) < 0) return version;
  return VERSIONS[0];
}
async function counted(env, version, invocation) {
  let error = true;
  try {
    const result = await invocation;
    error = false;
    return result;
  } finally {
    await env.COUNT.fetch("http://count/", { method: "POST", body: JSON.stringify({ version: version.id, error }) });
  }
}
export default {
  fetch(request, env) {
    const version = chosen(request.headers.get(${JSON.stringify(OVERRIDE)}));
    return counted(env, version, env[version.worker].fetch(request));
  },
};
function routed(entrypoint, methods) {
  class Routed extends WorkerEntrypoint {}
  for (const method of methods) {
    Object.defineProperty(Routed.prototype, method, {
      value(...parameters) {
        const version = chosen();
        return counted(this.env, version, this.env[version.worker + "#" + entrypoint][method](...parameters));
      },
    });
  }
  return Routed;
}
${Object.keys(entrypoints)
  .map((name) => `export const ${name} = routed(${JSON.stringify(name)}, ENTRYPOINTS[${JSON.stringify(name)}]);`)
  .join("\n")}
`;
  return { name: script, compatibilityDate, modules: true, script: source, serviceBindings };
}
