// The instrument's floor: a Worker that answers at once, so that what is left is the runtime's and the driver's cost.

export default {
  fetch(): Response {
    return new Response("1");
  },
};
