import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Back = expose(WorkerEntrypoint, rust.Back);
export const Middle = expose(WorkerEntrypoint, rust.Middle);
export const CounterObject = expose(DurableObject, rust.CounterObject);
