//! A provider's API for past calls, as Fathom documents it (and, below `/linked`, one whose pages are linked): in pages,
//! with a key, and with the troubles that a journey asks for.

import { createServer } from "node:http";

export const KEY = "their-key-0123456789";

/** A meeting as the list and the webhook have it. */
export function meeting(id, { title = `Meeting ${id}`, minutesAgo = 60, text } = {}) {
  const line = (name, said) => ({ speaker: { display_name: name }, text: said, timestamp: "00:00:05" });
  return {
    recording_id: id,
    title,
    created_at: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
    recorded_by: { name: "Ines", email: "ines@weft.example" },
    calendar_invitees: [{ name: "Ada", email: "ada@northwind.example", is_external: true }],
    transcript: text === null ? null : [line("Ada", text ?? `We have a budget of ${id} thousand euros.`), line("Ines", "Good.")],
  };
}

export class Meetings {
  /** Pages of meetings. */
  pages = [];
  /** What is answered instead: of one request after the other, `{status, headers?, body?}`. */
  troubles = [];
  /** What was asked for: the path with its query. */
  asked = [];
  #server;

  static async start() {
    const meetings = new Meetings();
    meetings.#server = createServer((request, response) => meetings.#answer(request, response));
    await new Promise((resolve) => meetings.#server.listen(0, "127.0.0.1", resolve));
    return meetings;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  #answer(request, response) {
    this.asked.push(request.url);
    const { pathname, searchParams } = new URL(request.url, this.url);
    const tell = (status, body, headers = {}) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    const linked = pathname === "/linked/calls";
    const key = linked ? request.headers.authorization?.replace(/^Bearer /, "") : request.headers["x-api-key"];
    if (key !== KEY) return tell(401, '{"error":"no such key"}');
    const trouble = this.troubles.shift();
    if (trouble) return tell(trouble.status, trouble.body ?? "{}", trouble.headers);
    const at = Number(searchParams.get("cursor") ?? 0);
    const items = this.pages[at];
    if (!items) return tell(404, "{}");
    const next = at + 1 < this.pages.length ? String(at + 1) : null;
    if (!linked && pathname !== "/external/v1/meetings") return tell(404, "{}");
    if (!linked) return tell(200, JSON.stringify({ limit: 10, next_cursor: next, items }));
    const link = next === null ? {} : { link: `</linked/calls?cursor=${next}>; rel="next"` };
    return tell(200, JSON.stringify(items), link);
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
