//! A customer's program: the gateway, seen with one API key.

import assert from "node:assert/strict";

import { send } from "./http.mjs";
import { until } from "./poll.mjs";

/** The statuses from which an event doesn't move on by itself. */
const SETTLED = ["processed", "skipped", "failed", "dead"];
const LIST_LIMIT = 200;

/** The gateway, seen with a key. */
export class Customer {
  constructor(mesh, tenant, key = tenant.api_key) {
    this.gateway = mesh.gateway;
    this.tenant = tenant;
    this.key = key;
  }

  /** The tenant's endpoint of a source. */
  endpoint(source) {
    return this.tenant.endpoints.find((endpoint) => endpoint.source === source);
  }

  /** Any request, authorized. */
  send(method, path, options = {}) {
    const headers = { authorization: `Bearer ${this.key}`, ...options.headers };
    return send(method, `${this.gateway}${path}`, { ...options, headers });
  }

  /** A GET that has to succeed. */
  async get(path) {
    const answer = await this.send("GET", path);
    assert.equal(answer.status, 200, String(answer));
    return answer;
  }

  /** Every item of a list, page by page. */
  async list(path, query = {}) {
    const items = [];
    for (let cursor; ;) {
      const parameters = new URLSearchParams({ limit: LIST_LIMIT, ...query, ...(cursor && { cursor }) });
      const page = (await this.get(`${path}?${parameters}`)).json;
      items.push(...page.items);
      if (page.next_cursor === null) return items;
      assert.notEqual(page.next_cursor, cursor, "the list leads back to the page it came from");
      cursor = page.next_cursor;
    }
  }

  /** Every event. */
  events(query) {
    return this.list("/v1/events", query);
  }

  /** One event with its steps. */
  async event(id) {
    return (await this.get(`/v1/events/${id}`)).json;
  }

  /** The signals of one event. */
  signals(eventId) {
    return this.list("/v1/signals", { event_id: eventId });
  }

  /** Waits until an event has settled, and gives it. */
  settled(id, options) {
    const outline = ({ status, reason, steps }) => ({ id, status, reason, steps });
    const done = ({ status }) => SETTLED.includes(status);
    return until(`event ${id} settles`, () => this.event(id), done, { show: outline, ...options });
  }

  /** Waits until each of these events has settled, and gives them as the list shows them, by id. */
  async allSettled(ids, options) {
    const wanted = new Set(ids);
    const listed = async () => (await this.events()).filter(({ id }) => wanted.has(id));
    const done = (events) => events.length === wanted.size && events.every(({ status }) => SETTLED.includes(status));
    const events = await until(`${wanted.size} events settle`, listed, done, { show: byStatus, ...options });
    return new Map(events.map((event) => [event.id, event]));
  }
}

/** How many events have which status. */
export function byStatus(events) {
  const counts = {};
  for (const { status } of events) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
