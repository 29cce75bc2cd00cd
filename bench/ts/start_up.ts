// Times what starting a Worker takes beyond its JavaScript: compiling and instantiating its Wasm, in this very runtime.
// A custom section with random bytes makes each module new to the engine, which would else answer from its cache.

import wasm from "./worker.bin";

interface Env {
  UNSAFE: { newWasmModule(bytes: Uint8Array): WebAssembly.Module };
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const times = Number(new URL(request.url).pathname.slice(1));
    const modules = Array.from({ length: times }, () => unique(new Uint8Array(wasm)));
    const begun = performance.now();
    for (const bytes of modules) start(env.UNSAFE.newWasmModule(bytes));
    const taken = performance.now() - begun;
    return new Response(String(taken / times));
  },
};

/** Instantiates a module as its glue does, with functions that do nothing in the place of the glue's. */
function start(module: WebAssembly.Module): void {
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = kind === "tag" ? WebAssembly.JSTag : () => undefined;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  exports.__wbindgen_start();
}

/** The same module with a custom section at its end: type 0, its length, its name's length and name, its bytes. */
function unique(bytes: Uint8Array): Uint8Array {
  const section = Uint8Array.of(0, 18, 1, 0x78, ...crypto.getRandomValues(new Uint8Array(16)));
  const whole = new Uint8Array(bytes.length + section.length);
  whole.set(bytes);
  whole.set(section, bytes.length);
  return whole;
}
