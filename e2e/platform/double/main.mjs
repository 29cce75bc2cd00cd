//! Runs the double by itself: `node e2e/platform/double/main.mjs [--port N] [--state FOLDER]`. Its one line
//! on standard output is JSON with what to put into the environment of wrangler and `cargo xtask`.

import { parseArgs } from "node:util";

import { PlatformDouble } from "./double.mjs";

const { values } = parseArgs({ options: { port: { type: "string", default: "0" }, state: { type: "string" } } });
const double = await PlatformDouble.start({ port: Number(values.port), folder: values.state });
process.stdout.write(`${JSON.stringify({ url: double.url, environment: double.environment })}\n`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => double.stop());
