// Gives one tenant's schedule as many jobs as wanted, in the files of its objects while nobody runs:
// `node grow_schedule.mjs FOLDER TENANT JOBS JOBS_PER_OBJECT`. Each object that has to take some has one already, of which
// the others are copies with ids of their own, due a second after each other. A million calls would take an hour.

import { readdirSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";

const [folder, tenant, jobs, room] = process.argv.slice(2);
/** In which object a job is: the twelve bits after the time and the version in its id. */
const partOf = (id) => parseInt(id.slice(17, 20), 16);

const databases = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".sqlite"));
for (const name of databases) {
  const database = new DatabaseSync(path.join(folder, name));
  const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'owner'").get();
  if (!has || database.prepare("SELECT tenant FROM owner").get()?.tenant !== tenant) continue;
  const sample = database.prepare("SELECT id FROM jobs ORDER BY id LIMIT 1").get();
  const part = partOf(sample.id);
  const wanted = Math.min(room, jobs - part * room);
  const { count } = database.prepare("SELECT count(*) AS count FROM jobs").get();
  const columns = database.prepare("SELECT name FROM pragma_table_info('jobs')").all().map(({ name }) => name);
  const values = columns.map((column) => {
    if (column === "id") return `substr(id, 1, 20) || printf('8%015x', n)`;
    return column === "next_run_at" || column === "cursor" ? `${column} + n * 1000` : column;
  });
  database.exec("BEGIN");
  database
    .prepare(
      `WITH RECURSIVE number (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < ?2)
       INSERT INTO jobs (${columns}) SELECT ${values} FROM (SELECT * FROM jobs WHERE id = ?3), number WHERE n < ?2`,
    )
    .run(count, Math.max(wanted, count), sample.id);
  if (part === 0) {
    for (let further = 1; further * room < jobs; further++) {
      database.prepare("INSERT INTO parts (part, opened_at) VALUES (?, 0) ON CONFLICT DO NOTHING").run(further);
    }
  }
  database.exec("COMMIT");
  database.close();
}
