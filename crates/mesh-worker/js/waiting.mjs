// The outer half of `src/waiting.rs`: calls and timers whose outcome goes to Rust under a number, in one crossing.

import { put, textOf } from "./instance.mjs";

// How an outcome that isn't bytes is meant.
const VALUE = 0;
const THROWN = 1;
const TIME_UP = 2;

// What to call in the present instance. What an earlier one waited for is nobody's any more.
let current = {};

export function connect(bytes, text, other) {
  current = { bytes, text, other };
}

// The second argument says that the first is a message and not a request that is a string.
export function callWithText(number, target, method, bytes, patience) {
  return follow(number, target[method](textOf(bytes), 0), patience);
}

export function callWithBytes(number, target, method, bytes, patience) {
  // A copy: what is given is a view of the whole memory.
  return follow(number, target[method](bytes.slice()), patience);
}

export function callWithValues(number, target, method, first, second, patience) {
  return follow(number, second === undefined ? target[method](first) : target[method](first, second), patience);
}

export function startTimer(number, milliseconds) {
  const instance = current;
  return setTimeout(() => {
    if (instance === current) instance.other(number, TIME_UP);
  }, milliseconds);
}

export const stopTimer = (timer) => clearTimeout(timer);

// Gives the timer that ends the wait.
function follow(number, pending, patience) {
  const instance = current;
  const timer = startTimer(number, patience);
  // What is no promise yet has a plain answer.
  const outcome = pending?.then ? pending : Promise.resolve(pending);
  outcome.then(
    (reply) => {
      clearTimeout(timer);
      if (instance !== current) return;
      if (typeof reply === "string") instance.text(number, put(reply));
      else if (reply instanceof Uint8Array) instance.bytes(number, reply);
      else instance.other(number, VALUE, reply);
    },
    (thrown) => {
      clearTimeout(timer);
      if (instance === current) instance.other(number, THROWN, thrown);
    },
  );
  return timer;
}
