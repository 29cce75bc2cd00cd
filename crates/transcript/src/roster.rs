//! Who took part, and on which side.

use crate::{Side, account::mail_domain};

/// What is known of one participant.
#[derive(Clone, Debug, Default)]
struct Person {
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    side: Side,
}

/// The participants of a conversation, from whatever list the payload has, and the seller's own mail domains.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roster {
    people: Vec<Person>,
    home: Vec<String>,
}

impl Roster {
    /// Adds a participant. What is unknown stays `None`.
    pub(crate) fn add(&mut self, id: Option<&str>, name: Option<&str>, email: Option<&str>, side: Side) {
        let lower = |text: &str| text.trim().to_lowercase();
        let email = email.map(lower);
        if side == Side::Internal {
            self.add_home(email.as_deref());
        }
        self.people.push(Person { id: id.map(str::to_owned), name: name.map(lower), email, side });
    }

    /// Says that the company of this address is the seller: the host's or the recorder's.
    pub(crate) fn add_home(&mut self, email: Option<&str>) {
        if let Some(domain) = email.and_then(mail_domain)
            && !self.home.contains(&domain)
        {
            self.home.push(domain);
        }
    }

    /// Which side a speaker is on: by what the payload says of them, else by the company of their address.
    pub(crate) fn side(&self, key: &str, email: Option<&str>, account: Option<&str>) -> Side {
        let key = key.trim();
        let lower = key.to_lowercase();
        let email = email.map(|email| email.trim().to_lowercase());
        let person = self.people.iter().find(|person| {
            person.id.as_deref() == Some(key)
                || (email.is_some() && person.email == email)
                || person.name.as_deref() == Some(&lower)
                || person.email.as_deref() == Some(&lower)
        });
        match person {
            Some(Person { side: side @ (Side::Internal | Side::External), .. }) => *side,
            Some(person) => self.side_of(email.as_deref().or(person.email.as_deref()), account),
            None => self.side_of(email.as_deref(), account),
        }
    }

    /// Which side an address is on. A free mailbox is nobody's company: a guest, once we know our own.
    fn side_of(&self, email: Option<&str>, account: Option<&str>) -> Side {
        let Some(email) = email else { return Side::Unknown };
        match (mail_domain(email), account) {
            (Some(domain), _) if self.home.contains(&domain) => Side::Internal,
            (Some(domain), Some(account)) if domain == account => Side::External,
            _ if !self.home.is_empty() => Side::External,
            (Some(_), Some(_)) => Side::Internal,
            _ => Side::Unknown,
        }
    }

    /// The company domain of the first participant who is known to be a customer.
    pub(crate) fn external_domain(&self) -> Option<String> {
        self.people
            .iter()
            .filter(|person| match person.side {
                Side::External => true,
                Side::Internal => false,
                Side::Unknown => self.side_of(person.email.as_deref(), None) == Side::External,
            })
            .find_map(|person| mail_domain(person.email.as_deref()?))
            .filter(|domain| !self.home.contains(domain))
    }
}
