//! What a tenant and a key may ask for: a plan, and what is stored beside it.

use domain::rate::{Class, Limits, Plan, Rate};
use serde::{Deserialize, Serialize};

use crate::ports::Allowance;

/// The largest number that an override may have.
const MOST: u32 = 10_000_000;

/// What is stored in place of a plan's own numbers, as JSON. What is left out is the plan's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitOverrides {
    /// See [`Class::Read`], and so on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<RateOverride>,
    /// Writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write: Option<RateOverride>,
    /// Events over the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingest: Option<RateOverride>,
    /// What costs much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heavy: Option<RateOverride>,
    /// Deliveries to one endpoint; for a tenant only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hook: Option<RateOverride>,
    /// Events of a UTC day; for a tenant only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_per_day: Option<u64>,
    /// Events of a UTC month; for a tenant only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_per_month: Option<u64>,
}

/// How many at once, and how fast after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateOverride {
    /// At once.
    pub burst: u32,
    /// A minute.
    pub per_minute: u32,
}

/// Why overrides cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum OverrideError {
    /// They are not of the form.
    #[error("must be limits such as {{\"read\": {{\"burst\": 100, \"per_minute\": 600}}}}: {0}")]
    Form(#[from] serde_json::Error),
    /// A number cannot be.
    #[error("`{0}` must have numbers from 1 to {MOST}")]
    Number(&'static str),
    /// A key has none of its own.
    #[error("`{0}` is a limit of tenants, not of keys")]
    NotForKeys(&'static str),
}

impl LimitOverrides {
    /// Reads what an operator wrote for a tenant.
    ///
    /// # Errors
    /// [`OverrideError::Form`], [`OverrideError::Number`].
    pub fn of_tenant(json: &str) -> Result<Self, OverrideError> {
        // By way of an object: a list would be taken for the fields in order.
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json)?;
        let overrides: Self = serde_json::from_value(object.into())?;
        for class in Class::ALL {
            let fits = |number: u32| (1..=MOST).contains(&number);
            if overrides.of(class).is_some_and(|rate| !fits(rate.burst) || !fits(rate.per_minute)) {
                return Err(OverrideError::Number(class.as_str()));
            }
        }
        Ok(overrides)
    }

    /// Reads what an operator wrote for a key.
    ///
    /// # Errors
    /// As [`LimitOverrides::of_tenant`], and [`OverrideError::NotForKeys`].
    pub fn of_key(json: &str) -> Result<Self, OverrideError> {
        let overrides = Self::of_tenant(json)?;
        for (name, given) in [
            ("hook", overrides.hook.is_some()),
            ("events_per_day", overrides.events_per_day.is_some()),
            ("events_per_month", overrides.events_per_month.is_some()),
        ] {
            if given {
                return Err(OverrideError::NotForKeys(name));
            }
        }
        Ok(overrides)
    }

    const fn of(&self, class: Class) -> Option<RateOverride> {
        match class {
            Class::Read => self.read,
            Class::Write => self.write,
            Class::Ingest => self.ingest,
            Class::Heavy => self.heavy,
            Class::Hook => self.hook,
        }
    }
}

/// What a tenant and a key may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    tenant: Limits,
    key: LimitOverrides,
}

impl Allowed {
    /// From what is stored. A plan that this build does not know is the standard one, and overrides that it cannot read
    /// are none: neither may keep a tenant out, and both are logged.
    #[must_use]
    pub fn of(allowance: &Allowance) -> Self {
        let plan = allowance.plan.parse().unwrap_or_else(|error| {
            tracing::warn!(event = "limits.unknown_plan", plan = allowance.plan, %error);
            Plan::Standard
        });
        let read = |json: &Option<String>| -> LimitOverrides {
            let Some(json) = json else { return LimitOverrides::default() };
            LimitOverrides::of_tenant(json).unwrap_or_else(|error| {
                tracing::warn!(event = "limits.unreadable_overrides", %error);
                LimitOverrides::default()
            })
        };
        let own = read(&allowance.tenant);
        let limits = plan.limits();
        let rate = |class: Class| own.of(class).map_or(limits.rate(class), rate_of);
        let tenant = Limits {
            read: rate(Class::Read),
            write: rate(Class::Write),
            ingest: rate(Class::Ingest),
            heavy: rate(Class::Heavy),
            hook: rate(Class::Hook),
            events_per_day: own.events_per_day.unwrap_or(limits.events_per_day),
            events_per_month: own.events_per_month.unwrap_or(limits.events_per_month),
        };
        Self { tenant, key: read(&allowance.key) }
    }

    /// The tenant's.
    #[must_use]
    pub const fn tenant(&self) -> &Limits {
        &self.tenant
    }

    /// The key's own rate for a class, beside the tenant's.
    #[must_use]
    pub fn key(&self, class: Class) -> Option<Rate> {
        self.key.of(class).map(rate_of)
    }
}

const fn rate_of(rate: RateOverride) -> Rate {
    Rate::new(rate.burst, rate.per_minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(plan: &str, tenant: Option<&str>, key: Option<&str>) -> Allowed {
        let text = |json: Option<&str>| json.map(str::to_owned);
        Allowed::of(&Allowance { plan: plan.into(), tenant: text(tenant), key: text(key) })
    }

    #[test]
    fn what_is_stored_stands_in_place_of_the_plans_numbers() {
        let plain = allowed("trial", None, None);
        assert_eq!((plain.tenant(), plain.key(Class::Read)), (&Plan::Trial.limits(), None));
        let own = allowed(
            "standard",
            Some(r#"{"heavy":{"burst":7,"per_minute":6},"events_per_day":9}"#),
            Some(r#"{"read":{"burst":1,"per_minute":2}}"#),
        );
        assert_eq!((own.tenant().heavy, own.tenant().events_per_day), (Rate::new(7, 6), 9));
        assert_eq!(own.tenant().read, Plan::Standard.limits().read);
        assert_eq!((own.key(Class::Read), own.key(Class::Write)), (Some(Rate::new(1, 2)), None));
    }

    #[test]
    fn what_cannot_be_read_keeps_nobody_out() {
        let odd = allowed("platinum", Some("[]"), Some("{"));
        assert_eq!((odd.tenant(), odd.key(Class::Read)), (&Plan::Standard.limits(), None));
    }

    #[test]
    fn what_an_operator_writes_is_checked() {
        for (json, expect) in [
            ("[]", "expected a map"),
            (r#"{"reads":{"burst":1,"per_minute":1}}"#, "unknown field `reads`"),
            (r#"{"read":{"burst":0,"per_minute":1}}"#, "`read` must have numbers from 1"),
            (r#"{"hook":{"burst":1,"per_minute":10000001}}"#, "`hook` must have numbers"),
        ] {
            let error = LimitOverrides::of_tenant(json).unwrap_err().to_string();
            assert!(error.contains(expect), "{error}");
        }
        let error = LimitOverrides::of_key(r#"{"events_per_day":1}"#).unwrap_err();
        assert_eq!(error.to_string(), "`events_per_day` is a limit of tenants, not of keys");
        let good = LimitOverrides::of_key(r#"{"read":{"burst":1,"per_minute":1}}"#).unwrap();
        assert_eq!(serde_json::to_string(&good).unwrap(), r#"{"read":{"burst":1,"per_minute":1}}"#);
    }
}
