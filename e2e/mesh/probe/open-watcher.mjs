// Hears the tail of others without redaction. Its handler is on the default export, which is where a tail goes.
import { WorkerEntrypoint } from "cloudflare:workers";
import * as rust from "./build/index.js";
import { expose } from "../../../crates/mesh-worker/js/expose.mjs";

export default expose(WorkerEntrypoint, rust.OpenWatcher);
