//! Workers: scripts, their versions and deployments, secrets, schedules, settings and subdomains.

import { Answer, Refusal, hexId, now, page } from "../answers.mjs";
import { bundle, contentType, etag, keep, readForm } from "../bundles.mjs";
import { check, kept } from "../bindings.mjs";

const SCRIPTS = "/accounts/:account/workers/scripts";
const SERVICES = "/accounts/:account/workers/services";
/** The most that all modules may be together, in bytes, before compression as the double does none. */
const LARGEST = 64 * 1024 * 1024;
const PERCENT = 100;

const missing = () => new Refusal(404, 10_007, "This Worker does not exist on your account.");

const find = ({ data, params }) => {
  const script = data.scripts[params.name];
  if (!script) throw missing();
  return script;
};

const latest = (script) => script.versions.at(-1);
const deployed = (script) => script.deployments[0];

/** Stores an upload as a version of a script. `full` is a whole deploy, which alone may move Durable Objects. */
async function upload({ state, data, params, form }, full) {
  const sent = await readForm(await form());
  const { metadata, modules } = sent;
  const script = data.scripts[params.name];
  if (!script && !full) throw missing();
  if (modules.reduce((sum, { contents }) => sum + contents.length, 0) > (data.quotas.script_bytes ?? LARGEST)) {
    throw new Refusal(413, 10_027, "Your Worker exceeded the size limit of 64 MiB. Please upload a smaller Worker.");
  }
  const { migrations } = metadata;
  if (migrations && !full) {
    throw new Refusal(
      400,
      10_211,
      'Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object migration, but migrations must be fully applied by running "wrangler deploy".',
    );
  }
  const own = script ?? created(data);
  if (migrations?.old_tag && migrations.old_tag !== own.migration_tag) {
    throw new Refusal(412, 10_079, `Migration tag precondition failed; current tag is '${own.migration_tag}' and not '${migrations.old_tag}'`);
  }
  const classes = new Set(own.classes);
  for (const { new_sqlite_classes = [], new_classes = [], deleted_classes = [] } of migrations?.steps ?? []) {
    for (const name of [...new_sqlite_classes, ...new_classes]) classes.add(name);
    for (const name of deleted_classes) classes.delete(name);
  }
  const bindings = [...metadata.bindings, ...kept(own, metadata)];
  check(data, params.name, classes, bindings);
  const number = own.versions.length + 1;
  const version = {
    id: crypto.randomUUID(),
    number,
    metadata: { created_on: now(), modified_on: now(), source: "wrangler", author_id: data.user.id, author_email: data.user.email, hasPreview: false },
    annotations: { "workers/triggered_by": full ? "upload" : "version_upload", ...metadata.annotations },
    startup_time_ms: 10,
    resources: {
      script: { etag: etag(modules), handlers: ["fetch"], named_handlers: [], last_deployed_from: "wrangler" },
      script_runtime: {
        compatibility_date: metadata.compatibility_date,
        compatibility_flags: metadata.compatibility_flags ?? [],
        usage_model: "standard",
        migration_tag: migrations?.new_tag ?? own.migration_tag,
      },
      bindings,
    },
  };
  await keep(state, version.id, sent);
  own.classes = [...classes];
  own.migration_tag = version.resources.script_runtime.migration_tag;
  own.modified_on = now();
  own.versions.push(version);
  if (metadata.tags) own.tags = metadata.tags;
  if (full) {
    for (const field of ["observability", "logpush", "tail_consumers"]) if (metadata[field] !== undefined) own.settings[field] = metadata[field];
  }
  data.scripts[params.name] = own;
  return [own, version];
}

function created(data) {
  return {
    tag: hexId(),
    created_on: now(),
    modified_on: now(),
    migration_tag: undefined,
    classes: [],
    tags: [],
    settings: { observability: { enabled: false }, logpush: false, tail_consumers: [] },
    schedules: [],
    subdomain: { enabled: false, previews_enabled: false },
    versions: [],
    deployments: [],
    author: data.user.email,
  };
}

function deploy(data, script, versions, annotations = {}) {
  const sum = versions.reduce((total, { percentage }) => total + percentage, 0);
  if (sum !== PERCENT) throw new Refusal(400, 10_213, `The percentages of versions must add up to 100, and are ${sum}`);
  for (const { version_id } of versions) {
    if (!script.versions.some(({ id }) => id === version_id)) {
      throw new Refusal(404, 10_214, `The version ${version_id} could not be found`);
    }
  }
  const deployment = {
    id: crypto.randomUUID(),
    source: "wrangler",
    strategy: "percentage",
    author_email: data.user.email,
    created_on: now(),
    annotations: { "workers/triggered_by": "deployment", ...annotations },
    versions: versions.map(({ version_id, percentage }) => ({ version_id, percentage })),
  };
  script.deployments.unshift(deployment);
  return deployment;
}

/** A change that is no code makes a version of the latest one's code, deployed at once. */
function derived(data, script, change, message) {
  const from = latest(script);
  const version = structuredClone({ ...from, id: crypto.randomUUID(), number: script.versions.length + 1 });
  version.code_of = from.code_of ?? from.id;
  version.metadata = { ...version.metadata, created_on: now(), modified_on: now(), source: "api" };
  version.annotations = { "workers/triggered_by": message };
  version.resources.bindings = change(version.resources.bindings);
  script.versions.push(version);
  deploy(data, script, [{ version_id: version.id, percentage: PERCENT }], { "workers/triggered_by": message });
}

const secretNames = (script) =>
  latest(script).resources.bindings.filter(({ type }) => type === "secret_text").map(({ name, type }) => ({ name, type }));

const service = (name, script) => ({
  id: name,
  default_environment: {
    environment: "production",
    created_on: script.created_on,
    modified_on: script.modified_on,
    script: {
      id: name,
      tag: script.tag,
      tags: script.tags,
      etag: latest(script)?.resources.script.etag,
      migration_tag: script.migration_tag,
      last_deployed_from: "wrangler",
      compatibility_date: latest(script)?.resources.script_runtime.compatibility_date,
    },
  },
});

/** Values of secrets go in and never come out. */
const shown = (version) => ({
  ...version,
  resources: { ...version.resources, bindings: version.resources.bindings.map(({ secret, ...binding }) => (binding.type === "secret_text" ? { ...binding, text: undefined } : binding)) },
});
const item = ({ id, number, metadata, annotations }) => ({ id, number, metadata, annotations });

/** The settings that versions don't have. */
const settings = (script) => ({ ...script.settings, tags: script.tags });

export default [
  ["GET", "/accounts/:account/workers/subdomain", ({ data }) => ({ subdomain: data.account.subdomain })],
  [
    "GET",
    SCRIPTS,
    ({ data }) =>
      Object.entries(data.scripts).map(([id, { tag, tags, created_on, modified_on, migration_tag }]) => ({ id, tag, tags, created_on, modified_on, migration_tag })),
  ],
  ["GET", `${SERVICES}/:name`, (context) => service(context.params.name, find(context))],
  [
    "GET",
    "/accounts/:account/workers/workers/:name/versions/:version",
    async (context) => {
      const { state, params, query } = context;
      const version = find(context).versions.find(({ id }) => id === params.version);
      if (!version) throw new Refusal(404, 100_146, "Version not found.");
      if (query.get("include") !== "modules") return shown(version);
      const { modules } = await bundle(state, version.code_of ?? version.id);
      const listed = modules.map(({ name, type, contents }) => ({ name, content_type: contentType(type), content_base64: contents.toString("base64") }));
      return { ...shown(version), modules: listed };
    },
  ],
  ["GET", "/accounts/:account/workers/workers/:name", (context) => ({ id: find(context).tag, name: context.params.name, subdomain: find(context).subdomain })],
  [
    "PUT",
    `${SCRIPTS}/:name`,
    async (context) => {
      const [script, version] = await upload(context, true);
      deploy(context.data, script, [{ version_id: version.id, percentage: PERCENT }], version.annotations);
      const { id, tag, created_on, modified_on } = { id: context.params.name, ...script };
      return { id, tag, created_on, modified_on, etag: version.resources.script.etag, deployment_id: version.id.replaceAll("-", ""), startup_time_ms: version.startup_time_ms };
    },
  ],
  [
    "DELETE",
    `${SCRIPTS}/:name`,
    (context) => {
      find(context);
      const { data, params, query } = context;
      const calling = Object.entries(data.scripts).filter(
        ([name, script]) => name !== params.name && latest(script).resources.bindings.some(({ service, script_name }) => service === params.name || script_name === params.name),
      );
      if (calling.length > 0 && query.get("force") !== "true") {
        throw new Refusal(400, 10_064, `Cannot delete this Worker as it is still referenced by service bindings of ${calling.map(([name]) => name).join(", ")}.`);
      }
      delete data.scripts[params.name];
      for (const queue of data.queues) queue.consumers = queue.consumers.filter(({ script }) => script !== params.name);
      return { id: params.name };
    },
  ],
  ["GET", `${SCRIPTS}/:name/settings`, (context) => ({ ...settings(find(context)), bindings: shown(latest(find(context))).resources.bindings })],
  ["GET", `${SCRIPTS}/:name/script-settings`, (context) => settings(find(context))],
  [
    "PATCH",
    `${SCRIPTS}/:name/script-settings`,
    (context) => {
      const script = find(context);
      const { tags, ...rest } = context.json();
      if (tags) script.tags = tags;
      for (const [field, value] of Object.entries(rest)) if (value !== undefined) script.settings[field] = value;
      return settings(script);
    },
  ],
  [
    "POST",
    `${SCRIPTS}/:name/versions`,
    async (context) => {
      const [, version] = await upload(context, false);
      return shown(version);
    },
  ],
  [
    "GET",
    `${SCRIPTS}/:name/versions`,
    (context) => {
      const listed = page(find(context).versions.toReversed().map(item), context.query, { size: 10 });
      return new Answer({ items: listed.result }, { info: listed.info });
    },
  ],
  [
    "GET",
    `${SCRIPTS}/:name/versions/:version`,
    (context) => {
      const version = find(context).versions.find(({ id }) => id === context.params.version);
      if (!version) throw new Refusal(404, 100_146, "Version not found.");
      return shown(version);
    },
  ],
  ["GET", `${SCRIPTS}/:name/deployments`, (context) => ({ deployments: find(context).deployments.slice(0, 10) })],
  [
    "POST",
    `${SCRIPTS}/:name/deployments`,
    (context) => {
      const { versions, annotations } = context.json();
      return deploy(context.data, find(context), versions, annotations);
    },
  ],
  ["GET", `${SCRIPTS}/:name/secrets`, (context) => secretNames(find(context))],
  [
    "PUT",
    `${SCRIPTS}/:name/secrets`,
    (context) => {
      const script = find(context);
      const { name, text, type = "secret_text" } = context.json();
      if (deployed(script)?.versions.every(({ version_id }) => version_id !== latest(script).id)) {
        throw new Refusal(400, 10_215, "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently deployed.");
      }
      derived(context.data, script, (bindings) => [...bindings.filter((binding) => binding.name !== name), { type, name, secret: text }], "secret");
      return { name, type };
    },
  ],
  [
    "DELETE",
    `${SCRIPTS}/:name/secrets/:secret`,
    (context) => {
      const script = find(context);
      const { secret } = context.params;
      if (!secretNames(script).some(({ name }) => name === secret)) throw new Refusal(404, 10_056, `Binding ${secret} not found`);
      derived(context.data, script, (bindings) => bindings.filter(({ name }) => name !== secret), "secret");
    },
  ],
  ["GET", `${SCRIPTS}/:name/schedules`, (context) => ({ schedules: find(context).schedules })],
  [
    "PUT",
    `${SCRIPTS}/:name/schedules`,
    (context) => {
      find(context).schedules = context.json().map(({ cron }) => ({ cron, created_on: now(), modified_on: now() }));
      return { schedules: find(context).schedules };
    },
  ],
  ["GET", `${SCRIPTS}/:name/subdomain`, (context) => find(context).subdomain],
  ["POST", `${SCRIPTS}/:name/subdomain`, (context) => Object.assign(find(context).subdomain, context.json())],
  ["GET", "/accounts/:account/workers/domains/records", ({ data, query }) => page(data.domains ?? [], query)],
];
