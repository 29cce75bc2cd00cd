//! Buckets of R2 and their lifecycle rules.

import { Refusal, now } from "../answers.mjs";

const find = ({ data, params }) => {
  const bucket = data.r2.find(({ name }) => name === params.name);
  if (!bucket) throw new Refusal(404, 10_006, "The specified bucket does not exist.");
  return bucket;
};

const shown = ({ name, creation_date }) => ({ name, creation_date, location: "WEUR", storage_class: "Standard" });

export default [
  [
    "GET",
    "/accounts/:account/r2/buckets",
    ({ data, query }) => {
      const size = Number(query.get("per_page") ?? 20);
      const rest = data.r2.toSorted((a, b) => (a.name < b.name ? -1 : 1)).filter(({ name }) => name > (query.get("start_after") ?? ""));
      return { buckets: rest.slice(0, size).map(shown) };
    },
  ],
  [
    "POST",
    "/accounts/:account/r2/buckets",
    ({ state, data, json }) => {
      const { name } = json();
      if (data.account.r2 === false) throw new Refusal(403, 10_042, "Please enable R2 through the Cloudflare Dashboard.");
      if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) throw new Refusal(400, 10_005, "The specified bucket name is not valid.");
      if (data.r2.some((bucket) => bucket.name === name)) {
        throw new Refusal(409, 10_004, "The bucket you tried to create already exists, and you own it.");
      }
      state.within("r2", data.r2.length, new Refusal(400, 10_009, "You have attempted to create more buckets than you are allowed."));
      const bucket = { name, creation_date: now(), lifecycle: [], objects: [] };
      data.r2.push(bucket);
      return shown(bucket);
    },
  ],
  ["GET", "/accounts/:account/r2/buckets/:name", (context) => shown(find(context))],
  [
    "DELETE",
    "/accounts/:account/r2/buckets/:name",
    (context) => {
      const bucket = find(context);
      if (bucket.objects.length > 0) throw new Refusal(409, 10_008, "The bucket you tried to delete is not empty.");
      context.data.r2.splice(context.data.r2.indexOf(bucket), 1);
    },
  ],
  [
    "GET",
    "/accounts/:account/r2/buckets/:name/objects",
    (context) => find(context).objects.slice(0, Number(context.query.get("per_page") ?? 20)).map((key) => ({ key, size: 1 })),
  ],
  [
    "DELETE",
    "/accounts/:account/r2/buckets/:name/objects",
    (context) => {
      const bucket = find(context);
      const keys = context.json();
      if (!(keys.length >= 1 && keys.length <= 1000)) throw new Refusal(400, 10_031, "Between 1 and 1000 keys must be given.");
      bucket.objects = bucket.objects.filter((key) => !keys.includes(key));
      return keys.map((key) => ({ key }));
    },
  ],
  ["GET", "/accounts/:account/r2/buckets/:name/lifecycle", (context) => ({ rules: find(context).lifecycle })],
  [
    "PUT",
    "/accounts/:account/r2/buckets/:name/lifecycle",
    (context) => {
      find(context).lifecycle = context.json().rules ?? [];
    },
  ],
];
