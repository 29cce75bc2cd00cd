//! Files of a tenant: what they may be called, how large they may be, and in which parts they are sent.

use crate::Fault;

/// The largest file in one request: 100 MiB, which is as much as the platform takes on every plan.
pub const MAX_PIECE_BYTES: u64 = 100 * 1024 * 1024;
/// The largest file in parts: 20 GiB.
pub const MAX_FILE_BYTES: u64 = 20 * 1024 * 1024 * 1024;
/// What a tenant's files may take: 20 GiB, uploads that are not complete included.
pub const MAX_TENANT_BYTES: u64 = 20 * 1024 * 1024 * 1024;
/// How long an upload in parts may take: a day, in milliseconds.
pub const UPLOAD_MS: u64 = 86_400_000;
/// How long storing a file in one piece may take: an hour, in milliseconds.
pub const STORING_MS: u64 = 3_600_000;
/// The longest name, in bytes of UTF-8.
pub const MAX_NAME_BYTES: usize = 255;

/// The smallest part that is planned: 8 MiB. The store takes 5.
const MIN_PART_BYTES: u64 = 8 * 1024 * 1024;
/// The most parts: the store takes 10,000.
const MAX_PARTS: u64 = 5_000;

/// Parts of one size, but for the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartPlan {
    /// How many bytes each has, but the last.
    pub part_bytes: u64,
    /// How many there are.
    pub count: u32,
    size_bytes: u64,
}

impl PartPlan {
    /// The plan for a file of so many bytes: at least 1, at most [`MAX_FILE_BYTES`].
    #[must_use]
    pub fn of(size_bytes: u64) -> Self {
        let mebibyte = 1024 * 1024;
        let part_bytes = size_bytes.div_ceil(MAX_PARTS).div_ceil(mebibyte).saturating_mul(mebibyte);
        let part_bytes = part_bytes.max(MIN_PART_BYTES);
        let count = u32::try_from(size_bytes.div_ceil(part_bytes)).unwrap_or(u32::MAX);
        Self { part_bytes, count, size_bytes }
    }

    /// How many bytes the part of this number (from 1) has; none where there is no such part.
    #[must_use]
    pub fn bytes_of(&self, number: u32) -> Option<u64> {
        if number == 0 || number > self.count {
            return None;
        }
        let before = u64::from(number - 1).saturating_mul(self.part_bytes);
        Some(self.part_bytes.min(self.size_bytes.saturating_sub(before)))
    }
}

/// A name as it is kept: the last part of a path, without what a file system or a header would take amiss. `file`
/// where nothing is left.
#[must_use]
pub fn safe_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let trimmed = kept.trim().trim_start_matches('.').trim_end_matches(['.', ' ']).trim_start();
    let mut end = trimmed.len().min(MAX_NAME_BYTES);
    while !trimmed.is_char_boundary(end) {
        end -= 1;
    }
    let name = trimmed[..end].trim_end();
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// Characters that turn the direction of text or take no room: with them `exe.pdf` may be an `fdp.exe`.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
}

/// A media type as it is kept: `type/subtype` in lower case with its parameters; `application/octet-stream` where it
/// is none.
#[must_use]
pub fn safe_media_type(given: &str) -> String {
    const UNKNOWN: &str = "application/octet-stream";
    let given = given.trim();
    if given.len() > 255 || !given.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return UNKNOWN.to_owned();
    }
    let (essence, parameters) =
        given.split_once(';').map_or((given, None), |(a, b)| (a.trim(), Some(b.trim())));
    let token = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    match essence.split_once('/') {
        Some((kind, subtype)) if token(kind) && token(subtype) => {
            let essence = essence.to_ascii_lowercase();
            match parameters.filter(|parameters| !parameters.is_empty()) {
                Some(parameters) => format!("{essence}; {parameters}"),
                None => essence,
            }
        }
        _ => UNKNOWN.to_owned(),
    }
}

/// Whether a browser may show a file of this type in place: what runs no script and reads nothing else.
#[must_use]
pub fn is_shown(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    matches!(
        essence,
        "image/png"
            | "image/jpeg"
            | "image/gif"
            | "image/webp"
            | "image/avif"
            | "audio/mpeg"
            | "audio/mp4"
            | "audio/ogg"
            | "audio/wav"
            | "audio/webm"
            | "video/mp4"
            | "video/ogg"
            | "video/webm"
            | "text/plain"
    )
}

/// Whether a file in parts may have so many bytes.
///
/// # Errors
/// [`Fault`] at `/size_bytes`.
pub fn check_size(size_bytes: u64) -> Result<(), Fault> {
    if (1..=MAX_FILE_BYTES).contains(&size_bytes) {
        return Ok(());
    }
    Err(Fault { pointer: "/size_bytes".into(), detail: format!("must be from 1 to {MAX_FILE_BYTES}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_what_is_harmless() {
        let check = |given: &str, expect: &str| assert_eq!(safe_name(given), expect, "{given:?}");
        check("Report 2026.pdf", "Report 2026.pdf");
        check("../../etc/passwd", "passwd");
        check("C:\\temp\\a.txt", "a.txt");
        check("..", "file");
        check("", "file");
        check(".htaccess", "htaccess");
        check("a\r\nb: c", "ab_ c");
        check("invoice\u{202e}fdp.exe", "invoicefdp.exe");
        check("Café ☕.txt", "Café ☕.txt");
        check("name. . ", "name");
        check("a\"b<c>|d?*", "a_b_c__d__");
        assert_eq!(safe_name(&"é".repeat(300)).len(), 254);
    }

    #[test]
    fn a_media_type_is_one_or_unknown() {
        let check = |given: &str, expect: &str| assert_eq!(safe_media_type(given), expect, "{given:?}");
        check("Text/HTML; charset=utf-8", "text/html; charset=utf-8");
        check("application/vnd.ms-excel", "application/vnd.ms-excel");
        for bad in ["", "text", "text/", "/html", "text/ht ml", "a/b/c", "text/html\r\nx: y", "é/b"] {
            check(bad, "application/octet-stream");
        }
    }

    #[test]
    fn what_can_run_is_not_shown() {
        for shown in ["image/png", "text/plain; charset=utf-8", "video/mp4"] {
            assert!(is_shown(shown), "{shown}");
        }
        for kept in
            ["text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "text/xml", "x/y"]
        {
            assert!(!is_shown(kept), "{kept}");
        }
    }

    #[test]
    fn the_parts_of_a_plan_make_up_the_file() {
        for size in [1, MIN_PART_BYTES, MIN_PART_BYTES + 1, 3_000_000_000, MAX_FILE_BYTES] {
            let plan = PartPlan::of(size);
            let sum: u64 = (1..=plan.count).filter_map(|number| plan.bytes_of(number)).sum();
            assert_eq!(sum, size);
            assert!(u64::from(plan.count) <= MAX_PARTS);
            assert_eq!((plan.bytes_of(0), plan.bytes_of(plan.count + 1)), (None, None));
        }
    }

    #[test]
    fn a_file_has_at_least_a_byte_and_not_too_many() {
        let check = |size: u64, good: bool| assert_eq!(check_size(size).is_ok(), good, "{size}");
        check(0, false);
        check(1, true);
        check(MAX_FILE_BYTES, true);
        check(MAX_FILE_BYTES + 1, false);
    }
}
