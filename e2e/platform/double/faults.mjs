//! Failures on purpose. A fault waits for the `nth` call from now that fits its `method` and `path` (regular expressions),
//! and then, so many
//! `times`, the call is answered, cut or held as it says.

import { Refusal } from "./answers.mjs";

/** What may be asked for. `before` means that the call has no effect. */
const KINDS = {
  /** An answer of `status` with `code` and `message`. */
  refuse: { before: true },
  /** 429 with `Retry-After: retry_after`, in seconds. */
  rate_limit: { before: true },
  /** The connection ends without an answer. */
  cut: { before: true },
  /** The same after the call took effect. */
  cut_after: { before: false },
  /** No answer ever; `held` tells that it has come so far. */
  hold: { before: true },
  /** The same after the call took effect. */
  hold_after: { before: false },
};

/** See the module. */
export class Faults {
  #waiting = [];
  #held = [];
  #watchers = [];

  add({ kind, path = ".*", method = ".*", nth = 1, times = 1, ...rest }) {
    if (!KINDS[kind]) throw new Refusal(400, 1, `there is no fault \`${kind}\``);
    this.#waiting.push({ kind, path: new RegExp(path), method: new RegExp(`^(${method})$`), left: nth, times, ...rest });
  }

  clear() {
    this.#waiting = [];
    this.#held = [];
  }

  /** The fault of this call, counted once. */
  of(method, path) {
    for (const fault of this.#waiting) {
      if (!fault.method.test(method) || !fault.path.test(path) || fault.times === 0) continue;
      if (fault.left > 1) {
        fault.left -= 1;
        continue;
      }
      fault.times -= 1;
      return { ...fault, ...KINDS[fault.kind] };
    }
    return undefined;
  }

  /** Carries a fault out on a response that nothing was sent of. */
  strike(fault, request, response) {
    if (fault.kind.startsWith("cut")) return request.socket.destroy();
    if (fault.kind.startsWith("hold")) {
      const held = { method: request.method, path: request.url };
      this.#held.push(held);
      for (const tell of this.#watchers.splice(0)) tell(held);
      return undefined;
    }
    const { status = 500, code = 10_001, message = "An unknown error has occurred. Please contact support.", retry_after = 1 } = fault;
    const refusal =
      fault.kind === "rate_limit"
        ? new Refusal(429, 971, "Please wait and consider throttling your request speed", { "retry-after": String(retry_after) })
        : new Refusal(status, code, message);
    response.writeHead(refusal.status, { "content-type": "application/json", ...refusal.headers });
    return response.end(JSON.stringify(refusal.envelope));
  }

  /** The first call that is held, when there is one. */
  held() {
    return this.#held.length > 0 ? this.#held[0] : new Promise((tell) => this.#watchers.push(tell));
  }
}
