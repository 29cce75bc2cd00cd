// The default entrypoint: the handlers that the platform calls, forwarded to the exported functions of the same names.
//
// An object, not a class: the platform would make an object of a class for each request.

import { adopt, current, follow } from "./instance.mjs";

const HANDLERS = ["fetch", "scheduled", "queue", "email", "connect"];

export function front(rust) {
  adopt(() => {
    rust.__wbg_reset_state();
    rust.__mesh_prepare();
  });
  rust.__mesh_prepare();
  const handlers = {};
  for (const name of HANDLERS) {
    // The mesh's own handlers answer with promises that fail by themselves when the instance stops.
    const own = rust[`__mesh_${name}`];
    const other = rust[name];
    if (own) {
      handlers[name] = (argument, env, context) => {
        current();
        return own(argument, env, context);
      };
    } else if (other) {
      handlers[name] = (argument, env, context) => {
        current();
        return follow(other(argument, env, context));
      };
    }
  }
  return handlers;
}
