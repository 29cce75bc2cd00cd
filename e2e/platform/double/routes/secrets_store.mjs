//! Secrets Store: stores and the names of what is in them. Values go in and never come out.

import { Refusal, hexId, now, page } from "../answers.mjs";

const STORES = "/accounts/:account/secrets_store/stores";

const find = ({ data, params }) => {
  const store = data.secrets_stores.find(({ id }) => id === params.id);
  if (!store) throw new Refusal(404, 1001, "store_not_found");
  return store;
};

const shown = ({ secrets, ...store }) => store;

export default [
  ["GET", STORES, ({ data, query }) => page(data.secrets_stores.map(shown), query)],
  [
    "POST",
    STORES,
    ({ state, data, json }) => {
      const body = json();
      const { name } = Array.isArray(body) ? body[0] : body;
      if (data.secrets_stores.some((store) => store.name === name)) throw new Refusal(409, 1002, "store_name_already_exists");
      state.within("secrets_stores", data.secrets_stores.length, new Refusal(400, 1003, "maximum_stores_exceeded"));
      const store = { id: hexId(), name, created: now(), modified: now(), secrets: [] };
      data.secrets_stores.push(store);
      return Array.isArray(body) ? [shown(store)] : shown(store);
    },
  ],
  [
    "DELETE",
    `${STORES}/:id`,
    (context) => {
      context.data.secrets_stores.splice(context.data.secrets_stores.indexOf(find(context)), 1);
    },
  ],
  ["GET", `${STORES}/:id/secrets`, (context) => page(find(context).secrets, context.query)],
  [
    "POST",
    `${STORES}/:id/secrets`,
    (context) => {
      const store = find(context);
      return context.json().map(({ name, scopes = ["workers"], comment = "" }) => {
        if (store.secrets.some((secret) => secret.name === name)) throw new Refusal(409, 1004, "secret_name_already_exists");
        const secret = { id: hexId(), store_id: store.id, name, scopes, comment, status: "active", created: now(), modified: now() };
        store.secrets.push(secret);
        return secret;
      });
    },
  ],
  [
    "DELETE",
    `${STORES}/:id/secrets/:secret`,
    (context) => {
      const store = find(context);
      store.secrets = store.secrets.filter(({ id }) => id !== context.params.secret);
    },
  ],
];
