// The pipeline's `TenantIndex` alone: the Worker's own Wasm, without the model and the bindings that it has no need of.

import { DurableObject } from "cloudflare:workers";
import * as rust from "../../workers/pipeline/build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export const TenantIndex = expose(DurableObject, rust.TenantIndex);
export default { fetch: () => new Response(null, { status: 404 }) };
