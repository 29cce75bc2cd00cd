import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Health = expose(WorkerEntrypoint, rust.Health);
export const TenantLimits = expose(DurableObject, rust.TenantLimits);
