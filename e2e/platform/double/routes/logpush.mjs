//! Logpush jobs of the account.

import { Refusal } from "../answers.mjs";

const JOBS = "/accounts/:account/logpush/jobs";

const find = ({ data, params }) => {
  const job = data.logpush.find(({ id }) => String(id) === params.id);
  if (!job) throw new Refusal(404, 1002, "job not found");
  return job;
};

export default [
  ["GET", JOBS, ({ data }) => data.logpush],
  [
    "POST",
    JOBS,
    ({ data, json }) => {
      const job = json();
      if (!job.destination_conf) throw new Refusal(400, 1002, "error parsing input: destination_conf is required");
      if (data.account.plan !== "workers_paid") throw new Refusal(403, 1004, "creating a new job is not allowed: exceeded max jobs allowed");
      const made = { enabled: false, ...job, id: 1 + Math.max(0, ...data.logpush.map(({ id }) => id)), last_complete: null, last_error: null };
      data.logpush.push(made);
      return made;
    },
  ],
  ["GET", `${JOBS}/:id`, find],
  ["PUT", `${JOBS}/:id`, (context) => Object.assign(find(context), context.json())],
  [
    "DELETE",
    `${JOBS}/:id`,
    (context) => {
      context.data.logpush.splice(context.data.logpush.indexOf(find(context)), 1);
    },
  ],
];
