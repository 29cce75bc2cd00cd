//! The local runtime's explorer: a mesh's databases, from beside it.

const EXPLORER = "/cdn-cgi/local/explorer/api";

/** Runs a statement in the database of a binding's name; gives what the explorer answers. */
export async function runSql(mesh, name, text, params = []) {
  const { result } = await explore(mesh, "/d1/database");
  const database = result.find((known) => known.name === name);
  if (!database) throw new Error(`the mesh has no database \`${name}\`: ${JSON.stringify(result)}`);
  // The explorer takes texts only; a column of numbers turns one that is a number into it.
  return explore(mesh, `/d1/database/${database.uuid}/raw`, { sql: text, params: params.map(String) });
}

async function explore(mesh, route, body) {
  const response = await fetch(`${mesh.gateway}${EXPLORER}${route}`, {
    method: body ? "POST" : "GET",
    ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the local explorer answered ${response.status} to ${route}: ${text}`);
  return JSON.parse(text);
}
