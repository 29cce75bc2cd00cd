//! A look into a mesh's data from beside it. A mesh that is busy answers late, and what happens in the middle of its
//! work is over by then; the database file tells at once.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

/** How many events of the mesh on `state` have which status; empty as long as there is no database. */
export async function eventStatuses(state) {
  const rows = await readData(state, "SELECT status, count(*) AS count FROM events GROUP BY status");
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** The rows that a query over the data of the mesh on `state` finds; none as long as there is no database. */
export const readData = (state, query) => readStored(state, "events", query);

/** The same, of the database that has this table. */
export async function readStored(state, table, query) {
  for (const file of await files(state, "d1", "miniflare-D1DatabaseObject")) {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      if (has(database, table)) return database.prepare(query).all();
    } finally {
      database.close();
    }
  }
  return [];
}

/** Changes the database that has this table, while no mesh runs on `state`. Gives how many rows changed. */
export async function changeStored(state, table, statement) {
  for (const file of await files(state, "d1", "miniflare-D1DatabaseObject")) {
    const database = new DatabaseSync(file);
    try {
      if (has(database, table)) return database.prepare(statement).run().changes;
    } finally {
      database.close();
    }
  }
  throw new Error(`no database in \`${state}\` has a table \`${table}\``);
}

/** Takes a record out of the middle of a tenant's ledger, while no mesh runs on `state`. Gives how many went. */
export async function loseRecord(state, objects, tenant) {
  let lost = 0;
  for (const file of await files(state, "do", objects)) {
    const database = new DatabaseSync(file);
    try {
      if (!has(database, "owner") || database.prepare("SELECT tenant FROM owner").get()?.tenant !== tenant) continue;
      const middle = "SELECT id FROM runs WHERE asked_by = 'schedule' AND seq = (SELECT MAX(seq) - 1 FROM runs)";
      lost += database.prepare(`DELETE FROM runs WHERE id IN (${middle})`).run().changes;
    } finally {
      database.close();
    }
  }
  return lost;
}

/**
 * Takes away all that the runtime keeps of the alarms of a class's objects of a tenant, while none runs on `state`:
 * what the object itself has, and the runtime's own list. Gives how many entries there were.
 */
export async function loseAlarms(state, objects, tenant) {
  const all = await files(state, "do", objects);
  let lost = 0;
  for (const file of all.filter((file) => path.basename(file) !== "metadata.sqlite")) {
    const database = new DatabaseSync(file);
    try {
      if (!has(database, "owner") || database.prepare("SELECT tenant FROM owner").get()?.tenant !== tenant) continue;
      if (has(database, "_cf_METADATA")) lost += database.prepare("DELETE FROM _cf_METADATA WHERE key = 1").run().changes;
    } finally {
      database.close();
    }
    const list = new DatabaseSync(path.join(path.dirname(file), "metadata.sqlite"));
    try {
      const id = path.basename(file, ".sqlite");
      lost += list.prepare("DELETE FROM _cf_ALARM WHERE actor_id = ?").run(id).changes;
    } finally {
      list.close();
    }
  }
  return lost;
}

async function files(state, kind, name) {
  const folder = path.join(state, "v3", kind, name);
  const found = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".sqlite"));
  return found.map((name) => path.join(folder, name));
}

const has = (database, table) =>
  database.prepare("SELECT name FROM sqlite_schema WHERE name = ?").all(table).length > 0;
