//! Mistakes that a customer's program can't make: each line fails to compile, or the test does.

import { connect } from "./client.ts";

export async function mistakes() {
  const gateway = connect("http://127.0.0.1:8787", "wk_");
  // @ts-expect-error there is no such route
  await gateway.GET("/v1/event");
  // @ts-expect-error the route takes no such method
  await gateway.PUT("/v1/events", {});
  // @ts-expect-error an id has to be given
  await gateway.GET("/v1/events/{id}");
  // @ts-expect-error the payload is missing
  await gateway.POST("/v1/events", { body: { source: "generic", type: "note.taken" } });
  // @ts-expect-error the name of a field is misspelled
  await gateway.POST("/v1/events", { body: { sorce: "generic", type: "note.taken", payload: 1 } });
  // @ts-expect-error the endpoints' list has no such filter
  await gateway.GET("/v1/endpoints", { params: { query: { knid: "standard" } } });
  const { data, error } = await gateway.GET("/v1/signals", {});
  // @ts-expect-error a signal has no such field
  data?.items[0]?.qoute;
  // @ts-expect-error there is no answer where there is a problem
  if (error) data.items;
}
