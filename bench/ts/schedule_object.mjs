// The scheduler's `TenantSchedule` alone: the Worker's own Wasm, without the entrypoints that it has no need of.

import { DurableObject } from "cloudflare:workers";
import * as rust from "../../workers/scheduler/build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export const TenantSchedule = expose(DurableObject, rust.TenantSchedule);
export default { fetch: () => new Response(null, { status: 404 }) };
