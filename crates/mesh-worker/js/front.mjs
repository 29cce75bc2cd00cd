// The default entrypoint: the handlers that the platform calls, forwarded to the exported functions of the same names.

import { WorkerEntrypoint } from "cloudflare:workers";
import { adopt, current, follow } from "./instance.mjs";

const HANDLERS = ["fetch", "scheduled", "queue", "email", "connect"];

export function front(rust) {
  adopt(() => {
    rust.__wbg_reset_state();
    rust.__mesh_prepare();
  });
  rust.__mesh_prepare();
  class Front extends WorkerEntrypoint {}
  for (const name of HANDLERS) {
    const handler = rust[name];
    if (!handler) continue;
    Front.prototype[name] = function (argument) {
      current();
      return follow(handler.call(this, argument, this.env, this.ctx));
    };
  }
  return Front;
}
