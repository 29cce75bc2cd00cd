//! A decision told whole, for whoever wonders at it.

use super::decision::{AliasOf, Asked, Decision, NoRoute, fails};
use super::{Breakers, Config};

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What the name that was asked for stands for.
    pub model: String,
    /// Whose alias it is, where it is one.
    pub alias: Option<AliasOf>,
    /// Every route, in the document's order.
    pub routes: Vec<Considered>,
    /// Who is asked, or why nobody.
    pub outcome: Result<Decision, NoRoute>,
}

/// A route that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Considered {
    /// Its name.
    pub name: String,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It decides.
    Decides,
    /// It would, were it not for one before it.
    Later,
    /// It does not hold.
    Fails {
        /// The first condition that does not, by its name in the document.
        condition: &'static str,
        /// Why.
        reason: String,
    },
}

impl Config {
    /// Decides as [`Config::decide`] does, and tells everything that was looked at.
    #[must_use]
    pub fn explain(&self, asked: &Asked<'_>, breakers: &Breakers) -> Explanation {
        let (model, alias) = self.resolve(asked);
        let outcome = self.decide(asked, breakers);
        let mut decided = false;
        let routes = self.routes.iter().map(|route| {
            let verdict = match fails(&route.when, asked, &model) {
                Some((condition, reason)) => Verdict::Fails { condition, reason },
                None if std::mem::replace(&mut decided, true) => Verdict::Later,
                None => Verdict::Decides,
            };
            Considered { name: route.name.clone(), verdict }
        });
        let routes = routes.collect();
        Explanation { model, alias, routes, outcome }
    }
}
