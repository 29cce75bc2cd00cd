//! Changes that a CRM tells of, and how they add up whatever their order.
//!
//! A change sets fields of a record at a place in the source's own order, its [`Stamp`]. What is kept is the *set* of all
//! that was ever set, each once; the value of a field is what was set last in that order. So changes that come late, twice
//! or backwards end in the same state, and the history of a field is the set itself.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A company.
    Account,
    /// A person.
    Contact,
}

/// A text that names no entity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of record that is followed")]
pub struct UnknownEntity(pub String);

impl std::str::FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(text: &str) -> Result<Self, UnknownEntity> {
        Self::ALL.into_iter().find(|entity| entity.as_str() == text).ok_or_else(|| UnknownEntity(text.into()))
    }
}

impl Entity {
    /// Every entity.
    pub const ALL: [Self; 2] = [Self::Account, Self::Contact];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Contact => "contact",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happened to a record as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Life {
    /// It was made.
    Created,
    /// It was deleted.
    Deleted,
    /// It was taken out of the bin.
    Restored,
    /// Something happened of which the source does not tell what: fields may be older than the record.
    Gap,
}

impl Life {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Gap => "gap",
        }
    }
}

/// A place in a source's own order: the commit's number or time, then what tells equal ones apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// The commit.
    pub major: u64,
    /// Within it.
    pub minor: u64,
    /// The delivery's own id, for what is equal so far.
    pub tie: String,
}

/// As a text that sorts as the stamps do, for stores that sort texts.
impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}-{:020}-{}", self.major, self.minor, self.tie)
    }
}

/// One thing that was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// When, in the source's order.
    pub stamp: Stamp,
    /// When, Unix milliseconds.
    pub at: u64,
    /// The value as JSON text; none where the field was emptied.
    pub value: Option<String>,
}

impl Setting {
    /// The order of settings of one field. Two of one place differ in their values only if a source contradicts itself;
    /// then the greater value stands, so that everyone sees the same.
    fn order(&self, other: &Self) -> Ordering {
        self.stamp.cmp(&other.stamp).then_with(|| self.value.cmp(&other.value))
    }
}

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of what.
    pub entity: Entity,
    /// Of which product.
    pub source: String,
    /// The account with the source, where ids are unique only within one; else empty.
    pub organization: String,
    /// Of which, by the source's id.
    pub record_id: String,
    /// When, in the source's order.
    pub stamp: Stamp,
    /// When, Unix milliseconds.
    pub at: u64,
    /// What happened to it as a whole.
    pub life: Option<Life>,
    /// What was set, as JSON text; none where a field was emptied.
    pub fields: BTreeMap<String, Option<String>>,
}

/// A record: everything that was ever set, by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    fields: BTreeMap<String, Vec<Setting>>,
    lives: Vec<(Stamp, Life)>,
}

impl Record {
    /// Adds a change. One that is known changes nothing.
    pub fn add(&mut self, change: &Change) {
        for (name, value) in &change.fields {
            let setting = Setting { stamp: change.stamp.clone(), at: change.at, value: value.clone() };
            let settings = self.fields.entry(name.clone()).or_default();
            if let Err(place) = settings.binary_search_by(|known| known.order(&setting)) {
                settings.insert(place, setting);
            }
        }
        if let Some(life) = change.life {
            let life = (change.stamp.clone(), life);
            if let Err(place) = self.lives.binary_search(&life) {
                self.lives.insert(place, life);
            }
        }
    }

    /// The value of a field now: what was set last.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&str> {
        self.fields.get(field)?.last()?.value.as_deref()
    }

    /// What a field was set to, the earliest first.
    #[must_use]
    pub fn history(&self, field: &str) -> &[Setting] {
        self.fields.get(field).map_or(&[], Vec::as_slice)
    }

    /// Whether it is deleted.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        let last = self.lives.iter().rev().find(|(_, life)| *life != Life::Gap);
        last.is_some_and(|(_, life)| *life == Life::Deleted)
    }
}

/// What a record is called, from its fields' values: an account's name, or a contact's, or else its address.
/// `value` gives a field's value as JSON text.
#[must_use]
pub fn display_name(entity: Entity, value: impl Fn(&str) -> Option<String>) -> Option<String> {
    let text = |field: &str| value(field).filter(|text| !text.trim().is_empty());
    let first = |fields: &[&str]| fields.iter().find_map(|field| text(field));
    match entity {
        Entity::Account => first(&["Name", "name", "Website", "domain"]),
        Entity::Contact => {
            let parts = [
                first(&["Name.FirstName", "FirstName", "firstname"]),
                first(&["Name.LastName", "LastName", "lastname"]),
            ];
            let parts: Vec<_> = parts.into_iter().flatten().collect();
            let whole = (!parts.is_empty()).then(|| parts.join(" "));
            whole.or_else(|| first(&["Name", "Email", "email"]))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_is_called_by_its_name_or_else_its_address() {
        let named = |entity, fields: &[(&str, &str)]| {
            let value = |field: &str| {
                fields.iter().find(|(name, _)| *name == field).map(|(_, value)| (*value).to_owned())
            };
            display_name(entity, value)
        };
        let of = |name: &str| Some(name.to_owned());
        assert_eq!(named(Entity::Account, &[("domain", "a.example"), ("name", "Acme")]), of("Acme"));
        assert_eq!(named(Entity::Account, &[("name", " "), ("domain", "a.example")]), of("a.example"));
        assert_eq!(
            named(Entity::Contact, &[("Name.LastName", "Osei"), ("Name.FirstName", "Ama")]),
            of("Ama Osei")
        );
        assert_eq!(named(Entity::Contact, &[("email", "ama@a.example")]), of("ama@a.example"));
        assert_eq!(named(Entity::Contact, &[]), None);
    }

    #[test]
    fn the_last_in_the_sources_order_stands_and_a_gap_undoes_no_deletion() {
        let change = |major: u64, life, value: Option<&str>| Change {
            entity: Entity::Account,
            source: "hubspot".into(),
            organization: "7".into(),
            record_id: "1".into(),
            stamp: Stamp { major, ..Stamp::default() },
            at: major,
            life,
            fields: value.map(|value| ("name".to_owned(), Some(value.to_owned()))).into_iter().collect(),
        };
        let mut record = Record::default();
        for late in [
            change(5, None, Some("new")),
            change(1, Some(Life::Created), Some("old")),
            change(3, None, Some("mid")),
        ] {
            record.add(&late);
        }
        assert_eq!(record.value("name"), Some("new"));
        let values: Vec<_> =
            record.history("name").iter().map(|setting| setting.value.as_deref().unwrap()).collect();
        assert_eq!(values, ["old", "mid", "new"]);
        record.add(&change(7, Some(Life::Deleted), None));
        record.add(&change(8, Some(Life::Gap), None));
        record.add(&change(6, Some(Life::Restored), None));
        assert!(record.is_deleted());
        record.add(&change(9, Some(Life::Restored), None));
        assert!(!record.is_deleted());
    }

    #[test]
    fn a_stamps_text_sorts_as_the_stamp() {
        let stamp = |major, minor, tie: &str| Stamp { major, minor, tie: tie.into() };
        let mut stamps =
            [stamp(10, 0, ""), stamp(9, 2, "b"), stamp(9, 2, "a"), stamp(9, 10, ""), stamp(u64::MAX, 0, "")];
        let mut texts = stamps.clone().map(|stamp| stamp.to_string());
        stamps.sort();
        texts.sort();
        assert_eq!(stamps.map(|stamp| stamp.to_string()), texts);
    }

    fn changes() -> impl Strategy<Value = Vec<Change>> {
        let one = (
            0..6_u64,
            0..2_u64,
            0..4_usize,
            proptest::collection::btree_map("[ab]", proptest::option::of("[xy]"), 0..3),
        );
        let change = |(major, minor, life, fields): (u64, u64, usize, _)| Change {
            entity: Entity::Contact,
            source: "hubspot".into(),
            organization: "7".into(),
            record_id: "1".into(),
            stamp: Stamp { major, minor, tie: String::new() },
            at: major,
            life: [None, Some(Life::Created), Some(Life::Deleted), Some(Life::Restored)][life],
            fields,
        };
        proptest::collection::vec(one.prop_map(change), 0..12)
    }

    proptest! {
        #[test]
        fn changes_in_any_order_and_any_number_of_times_end_in_the_same_record(
            (changes, shuffled, again) in changes().prop_flat_map(|changes| {
                let repeated: Vec<_> = changes.iter().chain(&changes).cloned().collect();
                (Just(changes.clone()), Just(changes).prop_shuffle(), Just(repeated).prop_shuffle())
            }),
        ) {
            let record = |changes: &[Change]| {
                let mut record = Record::default();
                changes.iter().for_each(|change| record.add(change));
                record
            };
            prop_assert_eq!(record(&changes), record(&shuffled));
            prop_assert_eq!(record(&changes), record(&again));
        }
    }
}
