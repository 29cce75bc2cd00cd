// Wraps an exported Rust class in the base class that the runtime asks for. This and one `export const` line a class
// in each Worker's entry module are all the JavaScript there is.
//
// A Rust class that has `methods()` names its RPC methods there, and answers them all through `call(method, …)`.
// Its other prototype methods (`alarm`, `run`) are forwarded as they are.

const OWN = new Set(["constructor", "free", "call"]);

export function expose(Base, Rust, assets = {}) {
  class Exposed extends Base {
    constructor(context, env) {
      super(context, env);
      // RPC reaches prototype methods only, so this property is out of a caller's reach.
      this.rust = new Rust(context, env, assets);
    }
  }
  const define = (name, value) => Object.defineProperty(Exposed.prototype, name, { value, writable: true });
  for (const name of Object.getOwnPropertyNames(Rust.prototype)) {
    if (OWN.has(name) || name.startsWith("__")) continue;
    define(name, function (...parameters) {
      return this.rust[name](...parameters);
    });
  }
  for (const name of Rust.methods?.() ?? []) {
    define(name, function (first, second) {
      return this.rust.call(name, first, second);
    });
  }
  return Exposed;
}
