//! Between what travels and what the rules know.

use contracts::pipeline::budget::{
    BudgetLimit, BudgetSelector, BudgetUnit, BudgetWindow, HoldReason, TokenPrice,
};
use domain::budget::{Limit, Price, Reason, Scope, Selector, Unit, Window};

pub(super) fn domain_price(price: TokenPrice) -> Result<Price, String> {
    const MOST: u64 = Price::MOST_DOLLARS * 1_000_000_000;
    let TokenPrice { input, cached, output } = price;
    if input.max(cached).max(output) > MOST {
        return Err(format!(
            "a price may be at most {} US dollars for a million tokens",
            Price::MOST_DOLLARS
        ));
    }
    Ok(Price { input, cached, output })
}

pub(super) fn wire_price(price: Price) -> TokenPrice {
    let Price { input, cached, output } = price;
    TokenPrice { input, cached, output }
}

pub(super) const fn reason(reason: Reason) -> HoldReason {
    match reason {
        Reason::Held => HoldReason::Held,
        Reason::Window => HoldReason::Window,
        Reason::Spent => HoldReason::Spent,
        Reason::TooLarge => HoldReason::TooLarge,
    }
}

pub(super) fn domain_limit(limit: BudgetLimit) -> Limit {
    let BudgetLimit { unit, window, key, model, most } = limit;
    Limit {
        unit: match unit {
            BudgetUnit::Money => Unit::Money,
            BudgetUnit::Tokens => Unit::Tokens,
            BudgetUnit::Requests => Unit::Requests,
        },
        window: match window {
            BudgetWindow::Minute => Window::Minute,
            BudgetWindow::Day => Window::Day,
            BudgetWindow::Month => Window::Month,
        },
        scope: Scope { key: domain_selector(key), model: domain_selector(model) },
        most,
    }
}

pub(super) fn wire_limit(limit: &Limit) -> BudgetLimit {
    let Limit { unit, window, scope: Scope { key, model }, most } = limit;
    BudgetLimit {
        unit: match unit {
            Unit::Money => BudgetUnit::Money,
            Unit::Tokens => BudgetUnit::Tokens,
            Unit::Requests => BudgetUnit::Requests,
        },
        window: match window {
            Window::Minute => BudgetWindow::Minute,
            Window::Day => BudgetWindow::Day,
            Window::Month => BudgetWindow::Month,
        },
        key: wire_selector(key),
        model: wire_selector(model),
        most: *most,
    }
}

fn domain_selector(selector: BudgetSelector) -> Selector {
    match selector {
        BudgetSelector::All => Selector::All,
        BudgetSelector::Each => Selector::Each,
        BudgetSelector::Only(name) => Selector::Only(name),
    }
}

fn wire_selector(selector: &Selector) -> BudgetSelector {
    match selector {
        Selector::All => BudgetSelector::All,
        Selector::Each => BudgetSelector::Each,
        Selector::Only(name) => BudgetSelector::Only(name.clone()),
    }
}
