//! From `wrangler/*.jsonc`, the only source of bindings, to what the local runtime takes. A Worker is known here by
//! its role, the name of its configuration file: `gateway`, `scheduler`, `pipeline`, `admin`.

import { readFile } from "node:fs/promises";
import path from "node:path";

import { convertV4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";

import { bundle } from "./bundle.mjs";

/**
 * Reads one Worker's configuration file: its bindings, and where its migrations are. Bindings that are marked `remote`
 * go to the address `remote`, if there is one.
 */
export function readWorker({ role, config: configPath, remote }) {
  const config = unstable_readConfig({ config: configPath }, { hideWarnings: true });
  const { workerOptions, externalWorkers, main } = unstable_getMiniflareWorkerOptions(config, undefined, {
    remoteProxyConnectionString: remote && new URL(remote),
  });
  const { modulesRules, ...options } = workerOptions;
  return {
    role,
    config: configPath,
    name: config.name,
    main,
    rules: modulesRules,
    options: { ...options, name: config.name },
    external: externalWorkers,
    crons: config.triggers?.crons ?? [],
    workflows: (config.workflows ?? []).filter(({ script_name: script }) => !script || script === config.name),
    databases: (config.d1_databases ?? []).map((database) => ({
      binding: database.binding,
      id: database.preview_database_id ?? database.database_id ?? database.binding,
      migrations: database.migrations_dir && path.resolve(path.dirname(configPath), database.migrations_dir),
    })),
  };
}

/** Bundles a Worker. What comes back holds its code and is kept until that code changes. */
export async function bundleWorker(worker) {
  const broken = (process.env.WEFT_BROKEN ?? "").split(",").includes(worker.role);
  return { ...worker, modules: broken ? await brokenModules(worker.main) : await bundle(worker.main, worker.rules) };
}

/**
 * In place of a Worker's code: the same classes, each of which fails when it is called, as those of a deploy gone wrong
 * do. `WEFT_BROKEN=pipeline` starts a mesh to see what is left of it then.
 */
export async function brokenModules(main) {
  const entry = await readFile(main, "utf8");
  const classes = [...entry.matchAll(/^export const (\w+) = expose\((\w+),/gm)];
  const lines = [
    'import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";',
    "const fail = () => { throw new Error('this Worker is broken'); };",
    "const broken = (Base) => class extends Base { constructor(...given) { super(...given); fail(); } };",
    ...classes.map(([, name, base]) => `export const ${name} = broken(${base});`),
    "export default { fetch: fail, scheduled: fail, queue: fail };",
  ];
  return [{ type: "ESModule", path: "worker.mjs", contents: lines.join("\n") }];
}

/**
 * The whole mesh as one set of runtime options. The first Worker answers on `shared.port`; `sockets` gives others
 * (by role) a port of their own, and `vars` (by role) override what the configuration says, as text or JSON.
 */
export function meshOptions(workers, { shared, sockets, vars }) {
  const list = workers.flatMap((worker) => [
    {
      ...worker.options,
      bindings: { ...worker.options.bindings, ...vars[worker.role] },
      modulesRoot: "/",
      modules: worker.modules.map((module) => ({ ...module, path: `/${module.path}` })),
      unsafeDirectSockets: sockets[worker.role]
        ? [{ host: shared.host, port: sockets[worker.role] }]
        : undefined,
    },
    ...worker.external,
  ]);
  return convertV4MiniflareOptions({ ...shared, workers: list });
}
