//! Rows as read, by column name.

use std::sync::Arc;

use callboard_kernel::{Error, Result, Timestamp};

use crate::Value;

/// One row. Columns are found by the names in the `select` list.
#[derive(Clone, Debug)]
pub struct Row {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

/// A type that a column can be read as.
pub trait FromValue: Sized {
    /// Converts, or says that the column has another type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }
}
impl FromValue for bool {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(|i| i != 0)
    }
}
impl FromValue for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(r) => Some(*r),
            Value::Int(i) => Some(*i as Self),
            _ => None,
        }
    }
}
impl FromValue for String {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(t) => Some(t.clone()),
            _ => None,
        }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bytes(b) => Some(b.clone()),
            _ => None,
        }
    }
}
impl FromValue for Timestamp {
    fn from_value(value: &Value) -> Option<Self> {
        i64::from_value(value).map(Self::from_micros)
    }
}
impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }
}
impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}
macro_rules! id_columns {
    ($($id:ident),*) => {
        $(impl FromValue for callboard_kernel::$id {
            fn from_value(value: &Value) -> Option<Self> {
                String::from_value(value).map(Self::from_stored)
            }
        })*
    };
}
id_columns!(
    TenantId,
    UserId,
    ApiKeyId,
    IssuerId,
    ParticipantId,
    PassId,
    JoinLinkId,
    ReceiptId,
    AuditId,
    ErasureId,
    LoginId,
    OutboxId,
    RequestId,
    SessionId,
    WebhookDeliveryId,
    WebhookEndpointId
);

impl Row {
    /// A row of named values; made by the engines.
    pub const fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    /// Reads a column. A missing column or another type is our own defect.
    pub fn get<T: FromValue>(&self, column: &str) -> Result<T> {
        let at = self
            .columns
            .iter()
            .position(|c| c == column)
            .ok_or_else(|| Error::internal(format!("no column {column} in {:?}", self.columns)))?;
        self.at(at)
    }

    /// Reads a column by its place, for hot paths.
    pub fn at<T: FromValue>(&self, at: usize) -> Result<T> {
        let value = self.values.get(at).ok_or_else(|| Error::internal(format!("no column {at}")))?;
        T::from_value(value)
            .ok_or_else(|| Error::internal(format!("column {:?} holds {value:?}", self.columns.get(at))))
    }

    /// The text at a place, as it lies there.
    pub fn text(&self, at: usize) -> Result<&str> {
        match self.values.get(at) {
            Some(Value::Text(text)) => Ok(text),
            other => Err(self.unlike(at, other)),
        }
    }

    /// The bytes at a place, as they lie there.
    pub fn bytes(&self, at: usize) -> Result<&[u8]> {
        match self.values.get(at) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            other => Err(self.unlike(at, other)),
        }
    }

    /// Moves the text at a place out of the row, which has an empty one there afterwards.
    pub fn take_text(&mut self, at: usize) -> Result<String> {
        match self.values.get_mut(at) {
            Some(Value::Text(text)) => Ok(std::mem::take(text)),
            _ => Err(self.unlike(at, self.values.get(at))),
        }
    }

    fn unlike(&self, at: usize, found: Option<&Value>) -> Error {
        Error::internal(format!("column {:?} at {at} holds {found:?}", self.columns.get(at)))
    }

    /// Takes the values, in the order of the columns.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The column names.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }
}
