//! Cutting records into requests. Pure.

use serde::Serialize;

/// Bytes of one request: 1 MB, which every account takes. Newer streams take [`NEWER_REQUEST_BYTES`].
pub const REQUEST_BYTES: usize = 1_000_000;
/// Bytes of one request to a stream of Basin Pipelines: 5 MB.
pub const NEWER_REQUEST_BYTES: usize = 5_000_000;

/// Records that a pipeline would refuse. None was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRecords {
    /// A record cannot be written as JSON.
    #[error("record {position} cannot be written as JSON: {message}")]
    Unwritable {
        /// Counted from 0.
        position: usize,
        /// Why.
        message: String,
    },
    /// A record is something other than an object.
    #[error("record {position} is no JSON object: give it named fields")]
    NotAnObject {
        /// Counted from 0.
        position: usize,
    },
    /// A record alone is too large.
    #[error("record {position} is {bytes} bytes as JSON, over the {limit} of a request: store it elsewhere")]
    RecordTooLarge {
        /// Counted from 0.
        position: usize,
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The records together are too large.
    #[error("{records} records are {bytes} bytes as JSON, over the {limit} of a request: use `send_all`")]
    RequestTooLarge {
        /// How many there are.
        records: usize,
        /// Their size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

/// One request: a JSON array of this many records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) records: usize,
    pub(super) json: String,
}

/// Fills requests in order, each up to `limit` bytes.
pub(super) fn batches<T: Serialize>(records: &[T], limit: usize) -> Result<Vec<Batch>, InvalidRecords> {
    let mut batches: Vec<Batch> = Vec::new();
    for (position, record) in records.iter().enumerate() {
        let json = encode(position, record)?;
        // The record with the brackets around it is the smallest request that holds it.
        if json.len() + 2 > limit {
            return Err(InvalidRecords::RecordTooLarge { position, bytes: json.len(), limit });
        }
        match batches.last_mut() {
            // `json` lacks its closing bracket until the end: a comma, the record, and that bracket.
            Some(batch) if batch.json.len() + json.len() + 2 <= limit => {
                batch.json.push(',');
                batch.json.push_str(&json);
                batch.records += 1;
            }
            _ => batches.push(Batch { records: 1, json: format!("[{json}") }),
        }
    }
    batches.iter_mut().for_each(|batch| batch.json.push(']'));
    Ok(batches)
}

/// All records as one request.
pub(super) fn one_batch<T: Serialize>(records: &[T], limit: usize) -> Result<Option<Batch>, InvalidRecords> {
    let mut batches = batches(records, limit)?;
    if batches.len() > 1 {
        let bytes = batches.iter().map(|batch| batch.json.len() - 1).sum::<usize>() + 1;
        return Err(InvalidRecords::RequestTooLarge { records: records.len(), bytes, limit });
    }
    Ok(batches.pop())
}

fn encode<T: Serialize>(position: usize, record: &T) -> Result<String, InvalidRecords> {
    let json = serde_json::to_string(record)
        .map_err(|error| InvalidRecords::Unwritable { position, message: error.to_string() })?;
    if json.starts_with('{') { Ok(json) } else { Err(InvalidRecords::NotAnObject { position }) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;

    /// Each is 9 bytes: `{"n":100}`.
    fn numbered(count: usize) -> Vec<Value> {
        (0..count).map(|number| json!({ "n": number + 100 })).collect()
    }

    #[test]
    fn every_record_is_sent_once_in_order_within_the_limit() {
        for (count, limit) in [(1, 11), (5, 11), (5, 21), (7, 31), (7, 33), (9, 1000), (0, 11)] {
            let records = numbered(count);
            let batches = batches(&records, limit).unwrap();
            let mut sent = Vec::new();
            for batch in &batches {
                assert!(batch.json.len() <= limit, "{} over {limit}", batch.json.len());
                let records: Vec<Value> = serde_json::from_str(&batch.json).unwrap();
                assert_eq!(records.len(), batch.records);
                sent.extend(records);
            }
            assert_eq!(sent, records);
        }
    }

    #[test]
    fn requests_are_filled_to_the_last_byte() {
        // Two records with brackets and comma are 21 bytes.
        assert_eq!(batches(&numbered(4), 21).unwrap().len(), 2);
        assert_eq!(batches(&numbered(4), 20).unwrap().len(), 4);
        assert_eq!(one_batch(&numbered(2), 21).unwrap().unwrap().json, r#"[{"n":100},{"n":101}]"#);
    }

    #[test]
    fn what_a_pipeline_would_refuse_is_named() {
        assert_eq!(batches(&[json!({}), json!([1])], 100), Err(InvalidRecords::NotAnObject { position: 1 }));
        assert_eq!(
            batches(&numbered(1), 10),
            Err(InvalidRecords::RecordTooLarge { position: 0, bytes: 9, limit: 10 })
        );
        assert_eq!(
            one_batch(&numbered(3), 21),
            Err(InvalidRecords::RequestTooLarge { records: 3, bytes: 31, limit: 21 })
        );
        let keyed = BTreeMap::from([((1, 2), 3)]);
        assert!(matches!(batches(&[keyed], 100), Err(InvalidRecords::Unwritable { position: 0, .. })));
    }

    #[test]
    fn nothing_makes_no_request() {
        assert_eq!(one_batch::<Value>(&[], 100), Ok(None));
    }
}
