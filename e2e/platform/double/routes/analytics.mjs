//! The GraphQL Analytics API, as far as it counts invocations of Workers. It has an envelope of its own, and refuses with
//! 200. What was invoked is in `data.invocations`, put there by whatever runs the deployed code.

import { Answer, now } from "../answers.mjs";

/** The one form of query that is answered, by its parts: variables, account, dataset with its arguments, fields. */
const FORM =
  /^query(?: \w+)?\((?<declared>[^)]*)\) \{ viewer \{ accounts\(filter: \{ accountTag: \$(?<account>\w+) \}\) \{ workersInvocationsAdaptive\(limit: (?<limit>\d+), filter: \{(?<filter>[^}]*)\}\) \{ (?<fields>.+) \} \} \} \}$/;
/** What the dataset has, by group. */
const FIELDS = {
  dimensions: ["scriptName", "scriptVersion", "status"],
  sum: ["requests", "errors", "subrequests"],
};
/** Types by the names of filters. */
const FILTERS = { scriptName: "string", scriptVersion: "string", datetime_geq: "Time", datetime_leq: "Time" };
const LARGEST_LIMIT = 10_000;
/** The farthest that may be looked back, in milliseconds: 31 days. */
const LONGEST = 31 * 86_400_000;

/** An answer as this API gives it, with 200 whatever it says. */
class Told extends Answer {
  constructor(data, errors) {
    super(data);
    this.errors = errors;
  }

  get envelope() {
    return { data: this.result, errors: this.errors ?? null };
  }
}

const refused = (message, code) => new Told(null, [{ message, path: ["viewer", "accounts", "0"], extensions: { code, timestamp: now() } }]);

/** What a token without the permission is told. */
export const forbidden = () => refused("not authorized for that account", "authz");

class Wrong extends Error {}

/** Reads `{ name: $variable, … }` or a variable list, each as `[name, value]`. */
const pairs = (text) =>
  text
    .split(",")
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => pair.split(":").map((side) => side.trim()));

function asked({ query, variables = {} }) {
  const parts = FORM.exec(String(query).replaceAll(/\s+/g, " ").trim())?.groups;
  if (!parts) throw new Wrong("syntax error, or a query that the double does not know");
  const types = Object.fromEntries(pairs(parts.declared).map(([name, type]) => [name.slice(1), type.replace("!", "")]));
  for (const name of Object.keys(types)) if (variables[name] === undefined) throw new Wrong(`variable "${name}" is not defined`);
  const value = (reference, type) => {
    const name = reference.replace(/^\$/, "");
    if (!reference.startsWith("$") || !types[name]) throw new Wrong(`unknown variable ${reference}`);
    if (types[name].toLowerCase() !== type.toLowerCase()) throw new Wrong(`variable "${name}" is a ${types[name]}, and has to be a ${type}`);
    return variables[name];
  };
  if (Number(parts.limit) > LARGEST_LIMIT) throw new Wrong(`limit must be positive number and not greater than ${LARGEST_LIMIT}`);
  const filter = {};
  for (const [name, reference] of pairs(parts.filter)) {
    if (!FILTERS[name]) throw new Wrong(`unknown arg ${name}`);
    filter[name] = value(reference, FILTERS[name]);
  }
  const fields = {};
  for (const [, group, names] of parts.fields.matchAll(/(\w+) \{ ([\w ]+) \}/g)) {
    fields[group] = names.trim().split(" ");
    const unknown = fields[group].find((name) => !FIELDS[group]?.includes(name));
    if (unknown) throw new Wrong(`unknown field "${unknown}"`);
  }
  for (const name of ["datetime_geq", "datetime_leq"]) {
    if (filter[name] !== undefined && Number.isNaN(Date.parse(filter[name]))) throw new Wrong(`cannot parse "${filter[name]}" as a Time`);
  }
  if (!filter.datetime_geq) throw new Wrong("filter must have a datetime");
  if (Date.now() - Date.parse(filter.datetime_geq) > LONGEST) throw new Wrong("cannot request data older than 2678400s");
  return { account: value(`$${parts.account}`, "string"), limit: Number(parts.limit), filter, fields };
}

export default [
  [
    "POST",
    "/graphql",
    ({ data, json }) => {
      let query;
      try {
        query = asked(json());
      } catch (error) {
        if (error instanceof Wrong) return refused(error.message, "parse");
        throw error;
      }
      const { account, limit, filter, fields } = query;
      if (account !== data.account.id) return forbidden();
      const rows = new Map();
      for (const { script, version, at, error } of data.invocations ?? []) {
        if (filter.scriptName !== undefined && script !== filter.scriptName) continue;
        if (filter.scriptVersion !== undefined && version !== filter.scriptVersion) continue;
        if (at < Date.parse(filter.datetime_geq) || at > Date.parse(filter.datetime_leq ?? "9999-01-01")) continue;
        const all = { scriptName: script, scriptVersion: version, status: error ? "scriptThrewException" : "success" };
        const dimensions = Object.fromEntries((fields.dimensions ?? []).map((name) => [name, all[name]]));
        const key = JSON.stringify(dimensions);
        const row = rows.get(key) ?? { dimensions, sum: { requests: 0, errors: 0, subrequests: 0 } };
        row.sum.requests += 1;
        row.sum.errors += error ? 1 : 0;
        rows.set(key, row);
      }
      const shown = [...rows.values()].slice(0, limit).map(({ dimensions, sum }) => ({
        ...(fields.dimensions ? { dimensions } : {}),
        ...(fields.sum ? { sum: Object.fromEntries(fields.sum.map((name) => [name, sum[name]])) } : {}),
      }));
      return new Told({ viewer: { accounts: [{ workersInvocationsAdaptive: shown }] } });
    },
  ],
];
