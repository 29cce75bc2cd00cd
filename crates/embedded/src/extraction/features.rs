//! What the second stage knows of a sentence: its words in a coarse form, alone and in rows; who says it, to whom, after
//! what; and what the rules think of it. Each is the hash of a name, so that nothing has to be looked up to be counted.

use domain::SignalKind;
use transcript::Side;

use super::{
    candidate::{Feature, Reading},
    entity::Entities,
    pattern::Thing,
    rules::Lexicon,
    token::Token,
};

/// The things that stand for themselves in a row of words, the most telling first.
const THINGS: [(Thing, &str); 8] = [
    (Thing::Money, "<money>"),
    (Thing::Date, "<date>"),
    (Thing::Duration, "<duration>"),
    (Thing::Percent, "<percent>"),
    (Thing::Amount, "<amount>"),
    (Thing::Number, "<number>"),
    (Thing::Brand, "<brand>"),
    (Thing::Name, "<name>"),
];

/// How far apart two words may stand to be counted together.
const SKIP: usize = 4;

/// How much the words of a sentence say together, by the square of what each says.
const WORDS: f32 = 6.0;
/// How much less is learned from what the rules think: they know the development calls.
const RULES: f32 = 0.5;

/// FNV-1a over the parts of a feature's name.
#[derive(Clone, Copy)]
struct Name(u32);

impl Name {
    fn new(template: &str) -> Self {
        Self(0x811c_9dc5).with(template)
    }

    fn with(self, part: &str) -> Self {
        let hash = part
            .bytes()
            .chain([0])
            .fold(self.0, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        Self(hash)
    }
}

/// The words of a sentence with things named as such and endings dropped: `we have <money> set aside for thi`.
pub(super) fn coarse(words: &[Token<'_>], entities: &Entities) -> Vec<String> {
    let mut row = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let thing = THINGS.iter().find_map(|(thing, name)| Some((entities.end(*thing, at)?, *name)));
        match thing {
            Some((end, name)) if end > at => {
                row.push(name.to_owned());
                at = end;
            }
            _ => {
                row.push(stem(&words[at].text).to_owned());
                at += 1;
            }
        }
    }
    row
}

/// A word without its commonest endings. Crude on purpose: both sides of a comparison go through it.
pub(super) fn stem(word: &str) -> &str {
    if word.len() < 5 || !word.is_ascii() {
        return word;
    }
    for ending in ["ing", "ed", "es", "s"] {
        if let Some(rest) = word.strip_suffix(ending).filter(|rest| rest.len() > 3) {
            return rest.strip_suffix('e').unwrap_or(rest);
        }
    }
    word.strip_suffix('e').unwrap_or(word)
}

/// Everything that holds of a sentence.
pub(super) fn of(reading: &Reading<'_>) -> Vec<Feature> {
    let row = coarse(reading.words, reading.entities);
    let row: Vec<&str> = row.iter().map(String::as_str).collect();
    let side = reading.setting.side;
    let seller = if side == Side::Internal { "seller" } else { "buyer" };
    let mut names: Vec<Name> = Vec::with_capacity(row.len() * 10);
    for (at, word) in row.iter().enumerate() {
        names.push(Name::new("w").with(word));
        names.push(Name::new("sw").with(seller).with(word));
        for class in Lexicon::get().classes_of(word) {
            names.push(Name::new("c").with(class));
            names.push(Name::new("sc").with(seller).with(class));
        }
        if let Some(next) = row.get(at + 1) {
            names.push(Name::new("ww").with(word).with(next));
            names.push(Name::new("sww").with(seller).with(word).with(next));
            for class in Lexicon::get().classes_of(next) {
                names.push(Name::new("wc").with(word).with(class));
            }
            for class in Lexicon::get().classes_of(word) {
                names.push(Name::new("cw").with(class).with(next));
            }
            if let Some(third) = row.get(at + 2) {
                names.push(Name::new("www").with(word).with(next).with(third));
            }
        }
        for apart in 2..=SKIP {
            if let Some(other) = row.get(at + apart) {
                names.push(Name::new("w.w").with(word).with(other));
            }
        }
    }
    names.sort_unstable_by_key(|name| name.0);
    names.dedup_by_key(|name| name.0);
    // Long sentences hold more of everything; what is in them counts for less each.
    let weight = WORDS / (names.len().max(16) as f32).sqrt();
    let mut features: Vec<Feature> = names.into_iter().map(|name| (name.0, weight)).collect();
    circumstances(reading, &row, seller, &mut |name, value| features.push((name.0, value)));
    rules(reading, seller, &mut |name, value| features.push((name.0, value * RULES)));
    features
}

fn circumstances(reading: &Reading<'_>, row: &[&str], seller: &str, add: &mut dyn FnMut(Name, f32)) {
    let setting = reading.setting;
    add(Name::new("side").with(setting.side.as_str()), 1.0);
    for (name, holds) in [
        ("question", setting.question),
        ("elsewhere", setting.elsewhere),
        ("chatter", setting.chatter),
        ("past", setting.past),
        ("mended", setting.mended),
    ] {
        if holds {
            add(Name::new(name), 1.0);
            add(Name::new(name).with(seller), 1.0);
        }
    }
    for word in row.iter().take(1) {
        add(Name::new("first").with(word), 0.5);
    }
    if let [first, second, ..] = row {
        add(Name::new("first two").with(first).with(second), 0.5);
    }
    let length = match row.len() {
        0..=3 => "tiny",
        4..=7 => "short",
        8..=15 => "middling",
        16..=30 => "long",
        _ => "endless",
    };
    add(Name::new("length").with(length), 1.0);
    for (thing, name) in THINGS {
        if reading.entities.has(thing) {
            add(Name::new("has").with(name).with(seller), 0.5);
            for kind in reading.asked {
                add(Name::new("asked and has").with(kind.as_str()).with(name), 1.0);
            }
        }
    }
    for kind in reading.asked {
        add(Name::new("asked").with(kind.as_str()), 1.0);
        add(Name::new("asked and").with(kind.as_str()).with(length), 0.5);
    }
    if let Some(place) = reading.place {
        let fifth = ["0", "1", "2", "3", "4"][((place * 5.0) as usize).min(4)];
        add(Name::new("place").with(fifth), 0.5);
        add(Name::new("place").with(fifth).with(seller), 0.5);
        if place > 0.9 {
            add(Name::new("closing"), 0.5);
        }
    }
    for word in reading.heard {
        add(Name::new("heard").with(word), 0.25);
    }
    for (at, word) in reading.reply.iter().enumerate() {
        add(Name::new("reply").with(word), 0.3);
        if let Some(next) = reading.reply.get(at + 1) {
            add(Name::new("reply").with(word).with(next), 0.3);
        }
    }
    for word in reading.reply.iter().take(1) {
        add(Name::new("reply begins").with(word), 0.3);
    }
    for word in reading.before {
        add(Name::new("before").with(word), 0.15);
    }
}

/// What the rules think.
fn rules(reading: &Reading<'_>, seller: &str, add: &mut dyn FnMut(Name, f32)) {
    for carried in reading.carried {
        add(Name::new("carries").with(carried.kind.as_str()), 1.0);
        add(Name::new("carries so much").with(carried.kind.as_str()), carried.score as f32 - 0.5);
    }
    for kind in SignalKind::ALL {
        let own = reading.matches.iter().filter(|(rule, _)| rule.kind == kind);
        let mut best = 0.0_f64;
        let mut held_back = 0.0_f64;
        for (rule, matched) in own {
            if reading.setting.allows(rule, *matched, reading.words) {
                best = best.max(rule.weight);
            } else {
                held_back = held_back.max(rule.weight);
            }
        }
        if best > 0.0 {
            add(Name::new("matches").with(kind.as_str()), best as f32);
            add(Name::new("matches").with(kind.as_str()).with(seller), best as f32);
        }
        if held_back > 0.0 {
            add(Name::new("held back").with(kind.as_str()), held_back as f32);
        }
    }
}
