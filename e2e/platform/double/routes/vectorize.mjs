//! Vectorize's indexes and their metadata indexes.

import { Refusal, now } from "../answers.mjs";

const INDEXES = "/accounts/:account/vectorize/v2/indexes";

const find = ({ data, params }) => {
  const index = data.vectorize.find(({ name }) => name === params.name);
  if (!index) throw new Refusal(404, 3000, "vectorize.not_found");
  return index;
};

const shown = ({ metadata, ...index }) => index;

export default [
  ["GET", INDEXES, ({ data }) => data.vectorize.map(shown)],
  [
    "POST",
    INDEXES,
    ({ state, data, json }) => {
      const { name, config, description = "" } = json();
      if (data.vectorize.some((index) => index.name === name)) throw new Refusal(409, 3002, "vectorize.index.duplicate_name");
      if (!(config?.dimensions >= 1 && config.dimensions <= 1536)) throw new Refusal(400, 1001, "vectorize.invalid_config: dimensions");
      state.within("vectorize", data.vectorize.length, new Refusal(403, 3005, "vectorize.index.quota_exceeded"));
      const index = { name, description, config, created_on: now(), modified_on: now(), metadata: [] };
      data.vectorize.push(index);
      return shown(index);
    },
  ],
  ["GET", `${INDEXES}/:name`, (context) => shown(find(context))],
  [
    "DELETE",
    `${INDEXES}/:name`,
    (context) => {
      context.data.vectorize.splice(context.data.vectorize.indexOf(find(context)), 1);
    },
  ],
  ["GET", `${INDEXES}/:name/metadata_index/list`, (context) => ({ metadataIndexes: find(context).metadata })],
  [
    "POST",
    `${INDEXES}/:name/metadata_index/create`,
    (context) => {
      const { metadata } = find(context);
      const { propertyName, indexType } = context.json();
      if (metadata.some((field) => field.propertyName === propertyName)) throw new Refusal(409, 4009, "vectorize.metadata_index.duplicate");
      if (metadata.length >= 10) throw new Refusal(400, 4008, "vectorize.metadata_index.too_many");
      metadata.push({ propertyName, indexType });
      return { mutationId: crypto.randomUUID() };
    },
  ],
  [
    "POST",
    `${INDEXES}/:name/metadata_index/delete`,
    (context) => {
      const index = find(context);
      const { propertyName } = context.json();
      index.metadata = index.metadata.filter((field) => field.propertyName !== propertyName);
      return { mutationId: crypto.randomUUID() };
    },
  ],
];
