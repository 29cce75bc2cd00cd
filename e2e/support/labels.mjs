//! Signals against labels, counted as `crates/embedded/tests/extraction_corpus.rs` counts them.
//!
//! A label is found when a signal of its kind overlaps it. A signal is right when it overlaps a label of its kind. A
//! fact that is repeated is labeled once, so a signal near a label of its kind, or one that shares telling words with
//! it or names the same rival, counts neither way. Every other signal is wrong.

/** How far, in turns, a signal may lie from a label to be taken for a repetition of it. */
const NEAR = 3;
/** How many telling words a repetition shares with the label that it repeats. */
const SHARED = 3;

/** Compares the signals of a call with its labels; `text` is its source text. */
export function compare(text, signals, labels) {
  const characters = [...text];
  const turnAt = (place) => characters.slice(0, place).filter((character) => character === "\n").length;
  const placed = labels.map(({ kind, quote_contains: quote }) => {
    const unit = text.indexOf(quote);
    if (unit < 0) throw new Error(`\`${quote}\` is not in the source text`);
    const start = [...text.slice(0, unit)].length;
    return { kind, quote, start, end: start + [...quote].length, turn: turnAt(start) };
  });
  const overlap = (a, b) => a.start < b.end && b.start < a.end;
  const own = (kind) => placed.filter((label) => label.kind === kind);
  const tally = { labeled: placed.length, found: 0, right: 0, repeated: 0, wrong: 0, missed: [], odd: [] };
  for (const label of placed) {
    if (signals.some(({ kind, evidence }) => kind === label.kind && overlap(evidence, label))) tally.found += 1;
    else tally.missed.push(`${label.kind}: ${label.quote}`);
  }
  for (const { kind, evidence } of signals) {
    if (own(kind).some((label) => overlap(evidence, label))) tally.right += 1;
    else if (own(kind).some((label) => repeats(kind, evidence, label))) tally.repeated += 1;
    else {
      tally.wrong += 1;
      tally.odd.push(`${kind}: ${evidence.quote}`);
    }
  }
  return tally;
}

function repeats(kind, evidence, label) {
  return (
    Math.abs(label.turn - evidence.turn) <= NEAR ||
    shared(telling(label.quote), telling(evidence.quote)) >= SHARED ||
    (kind === "competitor" && shared(names(label.quote), names(evidence.quote)) > 0)
  );
}

const words = (text) => text.split(/[^\p{L}\p{N}]+/u);
const long = (word) => Buffer.byteLength(word) >= 5;
const telling = (text) =>
  new Set(
    words(text)
      .filter(long)
      .map((word) => word.toLowerCase()),
  );
const names = (text) =>
  new Set(
    words(text)
      .slice(1)
      .filter((word) => long(word) && /^\p{Lu}/u.test(word)),
  );
const shared = (a, b) => [...a].filter((word) => b.has(word)).length;

/** Adds up tallies. Precision and recall of nothing are 1. */
export function total(tallies) {
  const sum = (field) => tallies.reduce((value, tally) => value + tally[field], 0);
  const ratio = (part, whole) => (whole === 0 ? 1 : part / whole);
  const [labeled, found, right, repeated, wrong] = ["labeled", "found", "right", "repeated", "wrong"].map(sum);
  return {
    labeled,
    found,
    right,
    repeated,
    wrong,
    recall: ratio(found, labeled),
    precision: ratio(right, right + wrong),
  };
}
