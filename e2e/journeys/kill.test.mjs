//! The mesh is killed (SIGKILL) at random moments during a stream of deliveries, and every event ends processed, once.
//! `cargo xtask soak --kills 8 --events 500` makes a campaign of it; here it is a sample.

import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { byStatus, Customer } from "../support/customer.mjs";
import { call } from "../support/calls.mjs";
import { readData } from "../support/database.mjs";
import { newState, OwnMesh, removeState } from "../support/own_mesh.mjs";
import { deliver } from "../support/signing.mjs";

const EVENTS = Number(process.env.WEFT_KILL_EVENTS ?? 60);
const KILLS = Number(process.env.WEFT_KILLS ?? 3);
/** How many providers deliver at the same time. */
const PROVIDERS = 4;
/** The longest that a mesh lives before it is killed, in milliseconds, and the shortest. */
const LIFE_MS = [300, 4_000];
/** Every call has these signals, whose text is the same but for the account. */
const SIGNALS = 2;

const kinds = (signals) => signals.map(({ kind }) => kind).sort();

test(`${EVENTS} events and ${KILLS} kills: nothing is lost and nothing done twice`, async (t) => {
  const state = await newState();
  const name = state.slice(-6);
  const deliveries = Array.from({ length: EVENTS }, (_, at) => ({
    id: `msg_${name}_${at}`,
    body: call({ account: `${name} ${at}` }),
    events: new Set(),
  }));
  let mesh;
  t.after(async () => {
    await mesh?.discard();
    await removeState(state);
  });

  for (let kills = 0; ; kills += 1) {
    mesh = await OwnMesh.start(state);
    const customer = new Customer(mesh, mesh.tenants[0]);
    const last = kills === KILLS;
    const life = new AbortController();
    const providers = Array.from({ length: PROVIDERS }, (_, of) => provide(customer, deliveries, of, life.signal));
    if (last) {
      // Each delivery comes until it is acknowledged, and all of them once more.
      await Promise.all(providers);
      for (const delivery of deliveries) await attempt(customer, delivery);
      await assertOnce(customer, deliveries, state);
      await mesh.interrupt();
      return;
    }
    const alive = randomInt(...LIFE_MS);
    await pause(alive);
    await mesh.kill();
    life.abort();
    await Promise.all(providers);
    const known = await readData(state, "SELECT status, count(*) AS count FROM events GROUP BY status");
    t.diagnostic(`killed after ${alive} ms of deliveries: ${JSON.stringify(known)}`);
  }
});

/** Delivers every `PROVIDERS`th delivery that was not acknowledged yet, as long as the mesh lives. */
async function provide(customer, deliveries, of, signal) {
  for (const [at, delivery] of deliveries.entries()) {
    if (at % PROVIDERS !== of || delivery.events.size > 0) continue;
    while (delivery.events.size === 0) {
      if (signal.aborted) return;
      await attempt(customer, delivery);
    }
  }
}

/** Delivers once, and notes the event if the mesh lived long enough to say it. */
async function attempt(customer, delivery) {
  const answer = await deliver(customer.endpoint("standard"), delivery.body, { id: delivery.id }).catch(() => undefined);
  if (answer?.status === 202) delivery.events.add(answer.json.event_id);
  else if (answer !== undefined) assert.equal(answer.status, 503, String(answer));
}

/** Every delivery is one event, which is processed, with one set of signals, one run and no dead letter. */
async function assertOnce(customer, deliveries, state) {
  const ids = deliveries.map(({ id, events }) => {
    assert.equal(events.size, 1, `${id} became ${[...events].join(" and ")}`);
    return [...events][0];
  });
  const events = await customer.allSettled(ids, { seconds: 300 });
  assert.deepEqual(byStatus(events.values()), { processed: deliveries.length });
  assert.equal((await customer.events()).length, deliveries.length, "there are more events than deliveries");
  const [{ count }] = await readData(state, "SELECT count(*) AS count FROM dead_letters");
  assert.equal(count, 0, "nothing died");
  const open = await readData(state, "SELECT event_id FROM outbox");
  assert.deepEqual(open, [], "nothing waits");
  for (const id of ids) {
    const signals = await customer.signals(id);
    assert.deepEqual(kinds(signals), ["budget", "pain"], id);
    assert.equal(events.get(id).signals_count, SIGNALS);
    const { steps } = await customer.event(id);
    assert.ok(
      steps.every(({ status }) => ["succeeded", "skipped"].includes(status)),
      JSON.stringify(steps),
    );
  }
}
