//! What can be bound and read: integer, real, text, bytes, null.

use callboard_kernel::Timestamp;

/// One SQL value. Times are integer microseconds UTC, money integer minor units, JSON text, booleans 0 or 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL null.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A double.
    Real(f64),
    /// Text, compared by bytes.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Anything that can be bound to a parameter.
pub trait ToValue {
    /// The value to bind.
    fn to_value(&self) -> Value;
}

impl ToValue for Value {
    fn to_value(&self) -> Value {
        self.clone()
    }
}
impl ToValue for i64 {
    fn to_value(&self) -> Value {
        Value::Int(*self)
    }
}
impl ToValue for i32 {
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }
}
impl ToValue for u32 {
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }
}
impl ToValue for usize {
    fn to_value(&self) -> Value {
        Value::Int(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}
impl ToValue for bool {
    fn to_value(&self) -> Value {
        Value::Int(i64::from(*self))
    }
}
impl ToValue for f64 {
    fn to_value(&self) -> Value {
        Value::Real(*self)
    }
}
impl ToValue for str {
    fn to_value(&self) -> Value {
        Value::Text(self.to_owned())
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
}
impl ToValue for [u8] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}
impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value {
        Value::Bytes(self.clone())
    }
}
impl<const N: usize> ToValue for [u8; N] {
    fn to_value(&self) -> Value {
        Value::Bytes(self.to_vec())
    }
}
impl ToValue for Timestamp {
    fn to_value(&self) -> Value {
        Value::Int(self.micros())
    }
}
impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value {
        (**self).to_value()
    }
}

macro_rules! id_values {
    ($($id:ident),*) => {
        $(impl ToValue for callboard_kernel::$id {
            fn to_value(&self) -> Value {
                Value::Text(self.as_str().to_owned())
            }
        })*
    };
}
id_values!(
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

/// Named parameters of one statement, made by [`params!`](crate::params).
#[derive(Clone, Debug, Default)]
pub struct Params(pub Vec<(&'static str, Value)>);

impl Params {
    /// The value bound to a name (without the colon).
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }
}

/// Binds by name: `params! { tenant, session: key.id(), limit: 10 }`. A bare name binds the variable of that name.
#[macro_export]
macro_rules! params {
    (@one $name:ident) => { (stringify!($name), $crate::ToValue::to_value(&$name)) };
    (@one $name:ident $value:expr) => { (stringify!($name), $crate::ToValue::to_value(&$value)) };
    ($($name:ident $(: $value:expr)?),* $(,)?) => {
        $crate::Params(vec![$($crate::params!(@one $name $($value)?)),*])
    };
}
