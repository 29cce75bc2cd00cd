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
export async function readData(state, query) {
  const folder = path.join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".sqlite"));
  for (const file of files) {
    const database = new DatabaseSync(path.join(folder, file), { readOnly: true });
    try {
      const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'events'").all();
      if (tables.length === 0) continue;
      return database.prepare(query).all();
    } finally {
      database.close();
    }
  }
  return [];
}
