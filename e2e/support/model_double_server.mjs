//! The double by itself, for whoever isn't JavaScript: says where it is in one line, and runs until its input ends.

import { ModelDouble } from "./model_double.mjs";

const double = await ModelDouble.start();
process.stdout.write(`${double.baseUrl}\n`);
process.stdin.resume();
process.stdin.once("end", () => void double.stop());
