// The one Wasm instance of this isolate, and the calls that it has not answered yet.
//
// A panic unwinds and fails its own call only. What does not unwind (a trap: the stack is used up, memory is) takes the
// instance with it, and every promise that its futures would have settled. Those are kept here, outside the instance,
// so that they fail at once; the next call finds a new instance.
//
// The module may be bundled twice, into the Worker's glue and into its entry module, so its state lives on `globalThis`.

const state = (globalThis[Symbol.for("mesh.instance")] ??= {
  // Counts the instances; what belongs to an earlier number must not be used.
  number: 1,
  stopped: false,
  pending: new Set(),
  // The last words of an instance that cannot unwind.
  words: undefined,
  renew: undefined,
  // Where a short message is put for Rust to take: a place in the present instance's memory.
  memory: undefined,
  place: 0,
  scratch: new Uint8Array(),
});

// The longest message that travels as a string of one character a byte. The platform carries a short string for less
// than the array, its buffer and the view that bytes are; making long ones costs more than that. Rust has this number.
const SHORT = 1024;

// Called by the Worker's glue: how to replace the instance.
export function adopt(renew) {
  state.renew = renew;
}

// The number of the instance to use now, after replacing one that stopped.
export function current() {
  if (state.stopped) {
    state.stopped = false;
    state.number += 1;
    // Without the mesh's own default entrypoint, whoever bundled the Worker has to replace the instance.
    state.renew?.();
  }
  return state.number;
}

// Called by a new instance.
export function lend(memory, place) {
  state.memory = memory;
  state.place = place;
  state.scratch = new Uint8Array(memory.buffer, place, SHORT);
}

// Puts a message where Rust takes it, and gives its length.
export function put(text) {
  const { length } = text;
  if (length > SHORT) throw new TypeError("a mesh call's text has at most 1024 characters");
  // A memory that grew has a new buffer.
  if (state.scratch.length === 0) lend(state.memory, state.place);
  const { scratch } = state;
  for (let place = 0; place < length; place++) scratch[place] = text.charCodeAt(place);
  return length;
}

// A message as a string.
export const textOf = (bytes) => String.fromCharCode.apply(null, bytes);

// A promise for the instance to settle.
export function begin() {
  const call = Promise.withResolvers();
  state.pending.add(call);
  return call;
}

export function settle(call, fulfilled, value) {
  state.pending.delete(call);
  if (fulfilled) call.resolve(value);
  else call.reject(value);
}

// Follows a promise that the instance settles by itself.
export function follow(promise) {
  const call = begin();
  promise.then(
    (value) => settle(call, true, value),
    (reason) => settle(call, false, reason),
  );
  return call.promise;
}

export function lastWords(words) {
  state.words = words;
}

// Called once when the instance stops.
export function stop() {
  state.stopped = true;
  const why = state.words ?? "it trapped; the log has the cause";
  state.words = undefined;
  const calls = [...state.pending];
  state.pending.clear();
  for (const call of calls) {
    const error = new Error(`the Wasm instance of the callee stopped: ${why}`);
    error.name = "InstanceStopped";
    call.reject(error);
  }
}
