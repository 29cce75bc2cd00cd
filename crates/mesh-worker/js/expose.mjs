// Wraps an exported Rust class in the base class that the runtime asks for. This and one `export const` line a class
// in each Worker's entry module are all the JavaScript there is.
//
// A Rust class that has `methods()` names its RPC methods there. It answers them by their place in that list: through
// `serve(context, env, assets, …)` where each call stands alone, through `call(…)` of an object where there is one to
// keep; `serveText` and `callText` are the same for a short message, which goes to Rust without being passed. Its other prototype methods (`alarm`, `run`) are forwarded as they are.

import { current, put } from "./instance.mjs";

const OWN = new Set(["constructor", "free", "call", "callText"]);

export function expose(Base, Rust, assets = {}) {
  const { serve, serveText } = Rust;
  // RPC reaches prototype methods only, and symbols not at all: what an object is made of is out of a caller's reach.
  const made = Symbol("made");
  class Exposed extends Base {}
  class Kept extends Base {
    constructor(context, env) {
      super(context, env);
      this[made] = { number: current(), rust: new Rust(context, env, assets) };
    }
  }
  const Class = serve ? Exposed : Kept;
  // Where the instance was replaced, the object is made again, as the platform does when it lost its memory.
  const rustOf = (exposed) => {
    const object = exposed[made];
    const number = current();
    if (object.number !== number) {
      object.rust = new Rust(exposed.ctx, exposed.env, assets);
      object.number = number;
    }
    return object.rust;
  };
  const define = (name, value) => Object.defineProperty(Class.prototype, name, { value, writable: true });
  for (const name of Object.getOwnPropertyNames(Rust.prototype)) {
    if (OWN.has(name) || name.startsWith("__")) continue;
    define(name, function (...parameters) {
      return rustOf(this)[name](...parameters);
    });
  }
  for (const [place, name] of (Rust.methods?.() ?? []).entries()) {
    // Bytes go to Rust in the same crossing as the call.
    const answer = serve
      ? function (first, second) {
          current();
          if (second === 0) return serveText(this.ctx, this.env, assets, place, put(first));
          return first instanceof Uint8Array
            ? serve(this.ctx, this.env, assets, place, first, undefined, second)
            : serve(this.ctx, this.env, assets, place, undefined, first, second);
        }
      : function (first, second) {
          const rust = rustOf(this);
          if (second === 0) return rust.callText(place, put(first));
          return first instanceof Uint8Array
            ? rust.call(place, first, undefined, second)
            : rust.call(place, undefined, first, second);
        };
    define(name, answer);
  }
  return Class;
}
