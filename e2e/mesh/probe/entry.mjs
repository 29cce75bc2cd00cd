// The probe's classes as the runtime takes them: one line a class.
import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Breaking = expose(WorkerEntrypoint, rust.Breaking);
export const Calls = expose(WorkerEntrypoint, rust.Calls);
export const Contexts = expose(WorkerEntrypoint, rust.Contexts);
export const Desk = expose(WorkerEntrypoint, rust.Desk);
export const NewerHost = expose(WorkerEntrypoint, rust.NewerHost);
export const Notebook = expose(DurableObject, rust.Notebook);
export const OlderHost = expose(WorkerEntrypoint, rust.OlderHost);
export const Panicking = expose(DurableObject, rust.Panicking);
export const Streams = expose(WorkerEntrypoint, rust.Streams);
export const ErrandWorkflow = expose(WorkflowEntrypoint, rust.ErrandWorkflow);
export const Workshop = expose(WorkerEntrypoint, rust.Workshop);
