//! Mutations of bytes that are text of some format: JSON, headers, URLs, tokens, transcripts.

use mutatis::{Candidates, Mutate, Result, Rng};

/// What formats are made of, and what their readers get wrong.
const TOKENS: [&[u8]; 44] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b",",
    b":",
    b"=",
    b"&",
    b";",
    b".",
    b"-",
    b"/",
    b"%00",
    b"%",
    b"\\u0000",
    b"\\ud800",
    b"\\udc00",
    b"null",
    b"true",
    b"0",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"-0.0",
    b"NaN",
    b"\0",
    b"\xff",
    b"\xf0\x9f\x92\xa9",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b" --> ",
    b"WEBVTT",
    b"bytes=",
    b"\"\"",
    b"{}",
    b"[]",
    b"@",
    b"--",
    b"\xff\xfe",
];
/// What is put around a value, many times.
const NESTS: [(&[u8], &[u8]); 5] =
    [(b"[", b"]"), (b"{\"a\":", b"}"), (b"{\"!\":[", b"]}"), (b"<a>", b"</a>"), (b"(", b")")];
/// How deep.
const DEPTHS: [usize; 4] = [8, 130, 1_000, 10_000];

/// Mutates bytes, and takes parts of other seeds into them.
pub(crate) struct Mutator<'a> {
    pub(crate) seeds: &'a [Vec<u8>],
    pub(crate) largest: usize,
}

impl Mutate<Vec<u8>> for Mutator<'_> {
    fn mutate(&mut self, candidates: &mut Candidates<'_>, value: &mut Vec<u8>) -> Result<()> {
        if !value.is_empty() {
            candidates.mutation(|context| {
                let (from, to) = range(context.rng(), value.len());
                value.drain(from..to);
                Ok(())
            })?;
            candidates.mutation(|context| {
                let at = index(context.rng(), value.len());
                value.remove(at);
                Ok(())
            })?;
        }
        if candidates.shrink() {
            return Ok(());
        }
        if !value.is_empty() {
            candidates.mutation(|context| {
                let at = index(context.rng(), value.len());
                value[at] ^= 1 << index(context.rng(), 8);
                Ok(())
            })?;
            candidates.mutation(|context| {
                let at = index(context.rng(), value.len());
                value[at] = context.rng().gen_u8();
                Ok(())
            })?;
            self.repeat(candidates, value)?;
            self.replace(candidates, value)?;
        }
        for _ in 0..2 {
            candidates.mutation(|context| {
                let at = index(context.rng(), value.len() + 1);
                let token = TOKENS[index(context.rng(), TOKENS.len())];
                value.splice(at..at, token.iter().copied());
                value.truncate(self.largest);
                Ok(())
            })?;
        }
        self.nest(candidates, value)?;
        self.cross(candidates, value)
    }
}

impl Mutator<'_> {
    /// A part once or many times more: a field twice, a list of thousands.
    fn repeat(&self, candidates: &mut Candidates<'_>, value: &mut Vec<u8>) -> Result<()> {
        candidates.mutation(|context| {
            let (from, to) = range(context.rng(), value.len());
            let times = [1, 2, 300][index(context.rng(), 3)];
            let part = value[from..to].repeat(times);
            value.splice(to..to, part);
            value.truncate(self.largest);
            Ok(())
        })
    }

    /// A token in a part's place, a number's most of all.
    fn replace(&self, candidates: &mut Candidates<'_>, value: &mut Vec<u8>) -> Result<()> {
        candidates.mutation(|context| {
            let (mut from, mut to) = range(context.rng(), value.len());
            if let Some(digit) = value[from..].iter().position(u8::is_ascii_digit) {
                from += digit;
                to = from + value[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            }
            let token = TOKENS[index(context.rng(), TOKENS.len())];
            value.splice(from..to, token.iter().copied());
            Ok(())
        })
    }

    /// A value deep inside others.
    fn nest(&self, candidates: &mut Candidates<'_>, value: &mut Vec<u8>) -> Result<()> {
        candidates.mutation(|context| {
            let (from, to) = range(context.rng(), value.len());
            let (open, close) = NESTS[index(context.rng(), NESTS.len())];
            let depth = DEPTHS[index(context.rng(), DEPTHS.len())];
            // Now and then it is never closed.
            let closed = if context.rng().gen_u8() < 192 { depth } else { 0 };
            value.splice(to..to, close.repeat(closed));
            value.splice(from..from, open.repeat(depth));
            value.truncate(self.largest);
            Ok(())
        })
    }

    /// A part of another seed in a part's place.
    fn cross(&self, candidates: &mut Candidates<'_>, value: &mut Vec<u8>) -> Result<()> {
        candidates.mutation(|context| {
            let other = &self.seeds[index(context.rng(), self.seeds.len())];
            let (from, to) = range(context.rng(), other.len());
            let (at, until) = range(context.rng(), value.len());
            value.splice(at..until, other[from..to].iter().copied());
            value.truncate(self.largest);
            Ok(())
        })
    }
}

/// A place below `len`; zero where there is none.
fn index(rng: &mut Rng, len: usize) -> usize {
    rng.gen_index(len).unwrap_or_default()
}

/// A range inside `len`, short ones more often.
fn range(rng: &mut Rng, len: usize) -> (usize, usize) {
    let from = index(rng, len);
    let most = (len - from).min([4, 32, 4_096, usize::MAX][index(rng, 4)]);
    (from, from + index(rng, most + 1))
}
