// Wraps an exported Rust class in the base class that the runtime asks for. This and one `export const` line a class
// in each Worker's entry module are all the JavaScript there is.
//
// A Rust class that has `methods()` names its RPC methods there. It answers them by their place in that list: through
// `serve(context, env, assets, …)` where each call stands alone, through `call(…)` of an object where there is one to
// keep. Its other prototype methods (`alarm`, `run`) are forwarded as they are.

const OWN = new Set(["constructor", "free", "call"]);

export function expose(Base, Rust, assets = {}) {
  const { serve } = Rust;
  class Exposed extends Base {
    constructor(context, env) {
      super(context, env);
      // RPC reaches prototype methods only, so this property is out of a caller's reach.
      if (!serve) this.rust = new Rust(context, env, assets);
    }
  }
  const define = (name, value) => Object.defineProperty(Exposed.prototype, name, { value, writable: true });
  for (const name of Object.getOwnPropertyNames(Rust.prototype)) {
    if (OWN.has(name) || name.startsWith("__")) continue;
    define(name, function (...parameters) {
      return this.rust[name](...parameters);
    });
  }
  for (const [place, name] of (Rust.methods?.() ?? []).entries()) {
    // Bytes go to Rust in the same crossing as the call.
    const answer = serve
      ? function (first, second) {
          return first instanceof Uint8Array
            ? serve(this.ctx, this.env, assets, place, first, undefined, second)
            : serve(this.ctx, this.env, assets, place, undefined, first, second);
        }
      : function (first, second) {
          return first instanceof Uint8Array
            ? this.rust.call(place, first, undefined, second)
            : this.rust.call(place, undefined, first, second);
        };
    define(name, answer);
  }
  return Exposed;
}
