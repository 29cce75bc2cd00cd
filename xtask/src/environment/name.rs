//! Names of environments. Whatever is on the platform carries one, so that it can be told whose it is.

use std::fmt;
use std::str::FromStr;

/// What names of previews begin with.
const PREVIEW: &str = "preview-";
/// The longest slug of a preview. The longest name is then `weft-preview-<slug>-account-report`, below the 63 characters
/// that Workers, queues and buckets may have.
const LONGEST_SLUG: usize = 30;

/// A deployed environment: there is one of staging and production, and a preview a branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EnvironmentName {
    Staging,
    Production,
    /// The preview of a branch, by its slug.
    Preview(String),
}

impl EnvironmentName {
    /// The preview of a branch. Branches with different names have different previews: what a slug loses of a name is
    /// made up for by a hash.
    pub(crate) fn of_branch(branch: &str) -> Self {
        let slug =
            branch.to_ascii_lowercase().replace(|character: char| !character.is_ascii_alphanumeric(), "-");
        let words: Vec<&str> = slug.split('-').filter(|word| !word.is_empty()).collect();
        let slug = words.join("-");
        if slug == branch && slug.len() <= LONGEST_SLUG {
            return Self::Preview(slug);
        }
        let hash = format!("{:05x}", fnv(branch) & 0xf_ffff);
        let kept: String = slug.chars().take(LONGEST_SLUG - hash.len() - 1).collect();
        Self::Preview(format!("{}-{hash}", kept.trim_end_matches('-')).trim_start_matches('-').to_owned())
    }

    /// Whether it may be torn down.
    pub(crate) fn is_preview(&self) -> bool {
        matches!(self, Self::Preview(_))
    }

    /// The name of its settings: previews share theirs.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => "production",
            Self::Preview(_) => "preview",
        }
    }

    /// A positive number that is the environment's own, for what the platform knows by number.
    pub(crate) fn number(&self, base: &str) -> u32 {
        (fnv(&format!("{self}/{base}")) & 0x7fff_ffff).max(1)
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preview(slug) => write!(f, "{PREVIEW}{slug}"),
            other => f.write_str(other.kind()),
        }
    }
}

impl FromStr for EnvironmentName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "staging" => Ok(Self::Staging),
            "production" => Ok(Self::Production),
            "local" => {
                Err("`local` is what `cargo xtask dev` runs: it needs nothing of the platform".to_owned())
            }
            _ => match text.strip_prefix(PREVIEW) {
                Some(branch) if !branch.is_empty() => Ok(Self::of_branch(branch)),
                _ => Err(format!("`{text}` is none of `staging`, `production` and `preview-<branch>`")),
            },
        }
    }
}

/// FNV-1a: the same on every machine and in every version, which names on the platform have to be.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        text.parse::<EnvironmentName>().unwrap().to_string()
    }

    #[test]
    fn a_plain_branch_is_its_own_slug_and_a_slug_stays_as_it_is() {
        assert_eq!(named("preview-pricing"), "preview-pricing");
        let slug = named("preview-feature/Pricing");
        assert!(slug.starts_with("preview-feature-pricing-"), "{slug}");
        assert_eq!(named(&slug), slug);
    }

    #[test]
    fn branches_that_look_alike_have_previews_of_their_own() {
        let names = ["feature/a", "feature-a", "feature_a", "Feature/a", "ä", "ö", "--", "-"]
            .map(|branch| EnvironmentName::of_branch(branch).to_string());
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name}");
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            );
            assert!(!name.ends_with('-') && !name.contains("--"), "{name}");
        }
    }

    #[test]
    fn no_branch_makes_a_name_that_the_platform_refuses() {
        for branch in ["a".repeat(200), "x/".repeat(50), "1".repeat(30), "1".repeat(31)] {
            let name = EnvironmentName::of_branch(&branch);
            assert!(format!("weft-{name}-account-report").len() <= 63, "{name}");
            assert_eq!(named(&name.to_string()), name.to_string());
        }
    }

    #[test]
    fn what_is_no_environment_is_refused_with_what_is() {
        for text in ["", "prod", "preview", "preview-", "local"] {
            assert!(text.parse::<EnvironmentName>().is_err(), "{text}");
        }
    }
}
