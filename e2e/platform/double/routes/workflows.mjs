//! Workflows as deploys leave them, and their instances as tests put them there.

import { Refusal, hexId, now, page } from "../answers.mjs";

const WORKFLOWS = "/accounts/:account/workflows";

const find = ({ data, params }) => {
  const workflow = data.workflows[params.name];
  if (!workflow) throw new Refusal(404, 10_200, "workflow.not_found");
  return workflow;
};

const shown = ({ instances, ...workflow }) => {
  const count = {};
  for (const { status } of instances) count[status] = (count[status] ?? 0) + 1;
  return { ...workflow, instances: count };
};

export default [
  ["GET", WORKFLOWS, ({ data, query }) => page(Object.values(data.workflows).map(shown), query)],
  ["GET", `${WORKFLOWS}/:name`, (context) => shown(find(context))],
  [
    "PUT",
    `${WORKFLOWS}/:name`,
    ({ data, params, json }) => {
      const { script_name, class_name } = json();
      if (!data.scripts[script_name]) throw new Refusal(404, 10_007, "This Worker does not exist on your account.");
      const known = data.workflows[params.name];
      if (known && known.script_name !== script_name) throw new Refusal(409, 10_201, "workflow.name_taken_by_another_script");
      const workflow = { id: crypto.randomUUID(), name: params.name, created_on: now(), instances: [], ...known, script_name, class_name };
      data.workflows[params.name] = { ...workflow, modified_on: now(), version_id: hexId() };
      return shown(data.workflows[params.name]);
    },
  ],
  [
    "DELETE",
    `${WORKFLOWS}/:name`,
    (context) => {
      find(context);
      delete context.data.workflows[context.params.name];
      return { status: "ok", success: true };
    },
  ],
  [
    "GET",
    `${WORKFLOWS}/:name/instances`,
    (context) => {
      const status = context.query.get("status");
      return page(find(context).instances.filter((instance) => !status || instance.status === status), context.query, { size: 25 });
    },
  ],
  [
    "GET",
    `${WORKFLOWS}/:name/instances/:id`,
    (context) => {
      const instance = find(context).instances.find(({ id }) => id === context.params.id);
      if (!instance) throw new Refusal(404, 10_202, "instance.not_found");
      return instance;
    },
  ],
];
