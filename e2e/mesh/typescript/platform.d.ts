// The little of the platform's own declarations that this Worker uses, so that checking it needs no further package.

declare module "cloudflare:workers" {
  export abstract class WorkerEntrypoint<Env = unknown> {
    constructor(context: unknown, env: Env);
    protected readonly env: Env;
  }
}

/** The platform's own pipe. */
declare class IdentityTransformStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
