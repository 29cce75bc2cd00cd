//! D1's databases on real SQLite, a file each, and D1's way of answering statements.

import path from "node:path";
import { DatabaseSync } from "node:sqlite";

const open = new Map();

/** The database of this id in `folder`, opened once. */
export function database(folder, id) {
  const file = path.join(folder, `${id}.sqlite`);
  if (!open.has(file)) open.set(file, new DatabaseSync(file));
  return open.get(file);
}

/** Closes the databases of `folder`. */
export function closeAll(folder) {
  for (const [file, database] of open) {
    if (path.dirname(file) !== folder) continue;
    database.close();
    open.delete(file);
  }
}

/**
 * Cuts a text into statements: at semicolons outside of strings, comments and the bodies of triggers.
 */
export function statements(sql) {
  const found = [];
  let text = "";
  const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|;|[\w$]+|\s+|[\s\S]/gy;
  for (const [part] of sql.matchAll(token)) {
    if (part.startsWith("--") || part.startsWith("/*")) {
      text += " ";
    } else if (part !== ";") {
      text += part;
    } else if (/^\s*create\s+(temp\s+|temporary\s+)?trigger\b/i.test(text) && !/\bend\s*$/i.test(text)) {
      text += part;
    } else {
      found.push(text);
      text = "";
    }
  }
  return [...found, text].map((statement) => statement.trim()).filter((statement) => statement !== "");
}

/** Runs statements in one transaction, as D1 does with a batch; gives one result a statement, or throws SQLite's error. */
export function run(database, sql, params = []) {
  database.exec("BEGIN");
  try {
    const results = statements(sql).map((statement) => one(database, statement, params));
    database.exec("COMMIT");
    return results;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function one(database, sql, params) {
  const began = performance.now();
  // D1 has its own transactions around what it is given.
  const results = /^(begin|commit|rollback)\b/i.test(sql) ? [] : database.prepare(sql).all(...params);
  const { changes, last } = database.prepare("SELECT changes() AS changes, last_insert_rowid() AS last").get();
  const writes = /^(insert|update|delete|replace)\b/i.test(sql);
  return {
    results,
    success: true,
    meta: {
      served_by: "double",
      duration: performance.now() - began,
      changes: writes ? changes : 0,
      last_row_id: last,
      changed_db: writes,
      size_after: 0,
      rows_read: results.length,
      rows_written: writes ? changes : 0,
    },
  };
}
