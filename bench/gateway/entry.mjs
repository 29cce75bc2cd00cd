import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Intake = expose(WorkerEntrypoint, rust.Intake);
export const Tasks = expose(WorkerEntrypoint, rust.Tasks);
// The gateway is bound to it, and nothing that is measured asks it.
export class LiveFeed extends DurableObject {}
