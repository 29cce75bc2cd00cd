//! The names of the supported sources. What each one's scheme looks like is in `catalog`.

use std::fmt;
use std::str::FromStr;

macro_rules! sources {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+) => {
        /// Who sends a webhook, and so by which scheme it is proven.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Source {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Source {
            /// Every source, in the order in which messages list them.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The stable lower-case name, as stored and as used in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

sources! {
    /// Anyone who follows the Standard Webhooks specification, version 1.
    Standard = "standard";
    /// Slack: Events API, slash commands and interactivity.
    Slack = "slack";
    /// Zoom event subscriptions.
    Zoom = "zoom";
    /// Stripe event destinations.
    Stripe = "stripe";
    /// Gong automation rules, with a signed JWT header.
    Gong = "gong";
    /// HubSpot webhooks, by their signature of version 3.
    Hubspot = "hubspot";
    /// Salesforce outbound messages, and its event relay over Amazon EventBridge.
    Salesforce = "salesforce";
    /// GitHub webhooks.
    Github = "github";
    /// Shopify webhooks.
    Shopify = "shopify";
    /// Intercom webhooks.
    Intercom = "intercom";
    /// Twilio callbacks.
    Twilio = "twilio";
    /// Calendly webhook subscriptions.
    Calendly = "calendly";
    /// Typeform webhooks.
    Typeform = "typeform";
    /// Linear webhooks.
    Linear = "linear";
    /// Microsoft Graph change notifications.
    MicrosoftGraph = "microsoft_graph";
    /// Google Cloud Pub/Sub push subscriptions with authentication.
    GooglePubsub = "google_pubsub";
    /// Anyone who signs with an HMAC, in a shape that the endpoint's settings say.
    Hmac = "hmac";
}

impl Source {
    /// The header in which the source names the type of an event, in lower case; it is not signed.
    #[must_use]
    pub const fn kind_header(self) -> Option<&'static str> {
        match self {
            Self::Github => Some("x-github-event"),
            Self::Shopify => Some("x-shopify-topic"),
            _ => None,
        }
    }

    /// What an event of this source is called that does not name its type.
    #[must_use]
    pub const fn default_kind(self) -> &'static str {
        match self {
            Self::Hubspot => "crm.changes",
            Self::Salesforce => "outbound_message",
            Self::Twilio => "callback",
            Self::MicrosoftGraph => "change_notification",
            Self::GooglePubsub => "message",
            _ => "unknown",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no supported source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown webhook source `{given}`: use one of {}", Source::ALL.map(Source::as_str).join(", "))]
pub struct ParseSourceError {
    /// What was given, cut to 64 characters.
    pub given: String,
}

impl FromStr for Source {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| ParseSourceError { given: text.chars().take(64).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_survives_its_name() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_whole_list() {
        let error = "Slack".parse::<Source>().unwrap_err().to_string();
        assert!(
            error.starts_with("unknown webhook source `Slack`: use one of standard, slack, zoom,"),
            "{error}"
        );
        for source in Source::ALL {
            assert!(error.contains(source.as_str()), "{source} in {error}");
        }
        let long = "x".repeat(1_000).parse::<Source>().unwrap_err();
        assert_eq!(long.given.len(), 64);
    }
}
