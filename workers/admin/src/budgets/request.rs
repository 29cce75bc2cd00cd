//! What operators send of budgets.

use contracts::pipeline::budget::{BudgetLimit, BudgetSelector, BudgetUnit, BudgetWindow};
use domain::budget::{MOST_LIMITS, decimal_nanos};
use http_api::request::{FromBody, Object, TextRule};
use ids::KeyId;

/// The body that sets them.
pub(super) struct Limits {
    /// Which version was shown to whoever sets them.
    pub(super) version: Option<u32>,
    pub(super) limits: Vec<BudgetLimit>,
}

impl FromBody for Limits {
    fn read(object: &Object<'_>) -> Option<Self> {
        let version = object.optional_integer("version", 0, u32::MAX);
        object.required_raw("limits")?;
        let objects = object.objects("limits", MOST_LIMITS)?;
        // Every one is looked at, so that all that is wrong is told at once.
        let limits: Vec<_> = objects.iter().map(limit).collect();
        Some(Self { version, limits: limits.into_iter().collect::<Option<_>>()? })
    }
}

fn limit(object: &Object<'_>) -> Option<BudgetLimit> {
    for required in ["unit", "window", "most"] {
        object.required_raw(required);
    }
    let unit = object.optional_choice::<BudgetUnit>("unit", "must be `money`, `tokens` or `requests`");
    let window = object.optional_choice::<BudgetWindow>("window", "must be `minute`, `day` or `month`");
    let key = selector(object, "key");
    if let Some(BudgetSelector::Only(name)) = &key
        && name.parse::<KeyId>().is_err()
    {
        object.refuse("key", "must be `all`, `each` or the id of a key, such as `key_…`");
    }
    let model = selector(object, "model");
    let (unit, most) = (unit?, object.raw("most")?);
    // As it is written: a number that went through a float would not be what was meant.
    let text = most.get().trim_matches('"');
    let read = match unit {
        BudgetUnit::Money => decimal_nanos(text),
        BudgetUnit::Tokens | BudgetUnit::Requests => text.parse().ok(),
    };
    if read.is_none() {
        let detail = match unit {
            BudgetUnit::Money => "must be US dollars with at most nine decimals, such as 5 or \"0.25\"",
            BudgetUnit::Tokens | BudgetUnit::Requests => "must be a whole number",
        };
        object.refuse("most", detail);
    }
    Some(BudgetLimit { unit, window: window?, key: key?, model: model?, most: read? })
}

/// `all`, which is also what is meant where there is none, `each`, or a name.
fn selector(object: &Object<'_>, name: &str) -> Option<BudgetSelector> {
    if object.raw(name).is_none() {
        return Some(BudgetSelector::All);
    }
    Some(match object.required_text(name, TextRule::line(200))?.as_str() {
        "all" => BudgetSelector::All,
        "each" => BudgetSelector::Each,
        one => BudgetSelector::Only(one.to_owned()),
    })
}
