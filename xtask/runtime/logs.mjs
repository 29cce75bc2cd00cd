//! The Workers' log lines, one JSON object a line in `<state>/logs/workers.jsonl`, as the Workers print them. The log
//! of the start before is kept beside it. Errors are handed on too, so that someone who watches sees them.

import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import path from "node:path";

const NAME = "workers.jsonl";

/** Opens the log in `folder`. `onError` gets a short sentence for each line of level `error`. */
export async function openLog(folder, onError) {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, NAME);
  await rename(file, path.join(folder, `previous-${NAME}`)).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  const stream = createWriteStream(file);
  return {
    file,
    /** Takes one structured log of the runtime. */
    write({ timestamp, level, message }) {
      const own = parseObject(message);
      const entry = own ?? { ts: new Date(timestamp).toISOString(), level, event: "console", message };
      stream.write(`${JSON.stringify(entry)}\n`);
      if ((own?.level ?? level) === "error") onError(summary(entry));
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

function parseObject(message) {
  if (!message.startsWith("{")) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function summary(entry) {
  const words = [entry.service, entry.event === "console" ? undefined : entry.event, entry.message ?? entry.error];
  const text = words.filter((word) => typeof word === "string" && word !== "").join(": ");
  const [line = ""] = text.split("\n");
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
