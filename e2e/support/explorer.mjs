//! The local runtime's explorer: a look into databases and buckets from outside, and crons that don't wait for their
//! minute.

const EXPLORER = "/cdn-cgi/local/explorer/api";

/** Runs a statement in the database of a binding's name; gives what the explorer answers. */
export async function runSql(mesh, name, text, params = []) {
  const { result } = await explore(mesh, "/d1/database");
  const database = result.find((known) => known.name === name);
  if (!database) throw new Error(`the mesh has no database \`${name}\`: ${JSON.stringify(result)}`);
  // The explorer takes texts only; a column of numbers turns one that is a number into it.
  return explore(mesh, `/d1/database/${database.uuid}/raw`, { sql: text, params: params.map(String) });
}

/** Runs a statement and gives its rows as arrays. */
export async function sqlRows(mesh, name, text, params = []) {
  const answer = await runSql(mesh, name, text, params);
  return answer.result[0].results.rows;
}

/** Asks the explorer; with a body, by POST. Gives the answer's JSON. */
export async function explore(mesh, route, body) {
  const response = await ask(mesh, route, body);
  return response.json();
}

async function ask(mesh, route, body) {
  const response = await fetch(`${mesh.gateway}${EXPLORER}${route}`, {
    method: body ? "POST" : "GET",
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`the local explorer answered ${response.status} to ${route}: ${await response.text()}`);
  return response;
}

/** Fires a cron of a Worker now. */
export const fire = (mesh, worker, cron) => ask(mesh, `/local/scheduled?worker=${worker}`, { cron });

/** The keys of a bucket's objects that begin with `prefix`. */
export async function objectKeys(mesh, bucket, prefix) {
  const keys = [];
  for (let cursor; ;) {
    const parameters = new URLSearchParams({ prefix, per_page: "1000", ...(cursor && { cursor }) });
    const page = await explore(mesh, `/r2/buckets/${bucket}/objects?${parameters}`);
    keys.push(...page.result.map(({ key }) => key));
    cursor = page.result_info?.is_truncated ? page.result_info.cursor : undefined;
    if (!cursor) return keys;
  }
}

/** The bytes of an object. */
export async function object(mesh, bucket, key) {
  const response = await ask(mesh, `/r2/buckets/${bucket}/objects/${encodeURIComponent(key)}`);
  return Buffer.from(await response.arrayBuffer());
}
