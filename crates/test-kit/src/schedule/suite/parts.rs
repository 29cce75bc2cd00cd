//! Further objects.

use app::ports::ScheduleStore;

use super::{START, at};

/// What a tenant's first object knows of the others.
pub(super) fn further_objects_are_kept(store: &dyn ScheduleStore) {
    let at = |ms| at(START + ms);
    assert_eq!(store.last_part().unwrap(), 0);
    assert_eq!(store.sent_to("a").unwrap(), None);
    store.send_to_part(1, Some("a"), at(0)).unwrap();
    store.send_to_part(1, None, at(1)).unwrap();
    assert_eq!(store.last_part().unwrap(), 1);
    store.send_to_part(2, Some("a"), at(2)).unwrap();
    store.send_to_part(1, Some("b"), at(3)).unwrap();
    store.send_to_part(1, Some("a"), at(4)).unwrap();
    assert_eq!(store.last_part().unwrap(), 2, "never back to an earlier one");
    assert_eq!((store.sent_to("a").unwrap(), store.sent_to("b").unwrap()), (Some(2), Some(1)));
    store.forget_keys(at(1)).unwrap();
    assert_eq!((store.sent_to("a").unwrap(), store.sent_to("b").unwrap()), (None, Some(1)));
    assert_eq!(store.last_part().unwrap(), 2);
}
