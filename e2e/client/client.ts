//! A customer's program in TypeScript, over types that are generated from the gateway's description and nothing else:
//! what it misspells does not compile. Node runs it as it is, since all that is not JavaScript in it can be erased.

import createClient from "openapi-fetch";

import type { components, paths } from "gateway";

type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** A refusal, with its stable code. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** The gateway at an origin, seen with a key. */
export const connect = (origin: string, key: string) =>
  createClient<paths>({ baseUrl: origin, headers: { authorization: `Bearer ${key}` } });

export type Gateway = ReturnType<typeof connect>;

/** What was answered, or the refusal thrown. */
function answered<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error !== undefined) throw new Refusal(answer.error);
  if (answer.data === undefined) throw new Error("there is neither an answer nor a problem");
  return answer.data;
}

/** Sends an event once, however often it is called with this name. */
export async function submit(gateway: Gateway, name: string, event: Schemas["SubmitEvent"]) {
  const params = { header: { "Idempotency-Key": name } };
  return answered(await gateway.POST("/v1/events", { params, body: event }));
}

/** An event with its steps. */
export const readEvent = async (gateway: Gateway, id: Schemas["EventId"]) =>
  answered(await gateway.GET("/v1/events/{id}", { params: { path: { id } } }));

/** Every signal of an event, page by page. */
export async function signalsOf(gateway: Gateway, event_id: Schemas["EventId"], limit: number) {
  const signals: Schemas["Signal"][] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = cursor === undefined ? { event_id, limit } : { event_id, limit, cursor };
    const page = answered(await gateway.GET("/v1/signals", { params: { query } }));
    signals.push(...page.items);
    cursor = page.next_cursor;
  }
  return signals;
}

/** What is found for a question. */
export const search = async (gateway: Gateway, q: string) =>
  answered(await gateway.GET("/v1/search", { params: { query: { q, limit: 5 } } })).hits;

/** Makes a job that repeats, and gives its next times. */
export async function schedule(gateway: Gateway, job: Schemas["CreateJob"]) {
  const { id, preview } = answered(await gateway.POST("/v1/jobs", { body: job }));
  return { id, preview };
}

/** Deletes a job. */
export async function unschedule(gateway: Gateway, id: Schemas["JobId"]) {
  const { error } = await gateway.DELETE("/v1/jobs/{id}", { params: { path: { id } } });
  if (error) throw new Refusal(error);
}

/** Stores a file's bytes under a name. */
export async function store(gateway: Gateway, name: string, bytes: Blob) {
  const answer = await gateway.POST("/v1/files", {
    params: { query: { name } },
    body: "",
    bodySerializer: () => bytes,
  });
  return answered(answer);
}

/** The first bytes of a file. */
export async function firstBytes(gateway: Gateway, id: Schemas["FileId"], count: number) {
  const params = { path: { id }, header: { Range: `bytes=0-${count - 1}` } };
  const { data, error } = await gateway.GET("/v1/files/{id}", { params, parseAs: "arrayBuffer" });
  if (error) throw new Refusal(error);
  return data;
}
