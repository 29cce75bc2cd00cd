//! D1's databases, and their queries on real SQLite.

import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

import { Refusal, now, page } from "../answers.mjs";
import { closeAll, database, run } from "../sqlite.mjs";

const DATABASES = "/accounts/:account/d1/database";

const folder = (state, id) => path.join(state.folder, "d1", id);

const find = ({ data, params }) => {
  const database = data.d1.find(({ uuid, name }) => uuid === params.id || name === params.id);
  if (!database) throw new Refusal(404, 7404, `The database ${params.id} could not be found`);
  return database;
};

function query(context) {
  const { uuid } = find(context);
  const home = folder(context.state, uuid);
  mkdirSync(home, { recursive: true });
  const body = context.json();
  try {
    const batch = body.batch ?? [body];
    return batch.flatMap(({ sql, params }) => run(database(home, uuid), sql, params));
  } catch (error) {
    throw new Refusal(400, 7500, `${error.message}: SQLITE_ERROR`);
  }
}

export default [
  [
    "GET",
    DATABASES,
    ({ data, query }) => {
      const named = data.d1.filter(({ name }) => !query.get("name") || name.includes(query.get("name")));
      return page(named, query, { size: 1000, largest: 10_000 });
    },
  ],
  [
    "POST",
    DATABASES,
    ({ state, data, json }) => {
      const { name, jurisdiction } = json();
      if (data.d1.some((database) => database.name === name)) {
        throw new Refusal(400, 7502, `Database with name '${name}' already exists`);
      }
      state.within("d1", data.d1.length, new Refusal(400, 7406, "You have reached the maximum number of databases for your account"));
      const made = { uuid: crypto.randomUUID(), name, version: "production", created_at: now(), num_tables: 0, file_size: 0, jurisdiction: jurisdiction ?? null };
      data.d1.push(made);
      return made;
    },
  ],
  ["GET", `${DATABASES}/:id`, find],
  [
    "DELETE",
    `${DATABASES}/:id`,
    (context) => {
      const found = find(context);
      closeAll(folder(context.state, found.uuid));
      rmSync(folder(context.state, found.uuid), { recursive: true, force: true });
      context.data.d1.splice(context.data.d1.indexOf(found), 1);
    },
  ],
  ["POST", `${DATABASES}/:id/query`, query],
  [
    "POST",
    `${DATABASES}/:id/raw`,
    (context) =>
      query(context).map((result) => {
        const columns = Object.keys(result.results[0] ?? {});
        return { ...result, results: { columns, rows: result.results.map((row) => columns.map((column) => row[column])) } };
      }),
  ],
];
