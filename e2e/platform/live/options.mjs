//! From a version as it was uploaded to what the local runtime takes: its modules, and each binding that wrangler sent.

/** What a version is called in the runtime. */
export const versionName = (script, version) => `${script}--${version.slice(0, 8)}`;

/**
 * One version as a Worker of its own. `hosts` says which version of each script has its Durable Objects, workflows and
 * queues: on the platform each of these is in one version at a time, too.
 */
export function versionOptions({ script, version, hosts, consumers }, { metadata, modules }) {
  const name = versionName(script, version);
  const options = {
    name,
    compatibilityDate: metadata.compatibility_date,
    compatibilityFlags: metadata.compatibility_flags ?? [],
    modulesRoot: "/",
    modules: modules.map(({ name: path, type, contents }) => ({
      type,
      path: `/${path}`,
      contents: type === "ESModule" || type === "Text" ? contents.toString("utf8") : contents,
    })),
    bindings: {},
    serviceBindings: {},
    durableObjects: {},
    d1Databases: {},
    kvNamespaces: {},
    r2Buckets: {},
    queueProducers: {},
    workflows: {},
    ratelimits: {},
  };
  for (const binding of metadata.bindings) BINDINGS[binding.type]?.(options, binding, { script, hosts });
  if (hosts.get(script) === name && consumers.length > 0) {
    options.queueConsumers = Object.fromEntries(consumers.map((consumer) => [consumer.queue, consumer.settings]));
  }
  return options;
}

const BINDINGS = {
  plain_text: (options, { name, text }) => (options.bindings[name] = text),
  secret_text: (options, { name, text, secret }) => (options.bindings[name] = text ?? secret),
  json: (options, { name, json }) => (options.bindings[name] = json),
  version_metadata: (options, { name }) => (options.versionMetadata = name),
  // A call goes to the script's router, which chooses the version.
  service: (options, { name, service, entrypoint }) => (options.serviceBindings[name] = { name: service, entrypoint }),
  d1: (options, { name, id, database_id = id }) => (options.d1Databases[name] = database_id),
  kv_namespace: (options, { name, namespace_id }) => (options.kvNamespaces[name] = namespace_id),
  r2_bucket: (options, { name, bucket_name }) => (options.r2Buckets[name] = bucket_name),
  queue: (options, { name, queue_name }) => (options.queueProducers[name] = queue_name),
  ratelimit: (options, binding) => (options.ratelimits[binding.name] = binding),
  durable_object_namespace(options, { name, class_name, script_name }, { script, hosts }) {
    const owner = script_name ?? script;
    const host = hosts.get(owner);
    options.durableObjects[name] = {
      className: class_name,
      useSQLite: true,
      // An object keeps its storage whichever version it runs in.
      unsafeUniqueKey: `${owner}-${class_name}`,
      ...(host === options.name ? {} : { scriptName: host }),
    };
  },
  workflow(options, { name, workflow_name, class_name, script_name }, { script, hosts }) {
    const host = hosts.get(script_name ?? script);
    options.workflows[name] = { name: workflow_name, className: class_name, ...(host === options.name ? {} : { scriptName: host }) };
  },
};
