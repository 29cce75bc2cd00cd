//! Namespaces of KV; what is in them nobody asks for over the API.

import { Refusal, hexId, page } from "../answers.mjs";

const missing = () => new Refusal(404, 10_013, "get namespace: 'namespace not found'");

const find = ({ data, params }) => {
  const namespace = data.kv.find(({ id }) => id === params.id);
  if (!namespace) throw missing();
  return namespace;
};

export default [
  ["GET", "/accounts/:account/storage/kv/namespaces", ({ data, query }) => page(data.kv, query, { largest: 1000 })],
  [
    "POST",
    "/accounts/:account/storage/kv/namespaces",
    ({ state, data, json }) => {
      const { title } = json();
      if (data.kv.some((namespace) => namespace.title === title)) {
        throw new Refusal(400, 10_014, "create namespace: 'a namespace with this account ID and title already exists'");
      }
      state.within("kv", data.kv.length, new Refusal(400, 10_047, "create namespace: 'you have reached the maximum number of namespaces for your account'"));
      const namespace = { id: hexId(), title, supports_url_encoding: true };
      data.kv.push(namespace);
      return namespace;
    },
  ],
  ["GET", "/accounts/:account/storage/kv/namespaces/:id", find],
  [
    "DELETE",
    "/accounts/:account/storage/kv/namespaces/:id",
    (context) => {
      context.data.kv.splice(context.data.kv.indexOf(find(context)), 1);
    },
  ],
];
