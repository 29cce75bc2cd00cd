//! Who asks: tokens, accounts, the user.

import { page } from "../answers.mjs";

const account = (data) => ({ id: data.account.id, name: data.account.name, type: "standard", settings: {} });

const verified = ({ data, headers }) => {
  const token = data.tokens.find(({ value }) => headers.authorization === `Bearer ${value}`);
  return { id: token.id, status: token.status };
};

export default [
  ["GET", "/user", ({ data }) => ({ ...data.user, first_name: null, last_name: null })],
  ["GET", "/user/tokens/verify", verified],
  ["GET", "/accounts/:account/tokens/verify", verified],
  ["GET", "/accounts", ({ data, query }) => page([account(data)], query)],
  ["GET", "/accounts/:account", ({ data }) => account(data)],
  [
    "GET",
    "/memberships",
    ({ data, query }) => page([{ id: "33333333333333333333333333333333", status: "accepted", account: account(data), roles: [] }], query),
  ],
  // What the account pays for; the plan of Workers is among it.
  [
    "GET",
    "/accounts/:account/subscriptions",
    ({ data }) => [{ id: "44444444444444444444444444444444", state: "Paid", rate_plan: { id: data.account.plan, public_name: data.account.plan } }],
  ],
  ["GET", "/zones", ({ data, query }) => page(data.zones.filter(({ name }) => !query.get("name") || query.get("name") === name), query)],
];
