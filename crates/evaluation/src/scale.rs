//! An index as large as a busy tenant's: passages put together from what is said in `samples/`, and how much exact
//! search over int8 rows loses against the model's own floats.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::{Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::pipeline::tenant_index::encode_vector;
use embedded::vectors::{Facts, Key, Narrowing, QuantizedQuery, Slab, TopK};
use ids::{ChunkId, EventId, TenantId};
use serde::Serialize;
use serde_json::json;

use crate::corpus::{Group, read};
use crate::search::model;

/// Any time will do.
const NOW_MS: u64 = 1_795_330_800_000;
/// Passages of one event, which are sent to the index at once.
const BATCH: usize = 200;
/// Sentences of a passage.
const SENTENCES: usize = 4;
/// Hits that are compared.
const FIRST: usize = 10;

/// What was made, and what the rounding of its vectors costs.
#[derive(Debug, Serialize)]
pub struct ScaleReport {
    /// Passages written.
    pub passages: usize,
    /// Queries written.
    pub queries: usize,
    /// The share of the nearest ten by floats that are among the nearest ten by int8 rows.
    pub recall_at_10: f64,
    /// Bytes of the rows, their keys and facts, as they are stored and held in memory.
    pub vector_bytes: usize,
    /// Whose index it is.
    pub tenant: TenantId,
}

/// Writes passages, those of an event a line, and queries, one a line, as JSON; the same every time.
///
/// # Errors
/// When the samples cannot be read or the texts cannot be written.
pub fn write(
    mut passages_to: impl Write,
    mut queries_to: impl Write,
    passages: usize,
    queries: usize,
) -> Result<ScaleReport> {
    let model = model()?;
    let calls = read(Group::Development)?;
    let sentences = sentences(calls.iter().map(|call| call.document.text.as_str()));
    ensure!(sentences.len() > SENTENCES, "`samples/` say too little to make passages of");
    let mut random = Sequence(42);
    let mut floats: Vec<Vec<f32>> = Vec::with_capacity(passages);
    let mut slab = Slab::new(model.dimensions())?;
    for (event, first) in (0_u32..).zip((0..passages).step_by(BATCH)) {
        let mut batch = Vec::with_capacity(BATCH);
        for number in first..passages.min(first + BATCH) {
            let parts: Vec<&str> = (0..SENTENCES).map(|_| random.pick(&sentences)).collect();
            let text = parts.join(" ");
            let vector = model.embed(&text);
            slab.push(key(number), Facts::default(), &vector)?;
            batch.push(json!({
                "id": ChunkId::from_parts(NOW_MS, unique(number)),
                "text": text,
                "account": format!("Account {}", number % 997),
                "vector": STANDARD.encode(&encode_vector(&vector).0),
            }));
            floats.push(vector);
        }
        let event_id = EventId::from_parts(NOW_MS, unique(event as usize));
        writeln!(passages_to, "{}", json!({ "event_id": event_id, "passages": batch }))?;
    }

    let asked = calls.iter().flat_map(|call| &call.questions).map(|question| question.asked.as_str());
    let mut asked: Vec<&str> = asked.collect();
    while asked.len() < queries {
        asked.push(random.pick(&sentences));
    }
    asked.truncate(queries);
    let mut found = 0;
    for query in &asked {
        let vector = model.embed(query);
        found += nearest(&floats, &vector).intersection(&nearest_rows(&slab, &vector)?).count();
        let vector = STANDARD.encode(&encode_vector(&vector).0);
        writeln!(queries_to, "{}", json!({ "query": query, "vector": vector }))?;
    }
    Ok(ScaleReport {
        passages,
        queries: asked.len(),
        recall_at_10: found as f64 / (asked.len() * FIRST.min(passages)).max(1) as f64,
        vector_bytes: slab.as_bytes().len(),
        tenant: TenantId::from_parts(NOW_MS, [1; 10]),
    })
}

/// What is said, sentence by sentence, each once.
fn sentences<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let all = texts.flat_map(|text| text.split_inclusive(['.', '?', '!', '\n'])).map(str::trim);
    let said: BTreeSet<&str> = all.filter(|sentence| (20..=240).contains(&sentence.len())).collect();
    said.into_iter().collect()
}

fn unique(number: usize) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&(number as u64).to_be_bytes());
    bytes
}

fn key(number: usize) -> Key {
    (number as u128).to_be_bytes()
}

/// The nearest by the model's floats. Its vectors have a length of 1, so the product is the cosine.
fn nearest(floats: &[Vec<f32>], query: &[f32]) -> BTreeSet<Key> {
    let cosine = |vector: &[f32]| -> f32 { vector.iter().zip(query).map(|(a, b)| a * b).sum() };
    let mut scored: Vec<(f32, usize)> =
        floats.iter().enumerate().map(|(number, vector)| (cosine(vector), number)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.into_iter().take(FIRST).map(|(_, number)| key(number)).collect()
}

fn nearest_rows(slab: &Slab, query: &[f32]) -> Result<BTreeSet<Key>> {
    let mut best = TopK::new(FIRST, -1.0);
    slab.search(&QuantizedQuery::new(query)?, &Narrowing::default(), &mut best);
    Ok(best.into_ranking().hits.into_iter().map(|hit| hit.id).collect())
}

/// The generator SplitMix64 (Steele, Lea and Flood, 2014).
struct Sequence(u64);

impl Sequence {
    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        from[((mixed ^ (mixed >> 31)) % from.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_to_bytes_keeps_the_nearest() {
        let (mut passages, mut queries) = (Vec::new(), Vec::new());
        let report = write(&mut passages, &mut queries, 2_000, 40).unwrap();
        assert!(report.recall_at_10 >= 0.98, "{report:?}");
        let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!((lines(&passages), lines(&queries)), (10, 40));
    }
}
