import { DurableObject, WorkerEntrypoint, WorkflowEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../crates/mesh-worker/js/expose.mjs";
import vocabulary from "../../crates/embedded/model/vocab.txt";
import weights from "../../crates/embedded/model/static-minilm.safetensors";

const model = { vocabulary, weights };

export { default } from "./build/index.js";
export const Intake = expose(WorkerEntrypoint, rust.Intake, model);
export const Tasks = expose(WorkerEntrypoint, rust.Tasks, model);
export const Subscriptions = expose(WorkerEntrypoint, rust.Subscriptions);
export const Files = expose(WorkerEntrypoint, rust.Files);
export const Rules = expose(WorkerEntrypoint, rust.Rules);
export const DeadLetters = expose(WorkerEntrypoint, rust.DeadLetters);
export const Health = expose(WorkerEntrypoint, rust.Health);
export const TenantIndex = expose(DurableObject, rust.TenantIndex);
export const Workflows = expose(WorkerEntrypoint, rust.Workflows);
export const AccountReport = expose(WorkflowEntrypoint, rust.AccountReport);
export const Backfill = expose(WorkflowEntrypoint, rust.Backfill);
export const CrmChange = expose(WorkflowEntrypoint, rust.CrmChange);
export const SpendApproval = expose(WorkflowEntrypoint, rust.SpendApproval);
export const LiveFeed = expose(DurableObject, rust.LiveFeed);
export const SubscriptionQueue = expose(DurableObject, rust.SubscriptionQueue);
export const CallIngest = expose(WorkflowEntrypoint, rust.CallIngest, model);
export const Erase = expose(WorkflowEntrypoint, rust.Erase);
export const Erasure = expose(WorkerEntrypoint, rust.Erasure);
export const Retention = expose(WorkerEntrypoint, rust.Retention);
export const Usage = expose(WorkerEntrypoint, rust.Usage);
