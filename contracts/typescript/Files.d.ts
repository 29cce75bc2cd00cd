// The contract `Files`. Written from the Rust types: change those instead.

import type { Answer, Context, ReceivedContext } from "./mesh.js";

/**
 * The gateway's view of a tenant's files.
 *
 * The context's idempotency key stores a file, or begins an upload, once: the same key with the same request gives the
 * first. A file does not change once it is stored.
 *
 * A binding to it has these methods.
 */
export interface Files {
  /** Gives an upload up with its parts. */
  abort_upload(request: GetFile, context: Context<TenantScope>): Promise<Answer<null, FileError>>;
  /** Begins a file that is sent in parts, and reserves its room. */
  begin_upload(request: BeginUploadInput, context: Context<TenantScope>): Promise<Answer<Upload, FileError>>;
  /** Makes a file of the parts. Completing it again gives the file. */
  complete_upload(request: GetFile, context: Context<TenantScope>): Promise<Answer<File, FileError>>;
  /** Deletes a stored file. */
  delete_file(request: GetFile, context: Context<TenantScope>): Promise<Answer<null, FileError>>;
  /** What is known of a stored file. */
  get_file(request: GetFile, context: Context<TenantScope>): Promise<Answer<File, FileError>>;
  /** How far an upload is. */
  get_upload(request: GetFile, context: Context<TenantScope>): Promise<Answer<Upload, FileError>>;
  /** Stored files, newest first. */
  list_files(request: ListFilesInput, context: Context<TenantScope>): Promise<Answer<FilePage, FileError>>;
  /** A stored file's bytes, or a range of them. */
  open_file(request: OpenFileInput, context: Context<TenantScope>): Promise<Answer<OpenedFile, FileError>>;
  /** Stores a file. */
  store_file(request: StoreFileInput, context: Context<TenantScope>): Promise<Answer<File, FileError>>;
  /** Stores a part. Storing it again replaces it. */
  store_part(request: StorePart, context: Context<TenantScope>): Promise<Answer<Part, FileError>>;
}

/** What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`Files`]. */
export interface FilesImplementation {
  /** Gives an upload up with its parts. */
  abort_upload(request: GetFile, context: ReceivedContext<TenantScope>): Promise<Answer<null, FileErrorInput>>;
  /** Begins a file that is sent in parts, and reserves its room. */
  begin_upload(request: BeginUpload, context: ReceivedContext<TenantScope>): Promise<Answer<UploadInput, FileErrorInput>>;
  /** Makes a file of the parts. Completing it again gives the file. */
  complete_upload(request: GetFile, context: ReceivedContext<TenantScope>): Promise<Answer<FileInput, FileErrorInput>>;
  /** Deletes a stored file. */
  delete_file(request: GetFile, context: ReceivedContext<TenantScope>): Promise<Answer<null, FileErrorInput>>;
  /** What is known of a stored file. */
  get_file(request: GetFile, context: ReceivedContext<TenantScope>): Promise<Answer<FileInput, FileErrorInput>>;
  /** How far an upload is. */
  get_upload(request: GetFile, context: ReceivedContext<TenantScope>): Promise<Answer<UploadInput, FileErrorInput>>;
  /** Stored files, newest first. */
  list_files(request: ListFiles, context: ReceivedContext<TenantScope>): Promise<Answer<FilePageInput, FileErrorInput>>;
  /** A stored file's bytes, or a range of them. */
  open_file(request: OpenFile, context: ReceivedContext<TenantScope>): Promise<Answer<OpenedFileInput, FileErrorInput>>;
  /** Stores a file. */
  store_file(request: StoreFile, context: ReceivedContext<TenantScope>): Promise<Answer<FileInput, FileErrorInput>>;
  /** Stores a part. Storing it again replaces it. */
  store_part(request: StorePart, context: ReceivedContext<TenantScope>): Promise<Answer<PartInput, FileErrorInput>>;
}

/** Who acts for a tenant. */
export type Actor =
  /** The holder of an API key. */
  | {
    key: KeyId;
  }
  /** A provider, through a webhook endpoint whose signature was verified. */
  | {
    endpoint: EndpointId;
  }
  /** A scheduled job of the tenant. */
  | {
    job: JobId;
  }
  /** A Worker of the mesh, at work on what the tenant sent before. */
  | {
    service: string;
  };

/** Asks for a file that is sent in parts. */
export interface BeginUpload {
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** How many bytes it will have. */
  size_bytes: bigint;
}

/**
 * Asks for a file that is sent in parts.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface BeginUploadInput {
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** How many bytes it will have. */
  size_bytes: bigint | number;
}

/** Names one endpoint. */
export type EndpointId = string;

/** A stored file. */
export interface File {
  /** When it was first asked for. */
  created_at: Timestamp;
  /** Its strong entity tag, without quotes. */
  etag: string;
  /** Its id. */
  file_id: FileId;
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** SHA-256 in lower-case hexadecimal, where it is known. */
  sha256: string | null;
  /** How many bytes it has. */
  size_bytes: bigint;
}

/**
 * A stored file.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FileInput {
  /** When it was first asked for. */
  created_at: TimestampInput;
  /** Its strong entity tag, without quotes. */
  etag: string;
  /** Its id. */
  file_id: FileId;
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** SHA-256 in lower-case hexadecimal, where it is known. */
  sha256?: string | null;
  /** How many bytes it has. */
  size_bytes: bigint | number;
}

/** Why a request about files was refused. */
export type FileError =
  /** The tenant has no such file. */
  | "NotFound"
  /** The tenant has no such upload. */
  | "UploadNotFound"
  /** A field has a value that it cannot take. */
  | {
    Invalid: {
      /** What is wrong with it, as a predicate. */
      detail: string;
      /** Which, as a JSON pointer. */
      pointer: string;
    };
  }
  /** The bytes have another SHA-256 than was said. */
  | "ChecksumMismatch"
  /** Fewer or more bytes came than was said, or the sender broke off. */
  | "Incomplete"
  /** More bytes came than a file may have that is sent in one piece. */
  | {
    TooLarge: {
      /** How many may. */
      limit: bigint;
    };
  }
  /** The tenant's files would take more room than they may. */
  | {
    QuotaExceeded: {
      /** How much they may. */
      limit: bigint;
      /** How much they take. */
      used: bigint;
    };
  }
  /** Parts are missing. */
  | {
    PartsMissing: {
      /** The first of them. */
      first: number;
      /** How many. */
      missing: number;
    };
  }
  /** The idempotency key was used for another request. */
  | "KeyReused"
  /** A store does not answer. */
  | {
    Unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/**
 * Why a request about files was refused.
 *
 * As it may be sent to a Worker in Rust.
 */
export type FileErrorInput =
  /** The tenant has no such file. */
  | "NotFound"
  /** The tenant has no such upload. */
  | "UploadNotFound"
  /** A field has a value that it cannot take. */
  | {
    Invalid: {
      /** What is wrong with it, as a predicate. */
      detail: string;
      /** Which, as a JSON pointer. */
      pointer: string;
    };
  }
  /** The bytes have another SHA-256 than was said. */
  | "ChecksumMismatch"
  /** Fewer or more bytes came than was said, or the sender broke off. */
  | "Incomplete"
  /** More bytes came than a file may have that is sent in one piece. */
  | {
    TooLarge: {
      /** How many may. */
      limit: bigint | number;
    };
  }
  /** The tenant's files would take more room than they may. */
  | {
    QuotaExceeded: {
      /** How much they may. */
      limit: bigint | number;
      /** How much they take. */
      used: bigint | number;
    };
  }
  /** Parts are missing. */
  | {
    PartsMissing: {
      /** The first of them. */
      first: number;
      /** How many. */
      missing: number;
    };
  }
  /** The idempotency key was used for another request. */
  | "KeyReused"
  /** A store does not answer. */
  | {
    Unavailable: {
      /** For operators. */
      detail: string;
    };
  };

/** Names one file. */
export type FileId = string;

/** A page of files. */
export interface FilePage {
  /** Newest first. */
  items: File[];
  /** Where the next page begins, if there is one. */
  next_before: FileId | null;
}

/**
 * A page of files.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface FilePageInput {
  /** Newest first. */
  items: FileInput[];
  /** Where the next page begins, if there is one. */
  next_before?: FileId | null;
}

/** Names one file or upload. */
export interface GetFile {
  /** Which. */
  file_id: FileId;
}

/** Names one job. */
export type JobId = string;

/** Names one API key. */
export type KeyId = string;

/** Asks for a page of files. */
export interface ListFiles {
  /** Only older than this one. */
  before: FileId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only files of this media type. */
  media_type: string | null;
  /** Only files of this name. */
  name: string | null;
}

/**
 * Asks for a page of files.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface ListFilesInput {
  /** Only older than this one. */
  before?: FileId | null;
  /** At most this many, 1 to 200. */
  limit: number;
  /** Only files of this media type. */
  media_type?: string | null;
  /** Only files of this name. */
  name?: string | null;
}

/** Asks for a file's bytes. */
export interface OpenFile {
  /** Which. */
  file_id: FileId;
  /** How many; up to the end where it is left out. */
  length: bigint | null;
  /** From which byte on, counted from 0. */
  offset: bigint;
}

/**
 * Asks for a file's bytes.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface OpenFileInput {
  /** Which. */
  file_id: FileId;
  /** How many; up to the end where it is left out. */
  length?: bigint | number | null;
  /**
   * From which byte on, counted from 0.
   *
   * @defaultValue `0`
   */
  offset?: bigint | number;
}

/** A file with its bytes, or a range of them. */
export interface OpenedFile {
  /** The bytes, with their length. */
  body: ReadableStream;
  /** The file. */
  file: File;
}

/**
 * A file with its bytes, or a range of them.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface OpenedFileInput {
  /** The bytes, with their length. */
  body: ReadableStream;
  /** The file. */
  file: FileInput;
}

/** A stored part. */
export interface Part {
  /** Its entity tag. */
  etag: string;
  /** Which, from 1. */
  number: number;
  /** How many bytes it has. */
  size_bytes: bigint;
}

/**
 * A stored part.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface PartInput {
  /** Its entity tag. */
  etag: string;
  /** Which, from 1. */
  number: number;
  /** How many bytes it has. */
  size_bytes: bigint | number;
}

/** Asks for a file to be stored. */
export interface StoreFile {
  /** The bytes, with their length where it is known. */
  body: ReadableStream;
  /** What it is said to be. */
  media_type: string;
  /** At most so many bytes will come: the room that is reserved where the stream has no length. */
  most_bytes: bigint;
  /** As its sender calls it. */
  name: string;
  /** SHA-256 of its bytes in lower-case hexadecimal, where the sender gives it: other bytes are refused. */
  sha256: string | null;
}

/**
 * Asks for a file to be stored.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface StoreFileInput {
  /** The bytes, with their length where it is known. */
  body: ReadableStream;
  /** What it is said to be. */
  media_type: string;
  /** At most so many bytes will come: the room that is reserved where the stream has no length. */
  most_bytes: bigint | number;
  /** As its sender calls it. */
  name: string;
  /** SHA-256 of its bytes in lower-case hexadecimal, where the sender gives it: other bytes are refused. */
  sha256?: string | null;
}

/** Asks for a part to be stored. */
export interface StorePart {
  /** The bytes, with their length. */
  body: ReadableStream;
  /** Of which upload. */
  file_id: FileId;
  /** Which part, from 1. */
  number: number;
}

/** Names one tenant. */
export type TenantId = string;

/** The authenticated tenant and who acts for it. */
export interface TenantScope {
  /** Who acts. */
  actor: Actor;
  /** From a verified key, a verified webhook's endpoint, or a stored job; never from a request's own words. */
  tenant: TenantId;
}

/** Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number. */
export type Timestamp = bigint;

/**
 * Unix milliseconds, UTC. Below 2^53 until the year 287396, so exact as a JavaScript number.
 *
 * As it may be sent to a Worker in Rust.
 */
export type TimestampInput = bigint | number;

/** A file whose parts are being sent. */
export interface Upload {
  /** When it was begun. */
  created_at: Timestamp;
  /** When it is given up, unless it was completed. */
  expires_at: Timestamp;
  /** The id, which is the file's once it is complete. */
  file_id: FileId;
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** How many bytes each part has, but the last. */
  part_bytes: bigint;
  /** How many parts there are. */
  part_count: number;
  /** Those that are stored, in order. */
  parts: Part[];
  /** How many bytes it will have. */
  size_bytes: bigint;
}

/**
 * A file whose parts are being sent.
 *
 * As it may be sent to a Worker in Rust.
 */
export interface UploadInput {
  /** When it was begun. */
  created_at: TimestampInput;
  /** When it is given up, unless it was completed. */
  expires_at: TimestampInput;
  /** The id, which is the file's once it is complete. */
  file_id: FileId;
  /** What it is said to be. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** How many bytes each part has, but the last. */
  part_bytes: bigint | number;
  /** How many parts there are. */
  part_count: number;
  /** Those that are stored, in order. */
  parts: PartInput[];
  /** How many bytes it will have. */
  size_bytes: bigint | number;
}
