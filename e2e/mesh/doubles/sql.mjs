//! The platform's two SQL interfaces over HTTPS, with their checks and their words.

import { createServer } from "node:http";

const TOKEN = "Bearer token-of-the-test";

/** Starts both; gives `{base, requests, stop}`. */
export async function startSql() {
  const requests = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request)).toString();
    requests.push({ path: request.url, contentType: request.headers["content-type"], body });
    const { status = 200, headers = {}, text } = answer(request, body);
    response.writeHead(status, headers);
    response.end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A test whose Workers do not start never stops this, and must end all the same.
  server.unref();
  const stop = () => new Promise((resolve) => server.close(resolve));
  return { base: `http://127.0.0.1:${server.address().port}/client/v4`, requests, stop };
}

function answer(request, body) {
  if (request.method !== "POST" || request.headers.authorization !== TOKEN) {
    const errors = [{ code: 10000, message: "Authentication error" }];
    return { status: 403, text: JSON.stringify({ success: false, errors, messages: [], result: null }) };
  }
  if (request.url === "/client/v4/analytics/sql") return general(JSON.parse(body));
  if (request.url === "/client/v4/accounts/acc/analytics_engine/sql") return engine(body);
  return { status: 404, text: "no such route" };
}

const invalid = (why) => ({ status: 422, text: `Input was invalid: ${why}` });

function general({ query, params, scope, time_range: range, ...rest }) {
  if (Object.keys(rest).length > 0) return invalid(`unknown field ${Object.keys(rest)}`);
  if (query.includes("slow down")) return { status: 429, headers: { "retry-after": "7" }, text: "rate limit exceeded" };
  const tenant = /tenant = \$tenant/.test(query) ? params.tenant : undefined;
  if (Object.keys(scope ?? {}).length !== 1) return invalid("missing accountTag or zoneTag predicate");
  if (range?.start === undefined) return invalid("missing lower timestamp bound");
  const data = [{ tenant, calls: 3 }];
  return { text: JSON.stringify({ data, rows: 1, statistics: { elapsed_ms: 12, rows_read: 10, bytes_read: 720 } }) };
}

function engine(sql) {
  if (!/\nFORMAT JSON$/.test(sql)) return invalid("the test expects FORMAT JSON");
  return {
    text: JSON.stringify({
      meta: [{ name: "tenant", type: "String" }, { name: "calls", type: "UInt64" }],
      data: [{ tenant: "acme", calls: "9007199254740993" }],
      rows: 1,
      rows_before_limit_at_least: 1,
    }),
  };
}
