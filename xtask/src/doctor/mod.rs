//! `cargo xtask doctor`: what is missing or has drifted, each with its mend in one sentence. It changes nothing.
//!
//! It ends with 0 where all that was looked at is well, 1 where something has to be mended, and 2 where nothing is wrong
//! but an environment was named and could not be looked at.

mod local;
mod remote;

use anyhow::Result;
use serde_json::json;

use crate::environment::{Environment, EnvironmentName};
use crate::platform::Platform;
use crate::ui::{Ui, Verdict};

/// What to look at.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// An environment on the platform besides this machine: `staging`, `production` or `preview-<branch>`
    #[arg(long = "env", value_name = "NAME")]
    environment: Option<EnvironmentName>,
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Which thing.
    pub(crate) about: String,
    pub(crate) state: State,
    /// What is the matter, or what is well.
    pub(crate) text: String,
    /// What to do about it.
    pub(crate) mend: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Well,
    /// It works as it is, perhaps not as was meant.
    Notice,
    Problem,
    /// It could not be looked at.
    Unchecked,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Notice => "notice",
            Self::Problem => "problem",
            Self::Unchecked => "unchecked",
        }
    }

    fn color(self) -> &'static str {
        match self {
            Self::Well => "32",
            Self::Notice => "33",
            Self::Problem => "31",
            Self::Unchecked => "2",
        }
    }
}

impl Finding {
    pub(crate) fn well(about: impl Into<String>, text: impl Into<String>) -> Self {
        Self { about: about.into(), state: State::Well, text: text.into(), mend: None }
    }

    pub(crate) fn notice(about: impl Into<String>, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { about: about.into(), state: State::Notice, text: text.into(), mend: Some(mend.into()) }
    }

    pub(crate) fn problem(
        about: impl Into<String>,
        text: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { about: about.into(), state: State::Problem, text: text.into(), mend: Some(mend.into()) }
    }

    /// What could not be looked at: `reason` says why and, as errors of the platform do, what to do.
    pub(crate) fn unchecked(about: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { about: about.into(), state: State::Unchecked, text: reason.into(), mend: None }
    }
}

/// Runs `cargo xtask doctor`.
///
/// # Errors
/// The exit code of the module's description, once all has been shown.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let step = ui.step("doctor");
    let mut findings = local::look();
    if let Some(name) = &args.environment {
        match Environment::read(name.clone())
            .and_then(|environment| environment.effective(&Default::default()))
        {
            Ok(_) => findings.push(Finding::well("settings", format!("`{name}` can be made of `wrangler/`"))),
            Err(error) => findings.push(Finding::problem("settings", format!("{error:#}"), "mend the file")),
        }
        step.note("asking the platform");
        match Platform::from_environment() {
            Ok(platform) => findings.extend(remote::look(name, &platform)),
            Err(failure) => findings.push(Finding::unchecked(name.to_string(), failure.to_string())),
        }
    }
    let count = |state: State| findings.iter().filter(|finding| finding.state == state).count();
    let (problems, unchecked) = (count(State::Problem), count(State::Unchecked));
    step.done(format!("{} looked at", findings.len()));
    if ui.json() {
        let findings: Vec<_> = findings
            .iter()
            .map(|Finding { about, state, text, mend }| json!({ "about": about, "state": state.word(), "text": text, "mend": mend }))
            .collect();
        ui.result(json!({ "problems": problems, "unchecked": unchecked, "findings": findings }));
    } else {
        for Finding { about, state, text, mend } in &findings {
            let word = ui.result_paint(state.color(), &format!("{:<9}", state.word()));
            let mend = mend.as_ref().map(|mend| format!("; {mend}")).unwrap_or_default();
            ui.result(format!("  {word} {about}: {text}{mend}"));
        }
    }
    match (problems, unchecked) {
        (0, 0) => Ok(()),
        (0, _) => Err(Verdict(2).into()),
        _ => Err(Verdict(1).into()),
    }
}
