//! Files, and uploads in parts.

use ids::FileId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::request::{FromBody, FromQuery, Object, Query, TextRule};
use crate::{Timestamp, schema};

/// A stored file. It does not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct File {
    /// The id.
    #[schema(value_type = schema::FileId)]
    pub id: FileId,
    /// Its name: the last part of what it was sent as, without what a file system would take amiss.
    #[schema(example = "q3-call.m4a")]
    pub name: String,
    /// What it was said to be.
    #[schema(example = "audio/mp4")]
    pub media_type: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its strong entity tag, with its quotes, as in the header `ETag`.
    #[schema(example = "\"9e107d9d372bb6826bd81d3542a419d6\"")]
    pub etag: String,
    /// SHA-256 in lower-case hexadecimal, where it was given or could be made on the way.
    #[schema(required, min_length = 64, max_length = 64)]
    pub sha256: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// The query of `POST /v1/files`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StoreFile {
    /// The file's name, for a raw body. A form says it itself.
    #[param(min_length = 1, max_length = 255, example = "q3-call.m4a")]
    pub name: Option<String>,
}

impl FromQuery for StoreFile {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { name: query.text("name", TextRule::line(255)) })
    }
}

/// The form of `POST /v1/files`. Other fields are ignored.
#[derive(Debug, Clone, PartialEq, Eq, ToSchema)]
pub struct FileForm {
    /// The file, with its name and its `Content-Type`.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// The query of `GET /v1/files`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListFiles {
    /// Only files of this name.
    #[param(example = "q3-call.m4a")]
    pub name: Option<String>,
    /// Only files of this media type.
    #[param(example = "audio/mp4")]
    pub media_type: Option<String>,
    /// The page.
    #[param(ignore)]
    pub page: PageRequest<FileId>,
}

impl FromQuery for ListFiles {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            name: query.text("name", TextRule::line(255)),
            media_type: query.text("media_type", TextRule::line(255)),
            page: query.page("files", &["name", "media_type"]),
        })
    }
}

/// The body of `POST /v1/files/uploads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreateUpload {
    /// The file's name.
    #[schema(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$",
        example = "q3-calls.zip"
    )]
    pub name: String,
    /// What it is; `application/octet-stream` where it is left out.
    #[schema(
        required = false,
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$",
        example = "application/zip"
    )]
    pub media_type: Option<String>,
    /// How many bytes it has: at most 20 GiB.
    #[schema(minimum = 1, maximum = 21_474_836_480_u64, example = 734_003_200)]
    pub size_bytes: u64,
}

impl FromBody for CreateUpload {
    fn read(object: &Object<'_>) -> Option<Self> {
        let name = object.required_text("name", TextRule::line(255));
        let media_type = object.optional_text("media_type", TextRule::line(255));
        let size_bytes = object.required_raw("size_bytes").and_then(|raw| {
            let size = raw.get().parse::<u64>().ok();
            if size.is_none() {
                object.refuse("size_bytes", "must be a whole number of bytes");
            }
            size
        });
        Some(Self { name: name?, media_type, size_bytes: size_bytes? })
    }
}

/// A file whose parts are being sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Upload {
    /// The id, which is the file's once it is complete.
    #[schema(value_type = schema::FileId)]
    pub id: FileId,
    /// The file's name.
    pub name: String,
    /// What it is.
    pub media_type: String,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// How many bytes each part has, but the last, which has the rest.
    pub part_bytes: u64,
    /// How many parts there are, numbered from 1.
    pub part_count: u32,
    /// Those that are stored, in order.
    pub parts: Vec<UploadPart>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is given up, unless it was completed.
    pub expires_at: Timestamp,
}

/// A stored part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UploadPart {
    /// Which, from 1.
    pub number: u32,
    /// How many bytes it has.
    pub size_bytes: u64,
    /// Its entity tag.
    pub etag: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{read_body, read_query};

    #[test]
    fn an_upload_says_how_large_its_file_is() {
        let check = |body: &str, good: bool| {
            assert_eq!(read_body::<CreateUpload>(body.as_bytes()).is_ok(), good, "{body}");
        };
        check(r#"{"name": "a.zip", "size_bytes": 21474836480}"#, true);
        check(r#"{"name": "a.zip", "media_type": null, "size_bytes": 1}"#, true);
        for bad in ["-1", "1.5", "\"1\"", "null", "99999999999999999999"] {
            check(&format!(r#"{{"name": "a.zip", "size_bytes": {bad}}}"#), false);
        }
        check(r#"{"name": "", "size_bytes": 1}"#, false);
        check(r#"{"name": "a"}"#, false);
    }

    #[test]
    fn a_list_is_narrowed_by_name_and_type() {
        let list = read_query::<ListFiles>("name=a%20b.txt&media_type=text/plain").unwrap();
        assert_eq!((list.name.as_deref(), list.media_type.as_deref()), (Some("a b.txt"), Some("text/plain")));
        assert!(read_query::<ListFiles>("name=a%0ab").is_err());
    }
}
