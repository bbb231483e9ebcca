//! CBOR as Smithy's RPC protocol uses it: read into a JSON value, written from an answer.

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use serde_json::{Map, Value};

use super::{Found, Output};

/// Nesting beyond this is not read.
const DEEPEST: u32 = 32;

/// The value of a request's body; times become seconds since the Unix epoch.
pub(super) fn read(body: &[u8]) -> Result<Value, String> {
    value(&mut Decoder::new(body), DEEPEST).map_err(|error| error.to_string())
}

fn value(decoder: &mut Decoder<'_>, depth: u32) -> Result<Value, DeserializeError> {
    if depth == 0 {
        return Err(DeserializeError::custom("nested too deeply", decoder.position()));
    }
    Ok(match decoder.datatype()? {
        Type::Map | Type::MapIndef => Value::Object(map(decoder, depth)?),
        Type::Array | Type::ArrayIndef => Value::Array(list(decoder, depth)?),
        Type::String | Type::StringIndef => Value::String(decoder.string()?),
        Type::Bool => Value::Bool(decoder.boolean()?),
        Type::Tag => Value::from(decoder.timestamp()?.as_secs_f64()),
        Type::F16 | Type::F32 | Type::F64 => Value::from(decoder.double()?),
        Type::Null | Type::Undefined => {
            decoder.skip()?;
            Value::Null
        }
        _ => Value::from(decoder.long()?),
    })
}

fn map(decoder: &mut Decoder<'_>, depth: u32) -> Result<Map<String, Value>, DeserializeError> {
    let (mut found, mut left) = (Map::new(), decoder.map()?);
    while more(decoder, &mut left)? {
        let key = decoder.string()?;
        found.insert(key, value(decoder, depth - 1)?);
    }
    Ok(found)
}

fn list(decoder: &mut Decoder<'_>, depth: u32) -> Result<Vec<Value>, DeserializeError> {
    let (mut found, mut left) = (Vec::new(), decoder.list()?);
    while more(decoder, &mut left)? {
        found.push(value(decoder, depth - 1)?);
    }
    Ok(found)
}

/// Whether another item follows: by the count that was announced, or until the mark of the end, which is then taken.
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, DeserializeError> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => decoder.skip().map(|()| false),
        None => Ok(true),
    }
}

/// An answer's body.
pub(super) fn output(output: &Output) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.begin_map();
    encoder.str("MetricDataResults").array(output.metric_data_results.len());
    for found in &output.metric_data_results {
        write(&mut encoder, found);
    }
    encoder.str("Messages").array(0);
    if let Some(token) = &output.next_token {
        encoder.str("NextToken").str(token);
    }
    encoder.end();
    encoder.into_writer()
}

fn write(encoder: &mut Encoder, found: &Found) {
    encoder.map(5);
    encoder.str("Id").str(&found.id).str("Label").str(&found.label).str("StatusCode").str(found.status_code);
    encoder.str("Timestamps").array(found.timestamps.len());
    for time in &found.timestamps {
        encoder.timestamp(&DateTime::from_secs_f64(*time));
    }
    encoder.str("Values").array(found.values.len());
    for value in &found.values {
        encoder.double(*value);
    }
}

/// A refusal's body.
pub(super) fn refusal(code: &str, message: &str) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(2).str("__type").str(code).str("message").str(message);
    encoder.into_writer()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let found = Found {
            id: "a".to_owned(),
            label: "Errors".to_owned(),
            timestamps: vec![60.0],
            values: vec![2.5],
            status_code: "Complete",
        };
        let written = output(&Output { metric_data_results: vec![found], messages: [], next_token: None });
        let expected = json!({"MetricDataResults": [{"Id": "a", "Label": "Errors", "StatusCode": "Complete",
                              "Timestamps": [60.0], "Values": [2.5]}], "Messages": []});
        assert_eq!(read(&written).unwrap(), expected);
    }

    #[test]
    fn what_is_no_cbor_is_refused() {
        for body in [&b""[..], b"\xbf\x61", &[0x81; 100]] {
            assert!(read(body).is_err(), "{body:?}");
        }
    }
}
