//! Queues and their consumers.

import { Refusal, hexId, now, page } from "../answers.mjs";

const DEFAULTS = { delivery_delay: 0, message_retention_period: 345_600, delivery_paused: false };

const find = ({ data, params }) => {
  const queue = data.queues.find(({ queue_id }) => queue_id === params.id);
  if (!queue) throw new Refusal(404, 11_000, "The specified queue does not exist.");
  return queue;
};

const consumerOf = (context) => {
  const queue = find(context);
  const consumer = queue.consumers.find(({ consumer_id }) => consumer_id === context.params.consumer);
  if (!consumer) throw new Refusal(404, 11_005, "The specified consumer does not exist.");
  return [queue, consumer];
};

/** Who sends to a queue is in the bindings of what is deployed. */
const producers = (data, queue) =>
  Object.entries(data.scripts)
    .filter(([, script]) => (script.versions.at(-1)?.resources.bindings ?? []).some((binding) => binding.queue_name === queue.queue_name))
    .map(([name]) => ({ type: "worker", service: name, script: name, environment: "production" }));

const shown = (data, queue) => {
  const sending = producers(data, queue);
  return { ...queue, producers: sending, producers_total_count: sending.length, consumers_total_count: queue.consumers.length };
};

/** What a consumer is made of, with the platform's defaults; its Worker and its dead-letter queue have to be there. */
function consumer({ data, json }) {
  const { type = "worker", script_name: script, dead_letter_queue, settings = {} } = json();
  if (type === "worker" && !data.scripts[script]) throw new Refusal(404, 11_003, `The script '${script}' does not exist.`);
  if (dead_letter_queue && !data.queues.some(({ queue_name }) => queue_name === dead_letter_queue)) {
    throw new Refusal(400, 11_008, `The dead letter queue '${dead_letter_queue}' does not exist.`);
  }
  const { batch_size = 10, max_retries = 3, max_wait_time_ms = 5000, max_concurrency = null, retry_delay = 0 } = settings;
  const kept = { type, script, service: script, environment: "production", settings: { batch_size, max_retries, max_wait_time_ms, max_concurrency, retry_delay } };
  return dead_letter_queue ? { ...kept, dead_letter_queue } : kept;
}

export default [
  [
    "GET",
    "/accounts/:account/queues",
    ({ data, query }) => {
      const names = query.getAll("name");
      const found = data.queues.filter(({ queue_name }) => names.length === 0 || names.includes(queue_name));
      return page(found.map((queue) => shown(data, queue)), query);
    },
  ],
  [
    "POST",
    "/accounts/:account/queues",
    ({ state, data, json }) => {
      const { queue_name, settings = {} } = json();
      if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(queue_name)) throw new Refusal(400, 11_007, "Queue name is invalid.");
      if (data.queues.some((queue) => queue.queue_name === queue_name)) {
        throw new Refusal(409, 11_009, `Queue name '${queue_name}' is already taken. Please use a different name and try again.`);
      }
      state.within("queues", data.queues.length, new Refusal(403, 11_004, "You have reached the maximum number of queues for your account."));
      const queue = { queue_id: hexId(), queue_name, created_on: now(), modified_on: now(), settings: { ...DEFAULTS, ...settings }, consumers: [] };
      data.queues.push(queue);
      return shown(data, queue);
    },
  ],
  ["GET", "/accounts/:account/queues/:id", (context) => shown(context.data, find(context))],
  [
    "PATCH",
    "/accounts/:account/queues/:id",
    (context) => {
      const queue = find(context);
      Object.assign(queue.settings, context.json().settings);
      return shown(context.data, queue);
    },
  ],
  [
    "DELETE",
    "/accounts/:account/queues/:id",
    (context) => {
      const queue = find(context);
      if (producers(context.data, queue).length > 0) {
        throw new Refusal(400, 11_005, `Queue '${queue.queue_name}' is referenced by producers. Remove the bindings first.`);
      }
      context.data.queues.splice(context.data.queues.indexOf(queue), 1);
    },
  ],
  ["GET", "/accounts/:account/queues/:id/consumers", (context) => find(context).consumers],
  [
    "POST",
    "/accounts/:account/queues/:id/consumers",
    (context) => {
      const queue = find(context);
      if (queue.consumers.length > 0) {
        throw new Refusal(400, 11_004, `Queue '${queue.queue_name}' already has a consumer. A queue can have one consumer of type worker.`);
      }
      const made = { consumer_id: hexId(), created_on: now(), ...consumer(context) };
      queue.consumers.push(made);
      return { ...made, queue_name: queue.queue_name };
    },
  ],
  [
    "PUT",
    "/accounts/:account/queues/:id/consumers/:consumer",
    (context) => {
      const [queue, kept] = consumerOf(context);
      const changed = { consumer_id: kept.consumer_id, created_on: kept.created_on, ...consumer(context) };
      queue.consumers[queue.consumers.indexOf(kept)] = changed;
      return { ...changed, queue_name: queue.queue_name };
    },
  ],
  [
    "DELETE",
    "/accounts/:account/queues/:id/consumers/:consumer",
    (context) => {
      const [queue, kept] = consumerOf(context);
      queue.consumers.splice(queue.consumers.indexOf(kept), 1);
    },
  ],
];
