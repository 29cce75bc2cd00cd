//! What breaks, proved: every rule has a message before and after a change. Samples of the one are encoded as the mesh
//! encodes them, decoded with the other, in both directions, and the classifier must have said what then happened.

mod enums;
mod fields;
mod judge;
mod meetings;
mod shapes;
mod values;

use judge::Pair;

/// `pair!(fields::added, fits, breaks)`: old bytes fit new code, new bytes break old code.
#[macro_export]
macro_rules! pair {
    ($group:ident :: $name:ident, $old_to_new:ident, $new_to_old:ident) => {
        $crate::judge::pair::<$crate::$group::$name::old::Message, $crate::$group::$name::new::Message>(
            concat!(stringify!($group), "::", stringify!($name)),
            $crate::$group::$name::old::samples(),
            $crate::$group::$name::new::samples(),
            [$crate::judge::$old_to_new, $crate::judge::$new_to_old],
        )
    };
}

/// Declares the two sides of a pair: the items, `Message` among them, and samples of it.
#[macro_export]
macro_rules! change {
    ($(#[$docs:meta])* $name:ident
        old { $($old:item)+ } [$($old_sample:expr),+ $(,)?]
        new { $($new:item)+ } [$($new_sample:expr),+ $(,)?]) => {
        $(#[$docs])*
        pub(crate) mod $name {
            pub(crate) mod old {
                #[allow(unused_imports, reason = "not every message needs what most do")]
                use $crate::judge::prelude::*;
                $($old)+
                pub(crate) fn samples() -> Vec<Message> { vec![$($old_sample),+] }
            }
            pub(crate) mod new {
                #[allow(unused_imports, reason = "not every message needs what most do")]
                use $crate::judge::prelude::*;
                $($new)+
                pub(crate) fn samples() -> Vec<Message> { vec![$($new_sample),+] }
            }
        }
    };
}

fn pairs() -> Vec<Pair> {
    [fields::pairs(), values::pairs(), enums::pairs(), shapes::pairs()].into_iter().flatten().collect()
}

#[test]
fn the_classifier_says_what_decoding_then_does() {
    let wrong: Vec<String> = pairs().iter().flat_map(Pair::mistakes).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_break_is_told_in_a_sentence() {
    for pair in pairs() {
        for found in pair.breaks() {
            assert!(found.sentence.contains("`send`") && found.sentence.contains(": "), "{found:?}");
        }
    }
}

#[test]
fn the_table_in_the_documentation_is_what_happens() {
    let page = include_str!("../../../../docs/contracts.md");
    let pairs = pairs();
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, old_to_new, new_to_old, name] = cells.as_slice() else { continue };
        let pair = pairs.iter().find(|pair| format!("`{}`", pair.name()) == *name);
        let pair = pair.unwrap_or_else(|| panic!("no pair is called {name}"));
        assert_eq!(pair.words(), [*old_to_new, *new_to_old], "{name}");
        rows += 1;
    }
    assert!(rows > 30, "the table has {rows} rows that name a pair");
}
