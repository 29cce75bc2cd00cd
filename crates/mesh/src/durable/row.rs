//! Rows that a statement answered with, and reading them as Rust types.

use std::fmt;
use std::rc::Rc;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::storage::StorageError;
use super::value::Value;

/// The answer to a statement: rows of values, one a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    columns: Rc<[String]>,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    /// From the names of the columns, and rows that have as many values each.
    #[must_use]
    pub fn new(columns: impl Into<Rc<[String]>>, rows: Vec<Vec<Value>>) -> Self {
        Self { columns: columns.into(), rows }
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The values as they are.
    #[must_use]
    pub fn into_values(self) -> Vec<Vec<Value>> {
        self.rows
    }

    /// Every row as `T`: a struct by the columns' names, a tuple by their order, or a plain value of the only column.
    /// `bool` reads 0 and 1, an enum without fields reads its name, `Vec<u8>` and [`crate::Bytes`] read a blob.
    ///
    /// # Errors
    /// [`StorageError::Row`], which names the column, when a row is no `T`: the schema and the code disagree.
    pub fn typed<T: DeserializeOwned>(self) -> Result<Vec<T>, StorageError> {
        let columns = &self.columns;
        let read =
            |row| T::deserialize(Row { columns, values: row }).map_err(|error| StorageError::Row(error.0));
        self.rows.into_iter().map(read).collect()
    }

    /// The first row as `T`, if there is one.
    ///
    /// # Errors
    /// As [`Rows::typed`].
    pub fn first<T: DeserializeOwned>(mut self) -> Result<Option<T>, StorageError> {
        self.rows.truncate(1);
        Ok(self.typed()?.into_iter().next())
    }

    /// The only row as `T`.
    ///
    /// # Errors
    /// As [`Rows::typed`], and when there is no row or more than one.
    pub fn one<T: DeserializeOwned>(self) -> Result<T, StorageError> {
        let found = self.rows.len();
        match (self.first()?, found) {
            (Some(row), 1) => Ok(row),
            _ => Err(StorageError::Row(format!("expected one row, found {found}"))),
        }
    }
}

/// Why a row does not read as the type asked for.
#[derive(Debug)]
struct RowError(String);

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RowError {}

impl de::Error for RowError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

struct Row<'a> {
    columns: &'a [String],
    values: Vec<Value>,
}

impl<'a> Row<'a> {
    fn cells(self) -> impl Iterator<Item = (&'a str, Cell<'a>)> {
        let cell = |(column, value): (&'a String, Value)| (column.as_str(), Cell { column, value });
        self.columns.iter().zip(self.values).map(cell)
    }

    fn only(self) -> Result<Cell<'a>, RowError> {
        let columns = self.columns;
        let mut cells = self.cells();
        match (cells.next(), cells.next()) {
            (Some((_, cell)), None) => Ok(cell),
            _ => {
                Err(RowError(format!("expected one column, found {}: {}", columns.len(), columns.join(", "))))
            }
        }
    }
}

macro_rules! read_the_only_cell {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
            self.only()?.$method(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Row<'_> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_map(MapDeserializer::new(self.cells()))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_seq(SeqDeserializer::new(self.cells().map(|(_, cell)| cell)))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_unit()
    }

    read_the_only_cell! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
    }

    forward_to_deserialize_any! { i128 u128 unit_struct map struct identifier ignored_any }
}

/// One value, and the column's name for what is said of it.
struct Cell<'a> {
    column: &'a str,
    value: Value,
}

impl Cell<'_> {
    fn named(column: &str, error: RowError) -> RowError {
        // A field within the column's value has said it already.
        if error.0.starts_with("column `") { error } else { RowError(format!("column `{column}`: {error}")) }
    }

    fn integer<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        if let Value::Real(number) = self.value
            && number.fract() == 0.0
        {
            return Err(RowError(format!(
                "column `{}`: {number} is past 2^53, where the platform rounds: keep such integers as text",
                self.column
            )));
        }
        self.deserialize_any(visitor)
    }
}

macro_rules! read_integers {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
            self.integer(visitor)
        }
    )+};
}

impl<'de> Deserializer<'de> for Cell<'_> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Integer(number) => visitor.visit_i64(number),
            Value::Real(number) => visitor.visit_f64(number),
            Value::Text(text) => visitor.visit_string(text),
            Value::Blob(bytes) => visitor.visit_byte_buf(bytes),
        }
        .map_err(|error| Self::named(self.column, error))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.value {
            Value::Integer(flag @ 0..=1) => visitor.visit_bool(flag == 1),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        if self.value == Value::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        let column = self.column;
        match self.value {
            Value::Text(text) => {
                let text: de::value::StringDeserializer<RowError> = text.into_deserializer();
                text.deserialize_enum(name, variants, visitor)
            }
            _ => Err(RowError(format!("expected the name of a `{name}` as text"))),
        }
        .map_err(|error| Self::named(column, error))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.value {
            Value::Blob(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.into_iter())),
            _ => self.deserialize_any(visitor),
        }
    }

    read_integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
        ignored_any
    }
}

impl<'de> IntoDeserializer<'de, RowError> for Cell<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::Bytes;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Color {
        DarkRed,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(String);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Whole {
        id: Id,
        count: u64,
        ratio: f64,
        open: bool,
        color: Color,
        bytes: Bytes,
        raw: Vec<u8>,
        missing: Option<u32>,
        present: Option<String>,
    }

    fn rows(cells: &[(&str, Value)]) -> Rows {
        let columns: Vec<_> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
        Rows::new(columns, vec![cells.iter().map(|(_, value)| value.clone()).collect()])
    }

    #[test]
    fn a_row_reads_as_a_struct_whose_fields_are_columns() {
        let row = rows(&[
            ("unasked", Value::Null),
            ("id", "tnt_1".into()),
            ("count", 7.into()),
            ("ratio", 2.0.into()),
            ("open", true.into()),
            ("color", "dark_red".into()),
            ("bytes", vec![0_u8, 255].into()),
            ("raw", vec![1_u8, 2].into()),
            ("missing", Value::Null),
            ("present", "here".into()),
        ]);
        let expected = Whole {
            id: Id("tnt_1".into()),
            count: 7,
            ratio: 2.0,
            open: true,
            color: Color::DarkRed,
            bytes: Bytes(vec![0, 255]),
            raw: vec![1, 2],
            missing: None,
            present: Some("here".into()),
        };
        assert_eq!(row.one::<Whole>(), Ok(expected));
    }

    #[test]
    fn a_row_reads_as_a_tuple_and_a_lone_column_as_its_value() {
        let pair = rows(&[("a", 1.into()), ("b", "x".into())]);
        assert_eq!(pair.clone().one::<(u8, String)>(), Ok((1, "x".into())));
        assert_eq!(rows(&[("a", 1.into())]).first::<u32>(), Ok(Some(1)));
        assert_eq!(rows(&[("a", Value::Null)]).first::<Option<u32>>(), Ok(Some(None)));
        assert_eq!(rows(&[("a", "x".into())]).first::<Id>(), Ok(Some(Id("x".into()))));
        assert_eq!(Rows::default().first::<u32>(), Ok(None));
    }

    #[test]
    fn what_does_not_fit_names_the_column() {
        fn said<T: DeserializeOwned + fmt::Debug>(cells: &[(&str, Value)]) -> String {
            rows(cells).one::<T>().unwrap_err().to_string()
        }
        for (message, expected) in [
            (
                said::<(u32,)>(&[("age", "old".into())]),
                "column `age`: invalid type: string \"old\", expected u32",
            ),
            (
                said::<(u8,)>(&[("age", 300.into())]),
                "column `age`: invalid value: integer `300`, expected u8",
            ),
            (said::<(u64,)>(&[("big", Value::Real(1e16))]), "is past 2^53, where the platform rounds"),
            (said::<(Color,)>(&[("color", "blue".into())]), "column `color`: unknown variant `blue`"),
            (said::<u32>(&[("a", 1.into()), ("b", 2.into())]), "expected one column, found 2: a, b"),
            (said::<Whole>(&[("count", 1.into())]), "missing field"),
        ] {
            assert!(message.contains(expected), "{message}");
        }
        let none = Rows::new(["a".to_owned()], Vec::new());
        assert_eq!(none.one::<u32>(), Err(StorageError::Row("expected one row, found 0".into())));
    }
}
