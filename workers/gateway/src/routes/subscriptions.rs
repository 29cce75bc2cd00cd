//! `/v1/subscriptions` and `/v1/deliveries`.

use contracts::pipeline::subscriptions as inner;
use http_api::Code;
use http_api::subscriptions::{
    Attempt, CreateSubscription, Delivery, DeliveryDetail, DeliveryStatus, EndpointHealth, ListDeliveries,
    ListSubscriptions, OrderedBy, RotateSecret, Subscription, SubscriptionStatus,
};

use super::{http_tasks, time};
use crate::exchange::Exchange;
use crate::failure::{Failure, failed};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Creates a subscription.
///
/// # Errors
/// As [`authorize`]; a bad header or body; what [`failed`] makes of the call.
pub async fn create(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let CreateSubscription { url, kinds, ordered_by, description } = exchange.json().await?;
    let ordered_by = ordered_by.map(|ordered_by| match ordered_by {
        OrderedBy::Account => inner::OrderedBy::Account,
        OrderedBy::Event => inner::OrderedBy::Event,
    });
    let request = inner::CreateSubscription { url, kinds, ordered_by, description };
    let created = exchange.ports.subscriptions.create_subscription(&call, request).await.map_err(failed)?;
    let secret = Some(created.secret.expose().to_owned());
    let answer = Subscription { secret, ..subscription(created.subscription) };
    let location = format!("/v1/subscriptions/{}", answer.id);
    Ok(Answer::json(201, &answer)?.with("location", location))
}

/// Subscriptions, newest first.
///
/// # Errors
/// As [`authorize`]; a bad query; what [`failed`] makes of the call.
pub async fn list(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let ListSubscriptions { page } = exchange.query()?;
    let request = inner::ListSubscriptions { before: page.after, limit: page.limit };
    let found = exchange.ports.subscriptions.list_subscriptions(&call, request).await.map_err(failed)?;
    Answer::json(200, &page.answer(found.items.into_iter().map(subscription).collect(), found.next_before))
}

/// One subscription.
///
/// # Errors
/// As [`authorize`]; [`Code::SubscriptionNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let found =
        exchange.ports.subscriptions.get_subscription(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &subscription(found))
}

/// Deletes a subscription.
///
/// # Errors
/// As [`get`].
pub async fn delete(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    exchange.ports.subscriptions.delete_subscription(&call, named(exchange)?).await.map_err(failed)?;
    Ok(Answer::empty(204))
}

/// Gives a subscription a new secret.
///
/// # Errors
/// As [`get`], and a bad body.
pub async fn rotate(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let inner::GetSubscription { subscription_id } = named(exchange)?;
    let RotateSecret { overlap_seconds } = exchange.optional_json().await?;
    let request = inner::RotateSecret { subscription_id, overlap_s: overlap_seconds };
    let rotated = exchange.ports.subscriptions.rotate_secret(&call, request).await.map_err(failed)?;
    Answer::json(200, &http_tasks::rotated(rotated))
}

/// Takes up a disabled subscription again.
///
/// # Errors
/// As [`get`].
pub async fn enable(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let enabled =
        exchange.ports.subscriptions.enable_subscription(&call, named(exchange)?).await.map_err(failed)?;
    Answer::json(200, &subscription(enabled))
}

/// A subscription's deliveries, newest first.
///
/// # Errors
/// As [`get`], and a bad query.
pub async fn deliveries(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let inner::GetSubscription { subscription_id } = named(exchange)?;
    let ListDeliveries { status, page } = exchange.query()?;
    let status = status.map(|status| status.as_str().to_owned());
    let request = inner::ListDeliveries { subscription_id, status, before: page.after, limit: page.limit };
    let found = exchange.ports.subscriptions.list_deliveries(&call, request).await.map_err(failed)?;
    let items = found.items.into_iter().map(delivery).collect::<Result<_, _>>()?;
    Answer::json(200, &page.answer(items, found.next_before))
}

/// One delivery with its attempts.
///
/// # Errors
/// As [`authorize`]; [`Code::DeliveryNotFound`]; what [`failed`] makes of the call.
pub async fn get_delivery(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::GetDelivery { delivery_id: exchange.id(Code::DeliveryNotFound)? };
    let found = exchange.ports.subscriptions.get_delivery(&call, request).await.map_err(failed)?;
    let attempts = found.attempts.into_iter().map(attempt).collect();
    Answer::json(200, &DeliveryDetail { delivery: delivery(found.delivery)?, body: found.body, attempts })
}

/// Delivers once more.
///
/// # Errors
/// As [`get_delivery`]; [`Code::SubscriptionDisabled`].
pub async fn redeliver(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let request = inner::GetDelivery { delivery_id: exchange.id(Code::DeliveryNotFound)? };
    let started = exchange.ports.subscriptions.redeliver(&call, request).await.map_err(failed)?;
    Answer::json(202, &delivery(started)?)
}

fn named(exchange: &Exchange<'_>) -> Result<inner::GetSubscription, Failure> {
    Ok(inner::GetSubscription { subscription_id: exchange.id(Code::SubscriptionNotFound)? })
}

fn subscription(subscription: inner::Subscription) -> Subscription {
    let inner::Subscription {
        subscription_id,
        url,
        kinds,
        ordered_by,
        description,
        status,
        disabled_reason,
        disabled_at,
        created_at,
        endpoint,
    } = subscription;
    Subscription {
        id: subscription_id,
        url,
        kinds,
        ordered_by: ordered_by.map(|ordered_by| match ordered_by {
            inner::OrderedBy::Account => OrderedBy::Account,
            inner::OrderedBy::Event => OrderedBy::Event,
        }),
        description,
        status: match status {
            inner::SubscriptionStatus::Active => SubscriptionStatus::Active,
            inner::SubscriptionStatus::Disabled => SubscriptionStatus::Disabled,
        },
        disabled_reason,
        disabled_at: disabled_at.map(time::public),
        created_at: time::public(created_at),
        endpoint: endpoint.map(health),
        secret: None,
    }
}

fn health(health: inner::EndpointHealth) -> EndpointHealth {
    let inner::EndpointHealth {
        circuit,
        open_until,
        failures,
        failing_since,
        waiting,
        previous_secret_until,
    } = health;
    EndpointHealth {
        circuit,
        open_until: open_until.map(time::public),
        failures,
        failing_since: failing_since.map(time::public),
        waiting,
        previous_secret_until: previous_secret_until.map(time::public),
    }
}

fn delivery(delivery: inner::Delivery) -> Result<Delivery, Failure> {
    let inner::Delivery {
        delivery_id,
        message_id,
        subscription_id,
        kind,
        event_id,
        status,
        attempts,
        last_status,
        last_error,
        next_attempt_at,
        created_at,
        settled_at,
        trace_id,
    } = delivery;
    let status: DeliveryStatus = status.parse().map_err(|error| {
        Failure::internal(format!("the pipeline's `{delivery_id}` has the status `{status}`, which {error}"))
    })?;
    Ok(Delivery {
        id: delivery_id,
        message_id,
        subscription_id,
        r#type: kind,
        event_id,
        status,
        attempts,
        last_status,
        last_error,
        next_attempt_at: next_attempt_at.map(time::public),
        created_at: time::public(created_at),
        settled_at: settled_at.map(time::public),
        trace_id,
    })
}

fn attempt(attempt: inner::DeliveryAttempt) -> Attempt {
    let inner::DeliveryAttempt { number, started_at, duration_ms, status, error, excerpt } = attempt;
    Attempt { number, started_at: time::public(started_at), duration_ms, status, error, response: excerpt }
}
