//! Which upstreams may answer a call, in which order, and why.

use super::config::{Config, Place, Route, When};
use super::{Breakers, FailureClass, Standing, Upstream};
use crate::cache::RouteCache;

/// What a decision is made by.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub tenant: &'a str,
    /// On which plan.
    pub plan: &'a str,
    /// For which model, an alias maybe.
    pub model: &'a str,
    /// The request's upper bound of tokens.
    pub input_tokens: u64,
    /// Whether the answer is to come as a stream.
    pub stream: bool,
    /// Chance, for weights.
    pub draw: u32,
    /// Now, in Unix milliseconds.
    pub now_ms: u64,
}

/// One that may answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The upstream's name.
    pub upstream: String,
    /// The model's own name there.
    pub model: String,
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The model that is asked for, after aliases.
    pub model: String,
    /// The route that decided; none where the upstream has the model by its own name.
    pub route: Option<String>,
    /// Who is asked, in order.
    pub candidates: Vec<Candidate>,
    /// After which failures the next is asked.
    pub on: Vec<FailureClass>,
    /// How long the first of an answer may take, where the route says.
    pub first_byte_ms: Option<u64>,
    /// After how long without the first of an answer the next is asked as well, where the route says.
    pub hedge_after_ms: Option<u64>,
    /// For how long answers may be given again, where the route says.
    pub cache: Option<RouteCache>,
    /// What led here, step by step.
    pub because: Vec<String>,
}

/// Nobody is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRoute {
    /// There is no such model.
    #[error("there is no model `{model}`; `GET /v1/models` lists them")]
    Unknown {
        /// Which.
        model: String,
    },
    /// The tenant may not ask this one.
    #[error("the model `{model}` is not among those that may be asked")]
    NotAllowed {
        /// Which.
        model: String,
    },
    /// The tenant's requests may not be that large.
    #[error("the request may have {tokens} tokens, and at most {limit} are allowed")]
    TooLarge {
        /// Its upper bound.
        tokens: u64,
        /// The most.
        limit: u64,
    },
}

/// Whose alias a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AliasOf {
    /// The tenant's own.
    Tenant,
    /// Everybody's.
    Everybody,
}

impl Config {
    /// Decides.
    ///
    /// # Errors
    /// [`NoRoute`].
    pub fn decide(&self, asked: &Asked<'_>, breakers: &Breakers) -> Result<Decision, NoRoute> {
        let mut because = Vec::new();
        let rules = self.tenants.get(asked.tenant);
        let (model, alias) = self.resolve(asked);
        match alias {
            Some(AliasOf::Tenant) => {
                because.push(format!("`{}` is the tenant's alias of `{model}`", asked.model));
            }
            Some(AliasOf::Everybody) => because.push(format!("`{}` is an alias of `{model}`", asked.model)),
            None => {}
        }
        if let Some(allowed) = rules.and_then(|rules| rules.models.as_ref())
            && !allowed.iter().any(|allowed| *allowed == model || allowed == asked.model)
        {
            return Err(NoRoute::NotAllowed { model: asked.model.to_owned() });
        }
        if let Some(limit) = rules.and_then(|rules| rules.max_input_tokens)
            && asked.input_tokens > limit
        {
            return Err(NoRoute::TooLarge { tokens: asked.input_tokens, limit });
        }
        let held = self.routes.iter().find(|route| match fails(&route.when, asked, &model) {
            None => true,
            Some((_, reason)) => {
                because.push(format!("the route `{}` does not hold: {reason}", route.name));
                false
            }
        });
        let mut candidates = match held {
            Some(route) => {
                because.push(format!("the route `{}` holds", route.name));
                along(route, &model, asked.draw, &mut because)
            }
            None => self
                .direct(&model, &mut because)
                .ok_or_else(|| NoRoute::Unknown { model: asked.model.to_owned() })?,
        };
        put_last(&mut candidates, breakers, asked.now_ms, &mut because);
        Ok(Decision {
            model,
            route: held.map(|route| route.name.clone()),
            candidates,
            on: held.map_or_else(|| FailureClass::ALL.to_vec(), |route| route.on.clone()),
            first_byte_ms: held.and_then(|route| route.first_byte_ms),
            hedge_after_ms: held.and_then(|route| route.hedge_after_ms),
            cache: held.and_then(|route| route.cache),
            because,
        })
    }

    /// What a name stands for, and whose alias it is.
    pub(super) fn resolve(&self, asked: &Asked<'_>) -> (String, Option<AliasOf>) {
        let rules = self.tenants.get(asked.tenant);
        let own = rules.and_then(|rules| rules.aliases.get(asked.model));
        match (own, self.aliases.get(asked.model)) {
            (Some(model), _) => (model.clone(), Some(AliasOf::Tenant)),
            (None, Some(model)) => (model.clone(), Some(AliasOf::Everybody)),
            (None, None) => (asked.model.to_owned(), None),
        }
    }

    /// Without a route: every upstream that has the model, or the one that its name begins with.
    fn direct(&self, model: &str, because: &mut Vec<String>) -> Option<Vec<Candidate>> {
        let named = model.split_once('/').and_then(|(name, rest)| Some((self.upstream(name)?, rest)));
        if let Some((upstream, rest)) = named.filter(|(upstream, rest)| upstream.has(rest)) {
            because.push(format!("`{model}` names the upstream `{}`", upstream.name));
            return Some(vec![Candidate { upstream: upstream.name.clone(), model: rest.to_owned() }]);
        }
        // One that takes any name is for names that nobody else has.
        let naming = |upstream: &&Upstream| upstream.models.iter().any(|known| known == model);
        let mut having: Vec<_> = self.upstreams.iter().filter(naming).collect();
        if having.is_empty() {
            having = self.upstreams.iter().filter(|upstream| upstream.has(model)).collect();
        }
        let candidates: Vec<_> = having
            .into_iter()
            .map(|upstream| {
                because.push(format!("the upstream `{}` has `{model}`", upstream.name));
                Candidate { upstream: upstream.name.clone(), model: model.to_owned() }
            })
            .collect();
        (!candidates.is_empty()).then_some(candidates)
    }
}

/// The first condition that does not hold, by its name in the document, and why.
pub(super) fn fails(when: &When, asked: &Asked<'_>, model: &str) -> Option<(&'static str, String)> {
    let among = |names: &[String], name: &str| names.is_empty() || names.iter().any(|known| known == name);
    let tokens = asked.input_tokens;
    if !among(&when.models, model) && !among(&when.models, asked.model) {
        Some(("models", format!("it is not for the model `{model}`")))
    } else if !among(&when.tenants, asked.tenant) {
        Some(("tenants", "it is not for this tenant".to_owned()))
    } else if !among(&when.plans, asked.plan) {
        Some(("plans", format!("it is not for the plan `{}`", asked.plan)))
    } else if when.min_input_tokens.is_some_and(|least| tokens < least) {
        Some(("min_input_tokens", format!("the request has at most {tokens} tokens")))
    } else if when.max_input_tokens.is_some_and(|most| tokens > most) {
        Some(("max_input_tokens", format!("the request may have {tokens} tokens")))
    } else if when.stream.is_some_and(|stream| stream != asked.stream) {
        let reason = if asked.stream { "the answer is a stream" } else { "the answer is no stream" };
        Some(("stream", reason.to_owned()))
    } else {
        None
    }
}

/// The target that chance falls on, then the others by weight, then the fallbacks.
fn along(route: &Route, model: &str, draw: u32, because: &mut Vec<String>) -> Vec<Candidate> {
    let place = |place: &Place| Candidate {
        upstream: place.upstream.clone(),
        model: place.model.clone().unwrap_or_else(|| model.to_owned()),
    };
    let total: u64 = route.targets.iter().map(|target| u64::from(target.weight)).sum();
    let mut left = u64::from(draw) % total.max(1);
    let first = route.targets.iter().position(|target| {
        let weight = u64::from(target.weight);
        let falls = left < weight;
        left = left.saturating_sub(weight);
        falls
    });
    let first = first.unwrap_or(0);
    if route.targets.len() > 1 {
        let target = &route.targets[first];
        because.push(format!("chance falls on `{}`, with {} of {total}", target.upstream, target.weight));
    }
    let mut others: Vec<_> = route.targets.iter().enumerate().filter(|(at, _)| *at != first).collect();
    others.sort_by_key(|(_, target)| std::cmp::Reverse(target.weight));
    let others = others.into_iter().map(|(_, target)| target).filter(|target| target.weight > 0);
    let mut candidates: Vec<Candidate> = Vec::new();
    for candidate in route.targets.get(first).into_iter().chain(others).chain(&route.fallbacks).map(place) {
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates
}

/// Those that fail most of the time go to the end: better a slow answer than none.
fn put_last(candidates: &mut [Candidate], breakers: &Breakers, now_ms: u64, because: &mut Vec<String>) {
    let open = |candidate: &Candidate| breakers.standing(&candidate.upstream, now_ms) == Standing::Open;
    if candidates.iter().all(open) {
        return;
    }
    for candidate in candidates.iter().filter(|candidate| open(candidate)) {
        because.push(format!("`{}` fails too often at present, and is asked last", candidate.upstream));
    }
    candidates.sort_by_key(|candidate| open(candidate));
}

#[cfg(test)]
mod tests;
