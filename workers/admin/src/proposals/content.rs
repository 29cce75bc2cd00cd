//! What an action would touch: measured when it is proposed, and again before it happens.

use std::collections::BTreeMap;

use contracts::pipeline::redrives::GetGroup;
use domain::DeathCause;
use domain::second_person::{DangerousAction, Touched};
use ids::TenantId;
use serde::{Deserialize, Serialize};

use super::Proposals;
use crate::erasures;
use crate::problem::{Code, Problem};
use crate::redrives;

/// The most keys of a tenant that are replaced at once.
const MOST_KEYS: usize = 100;
/// Of so many tenants at most a group's are told by name.
const MOST_NAMED: u32 = 50;

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    EraseTenant { tenant: TenantId },
    Redrive { group: String, tenant: Option<TenantId>, per_second: u32 },
    RotateKeys { tenant: TenantId, overlap_hours: u32 },
}

impl Wish {
    pub(crate) const fn action(&self) -> DangerousAction {
        match self {
            Self::EraseTenant { .. } => DangerousAction::EraseTenant,
            Self::Redrive { .. } => DangerousAction::Redrive,
            Self::RotateKeys { .. } => DangerousAction::RotateKeys,
        }
    }

    pub(crate) const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::EraseTenant { tenant } | Self::RotateKeys { tenant, .. } => Some(*tenant),
            Self::Redrive { tenant, .. } => *tenant,
        }
    }
}

/// What is shown, hashed and approved: what is wanted, and what that would touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// `erase_tenant`, `redrive` or `rotate_keys`.
    pub action: String,
    /// Whose data, where it is one tenant's.
    pub tenant: Option<TenantId>,
    /// The group's fingerprint, of a redrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How many letters a second, of a redrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    /// For how many hours the old keys go on opening, of a rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_hours: Option<u32>,
    /// What it is called, by what it is.
    pub names: BTreeMap<String, String>,
    /// How many there are of what.
    pub counts: BTreeMap<String, u32>,
}

impl Content {
    pub(super) fn touched(&self) -> Touched {
        Touched { names: self.names.clone(), counts: self.counts.clone() }
    }

    /// What was wanted; none where the record is of another version of this Worker.
    pub(super) fn wish(&self) -> Option<Wish> {
        Some(match self.action.parse().ok()? {
            DangerousAction::EraseTenant => Wish::EraseTenant { tenant: self.tenant? },
            DangerousAction::Redrive => Wish::Redrive {
                group: self.group.clone()?,
                tenant: self.tenant,
                per_second: self.per_second?,
            },
            DangerousAction::RotateKeys => {
                Wish::RotateKeys { tenant: self.tenant?, overlap_hours: self.overlap_hours? }
            }
        })
    }
}

fn named(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(what, name)| ((*what).to_owned(), (*name).to_owned())).collect()
}

impl Proposals<'_> {
    /// What `wish` would touch now.
    ///
    /// # Errors
    /// There is no such tenant or group; there is nothing to touch, or too much at once; something does not answer.
    pub(super) async fn measure(&self, wish: &Wish) -> Result<Content, Problem> {
        let content = Content {
            action: wish.action().to_string(),
            tenant: wish.tenant(),
            group: None,
            per_second: None,
            overlap_hours: None,
            names: BTreeMap::new(),
            counts: BTreeMap::new(),
        };
        match wish {
            Wish::EraseTenant { tenant } => {
                let of = self.tenants.show(*tenant).await?;
                let measure = erasures::measure(self.erasures, &self.tenant_call(*tenant, None)).await?;
                let counts = measure.rows.into_iter().map(|count| (count.table, count.rows)).collect();
                let names = named(&[("name", &of.name), ("slug", &of.slug)]);
                Ok(Content { names, counts, ..content })
            }
            Wish::Redrive { group, tenant, per_second } => {
                let (names, counts) = self.measure_group(group, *tenant).await?;
                let (group, per_second) = (Some(group.clone()), Some(*per_second));
                Ok(Content { group, per_second, names, counts, ..content })
            }
            Wish::RotateKeys { tenant, overlap_hours } => {
                let of = self.tenants.show(*tenant).await?;
                let keys = self.tenants.open_keys(*tenant).await?;
                let refuse = |detail: String| Err(Problem::new(Code::NotPossible, detail));
                match keys.len() {
                    0 => return refuse("the tenant has no open key".into()),
                    count if count > MOST_KEYS => {
                        return refuse(format!(
                            "the tenant has {count} open keys, and at most {MOST_KEYS} are replaced at once: revoke what nobody uses"
                        ));
                    }
                    _ => {}
                }
                let mut names = named(&[("name", &of.name), ("slug", &of.slug)]);
                let counts = BTreeMap::from([("keys".to_owned(), keys.len() as u32)]);
                names.extend(keys.into_iter().map(|key| (key.key_id.to_string(), key.name)));
                Ok(Content { overlap_hours: Some(*overlap_hours), names, counts, ..content })
            }
        }
    }

    async fn measure_group(
        &self,
        fingerprint: &str,
        tenant: Option<TenantId>,
    ) -> Result<(BTreeMap<String, String>, BTreeMap<String, u32>), Problem> {
        let request = GetGroup { fingerprint: fingerprint.to_owned(), tenant };
        let found = self.redrives.get_group(&self.operator_call("", None), request).await;
        let found = found.map_err(redrives::refused)?;
        let group = found.group;
        if group.cause == DeathCause::Unreadable.as_str() {
            let detail = "these are messages that nobody can read: there is no event to run again";
            return Err(Problem::new(Code::Invalid, detail));
        }
        let mut names = named(&[
            ("cause", &group.cause),
            ("error", &group.pattern),
            ("step", group.step.as_deref().unwrap_or_default()),
            ("workflow", group.workflow.as_deref().unwrap_or_default()),
        ]);
        let waiting = match tenant {
            Some(_) => found.tenants.iter().map(|of| of.waiting).sum(),
            None => group.waiting,
        };
        let mut counts = BTreeMap::from([("letters".to_owned(), waiting)]);
        let having: Vec<TenantId> =
            found.tenants.iter().filter(|of| of.waiting > 0).map(|of| of.tenant).collect();
        if tenant.is_none() {
            counts.insert("tenants".to_owned(), group.tenants);
        }
        // Of more tenants than are told, which these are may change with every letter.
        if tenant.is_some() || group.tenants <= MOST_NAMED {
            let known = self.tenants.named(having).await?;
            names.extend(known.into_iter().map(|of| (of.id.to_string(), of.slug)));
        }
        Ok((names, counts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wanted_is_read_back_from_what_was_shown() {
        let json = r#"{"action":"redrive","tenant":null,"group":"ab","per_second":5,"names":{"error":"x"},"counts":{"letters":101}}"#;
        let content: Content = serde_json::from_str(json).unwrap();
        let wish = Wish::Redrive { group: "ab".into(), tenant: None, per_second: 5 };
        assert_eq!((content.wish(), content.touched().counts["letters"]), (Some(wish), 101));
        assert_eq!(serde_json::to_string(&content).unwrap(), json, "the hash is over these bytes");
        assert_eq!(Content { action: "rotate_keys".into(), ..content }.wish(), None);
    }
}
