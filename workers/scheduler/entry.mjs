import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Jobs = expose(WorkerEntrypoint, rust.Jobs);
export const Heartbeats = expose(WorkerEntrypoint, rust.Heartbeats);
export const Scans = expose(WorkerEntrypoint, rust.Scans);
export const Health = expose(WorkerEntrypoint, rust.Health);
export const TenantSchedule = expose(DurableObject, rust.TenantSchedule);
