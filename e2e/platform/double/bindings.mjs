//! What an upload binds, judged as the platform does: each thing that it names has to be there.

import { Refusal } from "./answers.mjs";

/** The bindings that a version takes over from the one before it, such as secrets. */
export function kept(script, { keep_bindings = [], bindings }) {
  const before = script.versions.at(-1)?.resources.bindings ?? [];
  const named = new Set(bindings.map(({ name }) => name));
  return before.filter(({ type, name }) => keep_bindings.includes(type) && !named.has(name));
}

/** Refuses bindings to what is not there. */
export function check(data, self, classes, bindings) {
  for (const binding of bindings) JUDGES[binding.type]?.(data, binding, self, classes);
}

const JUDGES = {
  d1(data, { name, id, database_id = id }) {
    if (!data.d1.some(({ uuid }) => uuid === database_id)) {
      throw new Refusal(400, 10_181, `D1 binding '${name}' references database '${database_id}' which was not found.`);
    }
  },
  kv_namespace(data, { namespace_id }) {
    if (!data.kv.some(({ id }) => id === namespace_id)) {
      throw new Refusal(400, 10_041, `KV namespace '${namespace_id}' not found. You may need to create it.`);
    }
  },
  r2_bucket(data, { bucket_name }) {
    if (!data.r2.some(({ name }) => name === bucket_name)) {
      throw new Refusal(400, 10_085, `R2 bucket '${bucket_name}' not found. Please use a different name and try again.`);
    }
  },
  queue(data, { queue_name }) {
    if (!data.queues.some((queue) => queue.queue_name === queue_name)) {
      throw new Refusal(404, 11_000, `Queue '${queue_name}' does not exist.`);
    }
  },
  vectorize(data, { index_name }) {
    if (!data.vectorize.some(({ name }) => name === index_name)) {
      throw new Refusal(400, 10_159, `Vectorize binding references index '${index_name}' which was not found.`);
    }
  },
  secrets_store_secret(data, { store_id, secret_name }) {
    const store = data.secrets_stores.find(({ id }) => id === store_id);
    if (!store?.secrets.some(({ name }) => name === secret_name)) {
      throw new Refusal(400, 10_182, `Secret '${secret_name}' of store '${store_id}' was not found.`);
    }
  },
  service(data, { name, service }, self) {
    if (service !== self && !data.scripts[service]) {
      throw new Refusal(400, 10_144, `Could not resolve service binding '${name}'. Target script '${service}' not found.`);
    }
  },
  durable_object_namespace(data, { class_name, script_name }, self, classes) {
    const there = !script_name || script_name === self ? classes.has(class_name) : data.scripts[script_name]?.classes.includes(class_name);
    if (!there) {
      const where = script_name && script_name !== self ? ` of script '${script_name}'` : "";
      throw new Refusal(400, 10_061, `Cannot create binding for class '${class_name}'${where} because it is not currently configured to implement Durable Objects. Did you forget to apply a migration?`);
    }
  },
};
