//! Steps as bars over time. Without script it is as it was when the page was made; with it, it follows the work.

use maud::{Markup, html};

use super::parts::{state, time};
use super::prose::sentence;
use crate::operations::StepView;

/// Fetches the part again while it says that it has more to come, and the whole page once it has ended. A page's policy
/// names its hash.
pub(super) const SCRIPT: &str = r#"(() => {
  const look = async () => {
    const part = document.querySelector("[data-live]");
    if (!part) return;
    try {
      const answer = await fetch(part.dataset.live, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.getElementById("live");
        if (next && !next.dataset.live) return location.reload();
        if (next) part.replaceWith(document.adoptNode(next));
      }
    } catch {
      // It is asked again.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();"#;

/// The width of the drawing, in its own units.
const WIDTH: u64 = 1000;

/// Steps that have begun, and the names of those to come. `errors` shows what went wrong: a page that does is on record.
pub(super) fn timeline(
    steps: &[StepView],
    pending: &[String],
    now: http_api::Timestamp,
    errors: bool,
) -> Markup {
    let Some(begin) = steps.iter().map(|step| step.started_at.unix_ms()).min() else {
        return html! { p class="empty" { "No step has begun." } };
    };
    let end_of = |step: &StepView| step.ended_at.map_or(now.unix_ms(), |at| at.unix_ms());
    let end = steps.iter().map(end_of).max().unwrap_or(begin).max(begin + 1);
    let place = |at: u64| at.clamp(begin, end).saturating_sub(begin) * WIDTH / (end - begin);
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="Steps" { table class="timeline" {
            thead { tr {
                th scope="col" { "Step" } th scope="col" { "State" } th scope="col" { "Tries" }
                th scope="col" { "Took" } th scope="col" class="bars" { "From " (time(first(steps, begin))) }
            } }
            tbody {
                @for step in steps {
                    @let (from, to) = (place(step.started_at.unix_ms()), place(end_of(step)));
                    tr {
                        th scope="row" { (step.name) }
                        td { (state(&step.status)) }
                        td { (step.attempts) }
                        td class="gauge" { (duration(end_of(step).saturating_sub(step.started_at.unix_ms()))) }
                        td class="bars" {
                            svg viewBox={ "0 0 " (WIDTH) " 12" } preserveAspectRatio="none" aria-hidden="true" {
                                rect class="track" x="0" y="5" width=(WIDTH) height="2" {}
                                rect class={ "bar " (step.status) } x=(from) y="0" width=(to.saturating_sub(from).max(8)) height="12" {}
                            }
                        }
                    }
                    @if let (true, Some(error)) = (errors, &step.error) {
                        tr class="why" { td colspan="5" { p class="error" { (sentence(error)) } } }
                    }
                }
                @for name in pending {
                    tr class="to-come" {
                        th scope="row" { (name) } td { "to come" } td {} td {} td class="bars" {}
                    }
                }
            }
        } }
    }
}

fn first(steps: &[StepView], begin: u64) -> http_api::Timestamp {
    let found = steps.iter().find(|step| step.started_at.unix_ms() == begin);
    found.map_or_else(|| http_api::Timestamp::from_unix_ms(begin), |step| step.started_at)
}

/// A duration as people read it.
pub(super) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        60_000..3_600_000 => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
        _ => format!("{} h {} min", ms / 3_600_000, ms % 3_600_000 / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, from: u64, to: Option<u64>) -> StepView {
        let at = http_api::Timestamp::from_unix_ms;
        let status = if to.is_some() { "succeeded" } else { "running" };
        StepView {
            name: name.into(),
            status: status.into(),
            attempts: 1,
            started_at: at(from),
            ended_at: to.map(at),
            error: Some("they said <hello>".into()),
        }
    }

    #[test]
    fn bars_lie_where_the_steps_were_and_one_at_work_reaches_now() {
        let steps = [step("load", 1_000, Some(1_500)), step("find", 1_500, None)];
        let now = http_api::Timestamp::from_unix_ms(3_000);
        let page = timeline(&steps, &["store".into()], now, false).into_string();
        assert!(page.contains(r#"class="bar succeeded" x="0" y="0" width="250""#), "{page}");
        assert!(page.contains(r#"class="bar running" x="250" y="0" width="750""#), "{page}");
        assert!(page.contains("store") && page.contains("to come") && !page.contains("hello"), "{page}");
        let page = timeline(&steps, &[], now, true).into_string();
        assert!(page.contains("They said &lt;hello&gt;."), "{page}");
    }

    #[test]
    fn durations_are_read_at_a_glance() {
        for (ms, text) in [(7, "7 ms"), (1_250, "1.2 s"), (61_000, "1 min 1 s"), (3_660_000, "1 h 1 min")] {
            assert_eq!(duration(ms), text);
        }
    }
}
