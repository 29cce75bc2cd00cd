//! The local D1 databases before the mesh serves: migrations in the table that `wrangler d1 migrations` keeps too,
//! and the rows of the demo tenants.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { unstable_splitSqlQuery as splitSql } from "wrangler";

const LEDGER = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/**
 * Brings the databases of `workers` up to date and runs `seed`, a list of `{binding, sql, params}`. Gives the names of
 * the migrations that were applied. Each migration is one batch, hence one transaction.
 */
export async function prepareDatabases(workers, seed, persistence) {
  const databases = new Map();
  for (const { databases: declared } of workers) {
    for (const database of declared) if (database.migrations) databases.set(database.binding, database);
  }
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: "export default {}",
      d1Databases: Object.fromEntries([...databases.values()].map(({ binding, id }) => [binding, id])),
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: persistence,
    }),
  );
  try {
    const applied = [];
    for (const { binding, migrations } of databases.values()) {
      const database = await runtime.getD1Database(binding);
      applied.push(...(await migrate(database, migrations)));
    }
    for (const { binding, sql, params } of seed) {
      const database = await runtime.getD1Database(binding);
      await database.prepare(sql).bind(...params).run();
    }
    return applied;
  } finally {
    await runtime.dispose();
  }
}

async function migrate(database, folder) {
  await database.prepare(LEDGER).run();
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const done = new Set(results.map(({ name }) => name));
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql") && !done.has(file)).sort();
  for (const file of files) {
    const sql = await readFile(path.join(folder, file), "utf8");
    const statements = splitSql(sql).map((statement) => database.prepare(statement));
    statements.push(database.prepare("INSERT INTO d1_migrations(name) VALUES (?)").bind(file));
    try {
      await database.batch(statements);
    } catch (error) {
      throw new Error(`migration ${path.basename(folder)}/${file} failed: ${error.cause?.message ?? error.message}`);
    }
  }
  return files;
}
