//! The same changes where builds meet: as a request, as a reply and as a refusal, between an old caller and a new callee
//! and the other way round. What a deploy's gate says of each meeting must be what then happens. Methods that come and
//! go, and promises that change, have fixtures of their own.

use std::cell::Cell;
use std::fmt::Debug;

use async_trait::async_trait;
use futures_util::FutureExt;
use mesh::describe::{Description, Document};
use mesh::macro_support::{answer, call, call_idempotent};
use mesh::{
    CallContext, CallError, Contract, Deadline, Fingerprint, Incoming, Message, Outgoing, RetryPolicy,
    Runtime, TraceContext, Transport, TransportError,
};
use mesh_contract::{Peers, Situation, meeting};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::judge::{Fixture, survives, tree};

/// Where in a method a type stands.
const POSITIONS: [&str; 3] = ["request", "reply", "refusal"];

/// What was said of one meeting, and what happened in it.
pub(crate) struct Met {
    words: String,
    said: Vec<String>,
    happened: Result<(), String>,
}

impl Met {
    /// Where verdict and event are not one.
    pub(crate) fn mistake(&self) -> Option<String> {
        (self.said.is_empty() != self.happened.is_ok())
            .then(|| format!("{}: said {:?}, happened {:?}", self.words, self.said, self.happened))
    }
}

/// Both builds of a type in every position and both orders.
pub(crate) fn meetings<Old, New>(name: &str, old: &[Old], new: &[New]) -> Vec<Met>
where
    Old: Serialize + DeserializeOwned + JsonSchema + Debug,
    New: Serialize + DeserializeOwned + JsonSchema + Debug,
{
    let (before, after) = (documents::<Old>(), documents::<New>());
    let mut met = Vec::new();
    for (index, position) in POSITIONS.into_iter().enumerate() {
        let (before, after) = (&before[index], &after[index]);
        let met_as = |situation: Situation, happened| {
            let (caller, callee) = match situation {
                Situation::OldCallerNewCallee => (before, after),
                Situation::NewCallerOldCallee => (after, before),
            };
            let found = meeting("Fixture", caller, Some(callee), situation, Peers::default());
            Met {
                words: format!("{name} as a {position}, {situation:?}"),
                said: found.into_iter().map(|found| found.sentence).collect(),
                happened,
            }
        };
        // A request is written by the caller, the others by the callee.
        let [old_to_new, new_to_old] = match index {
            0 => [asked::<Old, New>(old), asked::<New, Old>(new)],
            1 => [replied::<Old, New>(old), replied::<New, Old>(new)],
            _ => [refused::<Old, New>(old), refused::<New, Old>(new)],
        };
        let [first, second] = if index == 0 { [old_to_new, new_to_old] } else { [new_to_old, old_to_new] };
        met.push(met_as(Situation::OldCallerNewCallee, first));
        met.push(met_as(Situation::NewCallerOldCallee, second));
    }
    met
}

fn documents<T: JsonSchema>() -> [Document; 3] {
    let description = || Description::new("Fixture", "");
    [
        description().method::<CallContext<()>, T, (), ()>("send", "", false).service(),
        description().method::<CallContext<()>, (), T, ()>("send", "", false).service(),
        description().method::<CallContext<()>, (), (), T>("send", "", false).service(),
    ]
}

fn context() -> CallContext<()> {
    CallContext::new((), TraceContext::from_random([1; 24]), Deadline::after(0, 60_000), "test")
}

/// Waits take no time.
struct Quick;

#[async_trait(?Send)]
impl Runtime for Quick {
    fn now_ms(&self) -> u64 {
        0
    }

    async fn sleep(&self, _milliseconds: u64) {}

    fn random(&self) -> u64 {
        0
    }
}

/// A callee that does with each call what a function says.
struct Callee<F>(F);

#[async_trait(?Send)]
impl<F: AsyncFn(Incoming<'_>) -> Result<Message, TransportError>> Transport for Callee<F> {
    async fn send(&self, sent: Outgoing<'_>) -> Result<Message, TransportError> {
        (self.0)(Incoming { method: sent.method, message: sent.message, runtime: &Quick, tenant: None }).await
    }

    fn runtime(&self) -> &dyn Runtime {
        &Quick
    }

    fn counts_as_invocation(&self) -> bool {
        false
    }
}

fn kept(sent: &impl Serialize, read: &impl Serialize) -> Result<(), String> {
    let (sent, read) = (tree(sent), tree(read));
    survives(&sent, &read).then_some(()).ok_or_else(|| format!("{sent} was kept as {read}"))
}

fn asked<Writer, Reader>(samples: &[Writer]) -> Result<(), String>
where
    Writer: Serialize + Debug,
    Reader: Serialize + DeserializeOwned,
{
    for sample in samples {
        let callee = Callee(async |incoming: Incoming<'_>| {
            let compare = async |_: &CallContext<()>, read: Reader| kept(sample, &read);
            Ok(answer::<Fixture, (), Reader, (), String>(incoming, |_| None, compare).await)
        });
        let answered =
            call::<Fixture, (), Writer, (), String>(&callee, "send", &context(), sample).now_or_never();
        answered.expect("nothing waits").map_err(|error| format!("{sample:?}: {error:?}"))?;
    }
    Ok(())
}

fn replied<Writer, Reader>(samples: &[Writer]) -> Result<(), String>
where
    Writer: Serialize + Debug,
    Reader: Serialize + DeserializeOwned,
{
    for sample in samples {
        let callee = Callee(async |incoming: Incoming<'_>| {
            let reply = async |_: &CallContext<()>, (): ()| Ok::<&Writer, ()>(sample);
            Ok(answer::<Fixture, (), (), &Writer, ()>(incoming, |_| None, reply).await)
        });
        let answered = call::<Fixture, (), (), Reader, ()>(&callee, "send", &context(), &()).now_or_never();
        let read = answered.expect("nothing waits").map_err(|error| format!("{sample:?}: {error:?}"))?;
        kept(sample, &read)?;
    }
    Ok(())
}

fn refused<Writer, Reader>(samples: &[Writer]) -> Result<(), String>
where
    Writer: Serialize + Debug,
    Reader: Serialize + DeserializeOwned,
{
    for sample in samples {
        let callee = Callee(async |incoming: Incoming<'_>| {
            let refuse = async |_: &CallContext<()>, (): ()| Err::<(), &Writer>(sample);
            Ok(answer::<Fixture, (), (), (), &Writer>(incoming, |_| None, refuse).await)
        });
        let answered = call::<Fixture, (), (), (), Reader>(&callee, "send", &context(), &()).now_or_never();
        match answered.expect("nothing waits") {
            Err(CallError::Refused(read)) => kept(sample, &read)?,
            Err(_) => return Err(format!("{sample:?} could not be read")),
            Ok(()) => return Err(format!("{sample:?} was taken for a reply")),
        }
    }
    Ok(())
}

/// A build that has these methods, each with whether callers may send it again by themselves.
type Build = &'static [(&'static str, bool)];

fn document(build: Build) -> Document {
    let empty = Description::new("Fixture", "");
    let with = |description: Description, (name, again): &(&str, bool)| {
        description.method::<CallContext<()>, (), (), ()>(name, "", *again)
    };
    build.iter().fold(empty, with).service()
}

/// A caller of one build uses all that it has over a connection that loses the first reply; a callee of another build
/// counts how often each call had its effect.
fn all_used(caller: Build, callee: Build) -> Result<(), String> {
    struct Again;
    impl Contract for Again {
        const NAME: &'static str = "Fixture";
        const METHODS: &'static [&'static str] = &["get", "skip"];
        const IDEMPOTENT: &'static [&'static str] = &["get", "skip"];
        const FINGERPRINT: Fingerprint = Fingerprint(0);
    }
    for (method, again) in caller {
        let effects = Cell::new(0);
        let peer = Callee(async |incoming: Incoming<'_>| {
            if !callee.iter().any(|(name, _)| *name == incoming.method) {
                return Err(TransportError::UnknownMethod(incoming.method.to_owned()));
            }
            effects.set(effects.get() + 1);
            if effects.get() == 1 && *again {
                return Err(TransportError::Unreachable("the reply was lost".to_owned()));
            }
            Ok(answer::<Again, (), (), (), ()>(incoming, |_| None, async |_, ()| Ok(())).await)
        });
        let policy =
            RetryPolicy { retries: 1, first_delay: std::time::Duration::ZERO, ..RetryPolicy::default() };
        let answered = if *again {
            call_idempotent::<Again, (), (), (), ()>(&peer, policy, method, &context(), &()).now_or_never()
        } else {
            call::<Again, (), (), (), ()>(&peer, method, &context(), &()).now_or_never()
        };
        answered.expect("nothing waits").map_err(|error| format!("{error:?}"))?;
        let bears_it = callee.iter().any(|(name, bears)| name == method && *bears);
        if effects.get() > 1 && !bears_it {
            return Err(format!("`{method}` had its effect {} times", effects.get()));
        }
    }
    Ok(())
}

#[test]
fn methods_that_come_and_go_are_judged_by_who_meets_whom() {
    let kinds: [(&str, Build, Build, [bool; 2]); 6] = [
        ("nothing changes", &[("get", true)], &[("get", true)], [true, true]),
        ("a method comes", &[("get", true)], &[("get", true), ("skip", false)], [true, false]),
        ("a method goes", &[("get", true), ("skip", false)], &[("get", true)], [false, true]),
        ("a method is renamed", &[("get", false)], &[("skip", false)], [false, false]),
        ("a method is idempotent no longer", &[("get", true)], &[("get", false)], [false, true]),
        ("a method becomes idempotent", &[("get", false)], &[("get", true)], [true, false]),
    ];
    for (words, old, new, expected) in kinds {
        let directions = [
            (Situation::OldCallerNewCallee, old, new, expected[0]),
            (Situation::NewCallerOldCallee, new, old, expected[1]),
        ];
        for (situation, caller, callee, fits) in directions {
            let found =
                meeting("Fixture", &document(caller), Some(&document(callee)), situation, Peers::default());
            let happened = all_used(caller, callee);
            assert_eq!(found.is_empty(), fits, "{words}, {situation:?}: {found:?}");
            assert_eq!(happened.is_ok(), fits, "{words}, {situation:?}: {happened:?}");
            assert!(found.iter().all(|found| !found.remedy.is_empty()), "{words}: each has a way out");
        }
    }
}

#[test]
fn a_contract_that_nobody_serves_any_more_fails_every_caller() {
    let old = document(&[("get", true)]);
    for situation in [Situation::OldCallerNewCallee, Situation::NewCallerOldCallee] {
        assert_eq!(meeting("Fixture", &old, None, situation, Peers::default()).len(), 1, "{situation:?}");
    }
}

#[test]
fn every_pair_meets_as_the_gate_says_it_does() {
    let pairs = crate::pairs();
    let wrong: Vec<String> = pairs.iter().flat_map(crate::judge::Pair::met_otherwise).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
