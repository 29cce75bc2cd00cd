// Asks a running Worker's isolate, over the runtime's inspector, how much memory it holds: `node heap.mjs PORT SERVICE`.
// Prints JSON: `heap_bytes` of JavaScript, with what it refers to, and `wasm_bytes` of the Wasm memory.

import { WebSocket } from "ws";

const [port, service] = process.argv.slice(2);
// The inspector takes no compressed messages.
const socket = new WebSocket(`ws://127.0.0.1:${port}/${service}`, { perMessageDeflate: false });
let asked = 0;

/** One command of the DevTools protocol. */
function ask(method, params) {
  const id = (asked += 1);
  socket.send(JSON.stringify({ id, method, params }));
  return new Promise((resolve, reject) => {
    socket.on("message", (text) => {
      const answer = JSON.parse(String(text));
      if (answer.id !== id) return;
      if (answer.error) reject(new Error(answer.error.message));
      else resolve(answer.result);
    });
  });
}

await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
const contexts = [];
socket.on("message", (text) => {
  const { method, params } = JSON.parse(String(text));
  if (method === "Runtime.executionContextCreated") contexts.push(params.context.id);
});
await ask("Runtime.enable");
const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await ask("Runtime.getHeapUsage");
// Where the mesh keeps what belongs to the instance; the platform counts Wasm memory, the heap's figures do not.
const expression = `globalThis[Symbol.for("mesh.instance")].memory.buffer.byteLength`;
const { result } = await ask("Runtime.evaluate", { expression, contextId: contexts[0] });
const heap = usedSize + embedderHeapUsedSize + backingStorageSize;
console.log(JSON.stringify({ heap_bytes: heap, wasm_bytes: result.value }));
socket.close();
