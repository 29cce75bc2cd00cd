import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../../crates/mesh-worker/js/expose.mjs";

export { default } from "./build/index.js";
export const Guestbook = expose(WorkerEntrypoint, rust.Guestbook);
export const Pages = expose(DurableObject, rust.Pages);
export const Review = expose(WorkflowEntrypoint, rust.Review);
