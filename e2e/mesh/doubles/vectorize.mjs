//! Vectorize as the runtime's own client sees it: an index of three dimensions behind HTTP, with the product's checks,
//! codes and words. Writes wait until `settle()`, as the product's do for some seconds.

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

const DIMENSIONS = 3;
/** Fields with a metadata index; others are not filterable. */
const INDEXED = ["kind", "score"];

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const bytes = (text) => Buffer.byteLength(text);

/** The index, and the server that speaks for it. */
export class VectorizeDouble {
  /** What was asked, in order: `{path, contentType, body}`. */
  requests = [];
  #vectors = new Map();
  #pending = [];
  #processed = { mutation: "", time: "" };
  #busy = 0;
  #server;

  /** Starts it; `origin` says where. */
  async start() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    // A test whose Workers do not start never stops this, and must end all the same.
    this.#server.unref();
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** Makes all that was written visible. */
  settle() {
    for (const { mutation, apply } of this.#pending.splice(0)) {
      apply();
      this.#processed = { mutation, time: new Date(0).toISOString() };
    }
  }

  /** Refuses the next request as one too many. */
  refuseOnce() {
    this.#busy += 1;
  }

  async #serve(request, response) {
    const chunks = await Array.fromAsync(request);
    const url = new URL(request.headers["mf-url"]);
    const asked = {
      path: url.pathname,
      contentType: request.headers["mf-header-content-type"],
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(asked);
    const { status, body } = this.#answer(asked);
    response.writeHead(status, { "content-type": "application/json", "mf-forwarded-response": "1" });
    response.end(JSON.stringify(body));
  }

  #answer({ path, contentType, body }) {
    try {
      if (this.#busy > 0) {
        this.#busy -= 1;
        throw new Refusal(40041, "Too Many Requests");
      }
      return { status: 200, body: this.#do(path, contentType, body) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: 400, body: { code: error.code, error: error.message } };
    }
  }

  #do(path, contentType, body) {
    switch (path) {
      case "/info":
        return {
          vectorCount: this.#vectors.size,
          dimensions: DIMENSIONS,
          processedUpToDatetime: this.#processed.time,
          processedUpToMutation: this.#processed.mutation,
        };
      case "/insert":
      case "/upsert":
        return this.#write(path, contentType, body);
      case "/getByIds":
        return idsOf(body, 20).flatMap((id) => this.#vectors.get(id) ?? []);
      case "/deleteByIds": {
        const ids = idsOf(body, 100);
        return this.#mutate(() => ids.forEach((id) => this.#vectors.delete(id)));
      }
      case "/query":
        return this.#query(JSON.parse(body));
      default:
        throw new Refusal(10000, `no such route: ${path}`);
    }
  }

  #write(path, contentType, body) {
    if (contentType !== "application/x-ndjson") throw new Refusal(40023, "failed to parse upsert vectors request");
    const vectors = body.split("\n").map((line) => JSON.parse(line));
    if (vectors.length > 1000) throw new Refusal(40012, `too many vectors; max is 1000, got ${vectors.length}`);
    vectors.forEach(checkVector);
    return this.#mutate(() => {
      for (const vector of vectors) {
        if (path === "/upsert" || !this.#vectors.has(vector.id)) this.#vectors.set(vector.id, vector);
      }
    });
  }

  #mutate(apply) {
    const mutation = randomUUID();
    this.#pending.push({ mutation, apply });
    return { mutationId: mutation };
  }

  #query({ vector, vectorId, topK = 5, namespace, returnValues = false, returnMetadata = "none", filter, ...rest }) {
    if (Object.keys(rest).length > 0) throw new Refusal(40026, `Failed to parse the request body as JSON: ${Object.keys(rest)}`);
    if (!["none", "indexed", "all"].includes(returnMetadata)) {
      throw new Refusal(40026, "Failed to parse the request body as JSON: returnMetadata: expected value");
    }
    const limit = returnValues || returnMetadata === "all" ? 50 : 100;
    if (topK > limit) throw new Refusal(40025, `max top K is ${limit}, but got ${topK}`);
    const wanted = vector ?? this.#vectors.get(vectorId)?.values;
    if (wanted === undefined) throw new Refusal(40004, `no vector with the id ${vectorId}`);
    checkDimensions("query ", wanted);
    const matches = [...this.#vectors.values()]
      .filter((candidate) => namespace === undefined || candidate.namespace === namespace)
      .filter((candidate) => fulfils(filter, candidate.metadata ?? {}))
      .map((candidate) => ({ candidate, score: cosine(wanted, candidate.values) }))
      .sort((one, other) => other.score - one.score)
      .slice(0, topK)
      .map(({ candidate: { id, values, metadata, ...more }, score }) => ({
        id,
        score,
        ...more,
        ...(returnValues ? { values } : {}),
        ...(returnMetadata === "all" ? { metadata } : {}),
        ...(returnMetadata === "indexed" ? { metadata: cut(metadata) } : {}),
      }));
    return { count: matches.length, matches };
  }
}

function idsOf(body, limit) {
  const { ids } = JSON.parse(body);
  if (ids.length > limit) {
    throw new Refusal(40007, `too many ids in payload; max id count is ${limit}, got ${ids.length}`);
  }
  return ids;
}

function checkVector({ id, values, namespace, metadata, ...rest }) {
  if (Object.keys(rest).length > 0) throw new Refusal(40023, `failed to parse upsert vectors request: ${Object.keys(rest)}`);
  if (typeof id !== "string" || bytes(id) > 64) throw new Refusal(40008, `id too long; max is 64 bytes, got ${bytes(id)} bytes`);
  checkDimensions("", values);
  if (namespace !== undefined && bytes(namespace) > 64) throw new Refusal(40009, "namespace too long");
  if (metadata !== undefined && bytes(JSON.stringify(metadata)) > 10_240) throw new Refusal(40010, "metadata too large");
}

function checkDimensions(what, values) {
  if (!Array.isArray(values) || !values.every(Number.isFinite)) throw new Refusal(40023, "values are no numbers");
  if (values.length !== DIMENSIONS) {
    throw new Refusal(40006, `invalid ${what}vector, expected ${DIMENSIONS} dimensions, and got ${values.length} dimensions`);
  }
}

function cosine(one, other) {
  const dot = (left, right) => left.reduce((sum, value, at) => sum + value * right[at], 0);
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other));
}

const OPERATORS = {
  $eq: (value, operand) => value === operand,
  $ne: (value, operand) => value !== operand,
  $in: (value, operands) => operands.includes(value),
  $nin: (value, operands) => !operands.includes(value),
  $lt: (value, operand) => value < operand,
  $lte: (value, operand) => value <= operand,
  $gt: (value, operand) => value > operand,
  $gte: (value, operand) => value >= operand,
};

function fulfils(filter = {}, metadata) {
  return Object.entries(filter).every(([field, conditions]) => {
    if (!INDEXED.includes(field)) return false;
    const value = field.split(".").reduce((inner, part) => inner?.[part], metadata);
    return Object.entries(conditions).every(([operator, operand]) => OPERATORS[operator](value, operand));
  });
}

function cut(metadata = {}) {
  const known = Object.entries(metadata).filter(([field]) => INDEXED.includes(field));
  return Object.fromEntries(known.map(([field, value]) => [field, typeof value === "string" ? value.slice(0, 64) : value]));
}
