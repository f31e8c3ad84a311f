//! Values in PostgreSQL's binary form. The server infers a type for every parameter; a value must fit it.

use std::error::Error as StdError;

use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::Value;

type Fault = Box<dyn StdError + Sync + Send>;

/// A value to bind. Null fits every type; an integer also fits where the server infers a narrower or a real one.
#[derive(Debug)]
pub(super) struct Bind<'a>(pub(super) &'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match self.0 {
            Value::Null => return Ok(IsNull::Yes),
            Value::Int(i) => integer(*i, ty, out)?,
            Value::Real(r) if *ty == Type::FLOAT8 => out.extend_from_slice(&r.to_be_bytes()),
            Value::Real(r) if *ty == Type::FLOAT4 => out.extend_from_slice(&(*r as f32).to_be_bytes()),
            Value::Text(t) if is_text(ty) => out.extend_from_slice(t.as_bytes()),
            Value::Bytes(b) if *ty == Type::BYTEA => out.extend_from_slice(b),
            other => return Err(format!("{} cannot be bound where the server expects {ty}", kind(other)).into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn integer(i: i64, ty: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    if *ty == Type::INT8 {
        out.extend_from_slice(&i.to_be_bytes());
    } else if *ty == Type::INT4 {
        out.extend_from_slice(&i32::try_from(i)?.to_be_bytes());
    } else if *ty == Type::INT2 {
        out.extend_from_slice(&i16::try_from(i)?.to_be_bytes());
    } else if *ty == Type::FLOAT8 {
        out.extend_from_slice(&(i as f64).to_be_bytes());
    } else if *ty == Type::BOOL && (i == 0 || i == 1) {
        out.extend_from_slice(&[u8::from(i == 1)]);
    } else if *ty == Type::NUMERIC {
        numeric_from(i, out);
    } else {
        return Err(format!("an integer cannot be bound where the server expects {ty}").into());
    }
    Ok(())
}

fn is_text(ty: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::BPCHAR, Type::NAME, Type::UNKNOWN, Type::JSON].contains(ty)
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Int(_) => "an integer",
        Value::Real(_) => "a real",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
    }
}

/// A value as read.
pub(super) struct Out(pub(super) Value);

impl<'a> FromSql<'a> for Out {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        let value = if *ty == Type::INT8 {
            Value::Int(i64::from_be_bytes(raw.try_into()?))
        } else if *ty == Type::INT4 {
            Value::Int(i64::from(i32::from_be_bytes(raw.try_into()?)))
        } else if *ty == Type::INT2 {
            Value::Int(i64::from(i16::from_be_bytes(raw.try_into()?)))
        } else if *ty == Type::BOOL {
            Value::Int(i64::from(raw.first() == Some(&1)))
        } else if *ty == Type::FLOAT8 {
            Value::Real(f64::from_be_bytes(raw.try_into()?))
        } else if *ty == Type::FLOAT4 {
            Value::Real(f64::from(f32::from_be_bytes(raw.try_into()?)))
        } else if *ty == Type::BYTEA {
            Value::Bytes(raw.to_vec())
        } else if *ty == Type::NUMERIC {
            numeric_to(raw)?
        } else if *ty == Type::VOID {
            Value::Null
        } else if is_text(ty) {
            Value::Text(std::str::from_utf8(raw)?.to_owned())
        } else {
            return Err(format!("columns of type {ty} are not read; cast them to text or bigint").into());
        };
        Ok(Self(value))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Self(Value::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

const NUMERIC_NEGATIVE: u16 = 0x4000;
const NUMERIC_SPECIAL: u16 = 0xC000;

/// `sum(bigint)` is numeric here and an integer on SQLite: whole numbers without a scale become integers.
fn numeric_to(raw: &[u8]) -> Result<Value, Fault> {
    let word = |at: usize| -> Result<u16, Fault> {
        let bytes = raw.get(at * 2..at * 2 + 2).ok_or("a numeric is cut short")?;
        Ok(u16::from_be_bytes(bytes.try_into()?))
    };
    let (count, weight, sign, scale) = (word(0)?, word(1)?.cast_signed(), word(2)?, word(3)?);
    if sign >= NUMERIC_SPECIAL {
        return Err("a numeric is not a number".into());
    }
    let negative = sign == NUMERIC_NEGATIVE;
    if scale > 0 {
        let mut real = 0.0;
        for at in 0..count {
            let power = i32::from(weight) - i32::from(at);
            real += f64::from(word(4 + usize::from(at))?) * 10_000_f64.powi(power);
        }
        return Ok(Value::Real(if negative { -real } else { real }));
    }
    let mut whole: i128 = 0;
    for at in 0..=weight.max(-1) {
        let digit = if at < count.cast_signed() { word(4 + usize::try_from(at)?)? } else { 0 };
        whole =
            whole.checked_mul(10_000).and_then(|n| n.checked_add(i128::from(digit))).ok_or("a numeric is too large")?;
    }
    Ok(Value::Int(i64::try_from(if negative { -whole } else { whole })?))
}

fn numeric_from(i: i64, out: &mut BytesMut) {
    let mut digits = Vec::new();
    let mut left = i.unsigned_abs();
    while left > 0 {
        // Below 10,000 by the remainder.
        digits.push((left % 10_000) as u16);
        left /= 10_000;
    }
    let sign = if i < 0 { NUMERIC_NEGATIVE } else { 0 };
    let count = digits.len() as u16;
    for word in [count, count.wrapping_sub(1), sign, 0] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    for digit in digits.iter().rev() {
        out.extend_from_slice(&digit.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whole_numerics_keep_their_value(i in any::<i64>()) {
            let mut out = BytesMut::new();
            numeric_from(i, &mut out);
            prop_assert_eq!(numeric_to(&out).unwrap(), Value::Int(i));
        }
    }

    #[test]
    fn a_numeric_with_a_scale_is_real() {
        // 12345.5 as the server sends it: digits 1, 2345, 5000 with weight 1 and scale 1.
        let raw: Vec<u8> = [3_u16, 1, 0, 1, 1, 2_345, 5_000].iter().flat_map(|w| w.to_be_bytes()).collect();
        assert_eq!(numeric_to(&raw).unwrap(), Value::Real(12_345.5));
        assert!(numeric_to(&raw[..9]).is_err());
    }
}
