// The contract `Workshop`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * What can be had in either language.
 *
 * A binding to it has these methods.
 */
export interface Workshop {
  /** Gives back what it got. */
  echo(request: ValuesInput, context: Context<Visitor>): Promise<Answer<Values, Never>>;
  /** Refuses in its own words. */
  refuse(request: string, context: Context<Visitor>): Promise<Answer<null, RefuseError>>;
  /** Gives back a file with its letters made large. */
  shout(request: File, context: Context<Visitor>): Promise<Answer<File, Never>>;
  /** Says for whom it is called, and how deep in calls. */
  visitor(request: null, context: Context<Visitor>): Promise<Answer<string, Never>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Workshop`]. */
export interface WorkshopImplementation {
  /** Gives back what it got. */
  echo(request: Values, context: ReceivedContext<Visitor>): Promise<Answer<ValuesInput, Never>>;
  /** Refuses in its own words. */
  refuse(request: string, context: ReceivedContext<Visitor>): Promise<Answer<null, RefuseErrorInput>>;
  /** Gives back a file with its letters made large. */
  shout(request: File, context: ReceivedContext<Visitor>): Promise<Answer<File, Never>>;
  /** Says for whom it is called, and how deep in calls. */
  visitor(request: null, context: ReceivedContext<Visitor>): Promise<Answer<string, Never>>;
}

/** A file. */
export interface File {
  /** What is in it. */
  content: ReadableStream;
  /** Its name. */
  name: string;
}

/** Of a method that does not refuse. */
export type Never = never;

/** Why [`Workshop::refuse`] says no. */
export type RefuseError =
  /** As asked. */
  | {
    asked: {
      /** A number past what JavaScript's can say. */
      code: bigint;
      /** What the caller gave as the reason. */
      reason: string;
    };
  };

/**
 * Why [`Workshop::refuse`] says no.
 *
 * As it may be sent to a Worker in Rust.
 */
export type RefuseErrorInput =
  /** As asked. */
  | {
    asked: {
      /** A number past what JavaScript's can say. */
      code: bigint | number;
      /** What the caller gave as the reason. */
      reason: string;
    };
  };

/** Every form of a variant. */
export type Shape =
  /** No content. */
  | "point"
  /** One value. */
  | {
    circle: number;
  }
  /** Named values. */
  | {
    box: {
      /** Down. */
      height: number;
      /** Across. */
      width: number;
    };
  };

/** Values whose neighbors are easily taken for them. */
export interface Values {
  /** A byte string, not a list of numbers. */
  bytes: Uint8Array;
  /** A small integer. */
  count: number;
  /** No integer. */
  fraction: number;
  /** Past what JavaScript's numbers can say. */
  largest: bigint;
  /** Given or not. */
  maybe: number | null;
  /** Every form of a variant. */
  shapes: Shape[];
  /** The same below zero. */
  smallest: bigint;
  /** Text of more than one byte a character. */
  text: string;
}

/**
 * Values whose neighbors are easily taken for them.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ValuesInput {
  /** A byte string, not a list of numbers. */
  bytes: Uint8Array | ArrayBuffer;
  /** A small integer. */
  count: number;
  /** No integer. */
  fraction: number;
  /** Past what JavaScript's numbers can say. */
  largest: bigint | number;
  /** Given or not. */
  maybe?: number | null;
  /** Every form of a variant. */
  shapes: Shape[];
  /** The same below zero. */
  smallest: bigint | number;
  /** Text of more than one byte a character. */
  text: string;
}

/** Whoever is at the probe. */
export interface Visitor {
  /** Who acts. */
  actor: string;
  /** A tenant's key. */
  tenant: string;
}
