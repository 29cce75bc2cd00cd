//! What an environment says of outbound requests.

use domain::delivery::DeliveryPolicy;
use mesh_worker::{BindingError, text_var};
use serde::Deserialize;

use crate::bindings::{OUTBOUND_ALLOW_PRIVATE, OUTBOUND_POLICY, OUTBOUND_RESOLVER};

/// Where requests may go, and how patient we are with endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundConfig {
    /// The DNS resolver's URL, for DNS over HTTPS in JSON.
    pub resolver: String,
    /// Where requests may go.
    pub egress: egress::Policy,
    /// How patient we are.
    pub policy: DeliveryPolicy,
}

/// The fields of [`DeliveryPolicy`]; those that are left out are production's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    waits_ms: Option<Vec<u64>>,
    max_retry_after_ms: Option<u64>,
    open_after: Option<u32>,
    cooldown_ms: Option<u64>,
    max_cooldown_ms: Option<u64>,
    disable_after_ms: Option<u64>,
}

impl OutboundConfig {
    /// Reads the variables.
    ///
    /// # Errors
    /// [`BindingError`], which names the variable at fault.
    pub fn read(env: &worker::Env) -> Result<Self, BindingError> {
        let allow_private = match text_var(env, OUTBOUND_ALLOW_PRIVATE)?.as_str() {
            "true" => true,
            "false" => false,
            other => {
                let message = format!("it must be `true` or `false`, and is `{other}`");
                return Err(BindingError::Unusable { name: OUTBOUND_ALLOW_PRIVATE, message });
            }
        };
        Ok(Self {
            resolver: text_var(env, OUTBOUND_RESOLVER)?,
            egress: egress::Policy { allow_private },
            policy: policy(&text_var(env, OUTBOUND_POLICY)?)?,
        })
    }
}

fn policy(json: &str) -> Result<DeliveryPolicy, BindingError> {
    let written: Written = serde_json::from_str(json).map_err(|error| BindingError::Unusable {
        name: OUTBOUND_POLICY,
        message: format!("it must be a JSON object such as `{{\"waits_ms\":[5000]}}`: {error}"),
    })?;
    let default = DeliveryPolicy::default();
    Ok(DeliveryPolicy {
        waits_ms: written.waits_ms.unwrap_or(default.waits_ms),
        max_retry_after_ms: written.max_retry_after_ms.unwrap_or(default.max_retry_after_ms),
        open_after: written.open_after.unwrap_or(default.open_after),
        cooldown_ms: written.cooldown_ms.unwrap_or(default.cooldown_ms),
        max_cooldown_ms: written.max_cooldown_ms.unwrap_or(default.max_cooldown_ms),
        disable_after_ms: written.disable_after_ms.unwrap_or(default.disable_after_ms),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_environment_leaves_out_is_as_in_production() {
        assert_eq!(policy("{}"), Ok(DeliveryPolicy::default()));
        let quick = policy(r#"{"waits_ms":[10,20],"cooldown_ms":5}"#).unwrap();
        assert_eq!(
            quick,
            DeliveryPolicy { waits_ms: vec![10, 20], cooldown_ms: 5, ..DeliveryPolicy::default() }
        );
    }

    #[test]
    fn a_policy_with_a_slip_in_it_is_refused_rather_than_half_read() {
        for json in ["", "[]", r#"{"wait_ms":[1]}"#, r#"{"waits_ms":"1s"}"#, r#"{"open_after":-1}"#] {
            assert!(
                matches!(policy(json), Err(BindingError::Unusable { name: OUTBOUND_POLICY, .. })),
                "{json}"
            );
        }
    }
}
