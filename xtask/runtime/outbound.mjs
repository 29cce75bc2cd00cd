//! What a mesh on one's own machine says of requests to customers' endpoints: they may be on this machine, and a failed
//! one is tried again within seconds. Production's rules can be tried here with the variables of the same names.

const LOCAL_POLICY = {
  waits_ms: [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000],
  open_after: 5,
  cooldown_ms: 1_000,
  max_cooldown_ms: 10_000,
};

/** The pipeline's variables. */
export function outboundVars(env = process.env) {
  return {
    OUTBOUND_ALLOW_PRIVATE: env.OUTBOUND_ALLOW_PRIVATE ?? "true",
    OUTBOUND_POLICY: env.OUTBOUND_POLICY ?? JSON.stringify(LOCAL_POLICY),
    ...(env.OUTBOUND_RESOLVER && { OUTBOUND_RESOLVER: env.OUTBOUND_RESOLVER }),
  };
}
