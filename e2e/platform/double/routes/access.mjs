//! Zero Trust: the team, its applications and reusable policies.

import { Refusal, hexId, now, page } from "../answers.mjs";

const APPS = "/accounts/:account/access/apps";
const POLICIES = "/accounts/:account/access/policies";

const one = (list, id) => {
  const found = list.find((item) => item.id === id);
  if (!found) throw new Refusal(404, 11_021, "access.api.error.not_found");
  return found;
};

const team = ({ data }) => {
  if (!data.access.organization) throw new Refusal(404, 9999, "access.api.error.not_enabled");
  return data.access.organization;
};

/** The domain of an application belongs to it alone. */
function check({ access }, { domain, policies = [] }, self) {
  if (access.apps.some((app) => app !== self && app.domain === domain)) {
    throw new Refusal(409, 11_010, "access.api.error.application_already_exists");
  }
  for (const policy of policies) {
    const id = typeof policy === "string" ? policy : policy.id;
    if (!access.policies.some((known) => known.id === id)) throw new Refusal(400, 12_130, "access.api.error.invalid_request: policy not found");
  }
}

export default [
  ["GET", "/accounts/:account/access/organizations", team],
  [
    "GET",
    APPS,
    (context) => {
      team(context);
      return page(context.data.access.apps, context.query);
    },
  ],
  [
    "POST",
    APPS,
    (context) => {
      team(context);
      const app = context.json();
      check(context.data, app);
      const made = { id: crypto.randomUUID(), aud: hexId() + hexId(), created_at: now(), updated_at: now(), ...app };
      context.data.access.apps.push(made);
      return made;
    },
  ],
  ["GET", `${APPS}/:id`, ({ data, params }) => one(data.access.apps, params.id)],
  [
    "PUT",
    `${APPS}/:id`,
    ({ data, params, json }) => {
      const app = one(data.access.apps, params.id);
      const changed = json();
      check(data, changed, app);
      return Object.assign(app, changed, { updated_at: now() });
    },
  ],
  [
    "DELETE",
    `${APPS}/:id`,
    ({ data, params }) => {
      data.access.apps.splice(data.access.apps.indexOf(one(data.access.apps, params.id)), 1);
      return { id: params.id };
    },
  ],
  ["GET", POLICIES, ({ data, query }) => page(data.access.policies, query)],
  [
    "POST",
    POLICIES,
    ({ data, json }) => {
      const policy = { id: crypto.randomUUID(), created_at: now(), updated_at: now(), reusable: true, ...json() };
      data.access.policies.push(policy);
      return policy;
    },
  ],
  ["PUT", `${POLICIES}/:id`, ({ data, params, json }) => Object.assign(one(data.access.policies, params.id), json(), { updated_at: now() })],
  [
    "DELETE",
    `${POLICIES}/:id`,
    ({ data, params }) => {
      const policy = one(data.access.policies, params.id);
      const used = data.access.apps.some(({ policies = [] }) => policies.some((named) => (named.id ?? named) === policy.id));
      if (used) throw new Refusal(409, 12_134, "access.api.error.policy_in_use");
      data.access.policies.splice(data.access.policies.indexOf(policy), 1);
      return { id: params.id };
    },
  ],
];
