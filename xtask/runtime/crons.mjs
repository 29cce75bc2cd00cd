//! The clock of the cron triggers: the local runtime knows their lines but never fires them.
//!
//! Understands the five-field lines that Cloudflare takes, in UTC, with `*`, lists, ranges and steps. Names of
//! months and days and the letters `L`, `W` and `#` are refused at start, so that none is silently skipped.

const FIELDS = [
  { name: "minute", from: 0, to: 59 },
  { name: "hour", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31 },
  { name: "month", from: 1, to: 12 },
  { name: "day of week", from: 1, to: 7 },
];

/** Parses a cron line into a predicate over `Date`. Throws when the line isn't understood. */
export function parseCron(line) {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`cron \`${line}\` has ${parts.length} fields instead of 5`);
  const allowed = parts.map((part, index) => parseField(line, part, FIELDS[index]));
  // Cloudflare counts the days of the week from Sunday, which is 1.
  return (date) =>
    [
      date.getUTCMinutes(),
      date.getUTCHours(),
      date.getUTCDate(),
      date.getUTCMonth() + 1,
      date.getUTCDay() + 1,
    ].every((value, index) => allowed[index].has(value));
}

function parseField(line, part, { name, from, to }) {
  const allowed = new Set();
  for (const item of part.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
    const [, low, high, step] = match ?? [];
    const first = low === undefined ? from : Number(low);
    const last = high !== undefined ? Number(high) : low === undefined || step !== undefined ? to : first;
    const stride = step === undefined ? 1 : Number(step);
    if (!match || first < from || last > to || first > last || stride === 0) {
      throw new Error(`cron \`${line}\`: the local runtime can't read \`${item}\` as ${name}`);
    }
    for (let value = first; value <= last; value += stride) allowed.add(value);
  }
  return allowed;
}

/** After a start, crons fire once more when what was accepted just before the stop has become due. */
const SETTLED_MS = 20_000;

/**
 * Fires every Worker's crons: all of them once now and once a little later, so that what a stop left over is picked
 * up, then each on its minutes. `fire(role, cron, time)` may fail: the next minute tries again. Gives a function that stops the clock.
 */
export function startCrons(workers, fire) {
  const triggers = workers.flatMap(({ role, crons }) =>
    crons.map((cron) => ({ role, cron, due: parseCron(cron) })),
  );
  const tick = (time, wanted) => {
    for (const { role, cron, due } of triggers) if (wanted(due)) fire(role, cron, time);
  };
  let timer;
  const arm = () => {
    const next = new Date(Math.floor(Date.now() / 60_000 + 1) * 60_000);
    timer = setTimeout(() => {
      arm();
      tick(next, (due) => due(next));
    }, next.getTime() - Date.now());
  };
  arm();
  tick(new Date(), () => true);
  const again = setTimeout(() => tick(new Date(), () => true), SETTLED_MS);
  return () => {
    clearTimeout(timer);
    clearTimeout(again);
  };
}
