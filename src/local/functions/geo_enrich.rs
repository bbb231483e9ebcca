//! A Go function that looks addresses up, with errors as values and one index that nobody checked.

use std::net::IpAddr;

use super::super::clock::iso_millis;
use super::super::json::Json;
use super::super::shapes::go::{Frame, panicked, returned_error};
use super::super::wire::to_json;
use super::{Call, Definition, Run, Runtime};

/// Takes `{"ip":…,"precision":0 to 3}`.
pub(crate) static FUNCTION: Definition = Definition {
    name: "geo-enrich",
    description: "Finds the place of an address",
    runtime: Runtime::Go,
    handler: "bootstrap",
    memory: 128,
    timeout: 5,
    published: None,
    outcomes_to: Some("receiver"),
    code: enrich,
};

const PLACES: [(&str, &str); 4] =
    [("DE", "Frankfurt am Main"), ("IE", "Dublin"), ("SE", "Stockholm"), ("IT", "Milano")];
const DIGITS: [usize; 4] = [0, 1, 2, 4];
const STACK: &[Frame] = &[
    Frame { path: "example.com/geo/lookup/round.go", line: 27, label: "digits" },
    Frame { path: "example.com/geo/lookup/lookup.go", line: 63, label: "(*Table).Find" },
    Frame { path: "example.com/geo/main.go", line: 31, label: "handle" },
    Frame {
        path: "github.com/aws/aws-lambda-go@v1.50.0/lambda/handler.go",
        line: 231,
        label: "NewHandlerWithOptions.reflectHandler.func3",
    },
];

fn enrich(call: &Call<'_>) -> Run {
    if !matches!(call.event, Json::Map(_) | Json::Null) {
        return mismatch(&call.event, "main.Request");
    }
    let address = match call.event.get("ip") {
        None | Some(Json::Null) => return returned_error(1, "errorString", "ip is required"),
        Some(Json::Text(text)) => text,
        Some(other) => return mismatch(other, "string"),
    };
    let Ok(parsed) = address.parse::<IpAddr>() else {
        let message = format!("ParseAddr({}): unable to parse IP", to_json(address));
        return returned_error(1, "parseAddrError", &message);
    };
    if is_private(parsed) {
        return returned_error(2, "errorString", &format!("no location for private address {address}"));
    }
    let precision = call.event.get("precision").and_then(Json::number).unwrap_or(2.0);
    if precision.trunc() < 0.0 || precision >= DIGITS.len() as f64 {
        return out_of_range(precision);
    }
    found(call, address, parsed, digits(precision))
}

/// Decimal places for a precision within its range.
fn digits(precision: f64) -> usize {
    let past = (1..DIGITS.len()).filter(|at| precision >= *at as f64);
    DIGITS[past.count()]
}

fn found(call: &Call<'_>, address: &str, parsed: IpAddr, digits: usize) -> Run {
    let sum = match parsed {
        IpAddr::V4(v4) => v4.octets().iter().map(|byte| usize::from(*byte)).sum(),
        IpAddr::V6(v6) => v6.segments().iter().map(|part| usize::from(*part)).sum::<usize>(),
    };
    let (country, city) = PLACES[sum % PLACES.len()];
    let (lat, lon) = (40.0 + (sum % 1900) as f64 / 100.0, (sum % 1700) as f64 / 100.0);
    let body = format!(
        "{{\"ip\":{},\"country\":{},\"city\":{},\"position\":[{lat:.digits$},{lon:.digits$}]}}",
        to_json(address),
        to_json(country),
        to_json(city)
    );
    let stamp = iso_millis(call.now).replace('-', "/").replace('T', " ");
    Run::returned(4, body).after_line(format!("{} {address} is in {country}", stamp.get(..19).unwrap_or_default()))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn mismatch(value: &Json, wanted: &str) -> Run {
    let kind = match value {
        Json::Bool(_) => "bool",
        Json::Number(_) => "number",
        Json::Text(_) => "string",
        Json::List(_) => "array",
        Json::Map(_) | Json::Null => "object",
    };
    let place =
        if wanted == "string" { "Go struct field Request.ip of type string" } else { "Go value of type main.Request" };
    returned_error(1, "UnmarshalTypeError", &format!("json: cannot unmarshal {kind} into {place}"))
}

fn out_of_range(precision: f64) -> Run {
    let index = precision.trunc();
    let with = if index < 0.0 { String::new() } else { format!(" with length {}", DIGITS.len()) };
    panicked(2, "boundsError", &format!("runtime error: index out of range [{index}]{with}"), STACK)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result, run};
    use super::*;

    #[test]
    fn errors_are_values_without_a_trace() {
        let table = [
            ("{}", r#"{"errorMessage":"ip is required","errorType":"errorString"}"#),
            (
                r#"{"ip":"10.0.0.7"}"#,
                r#"{"errorMessage":"no location for private address 10.0.0.7","errorType":"errorString"}"#,
            ),
            (
                "[]",
                r#"{"errorMessage":"json: cannot unmarshal array into Go value of type main.Request","errorType":"UnmarshalTypeError"}"#,
            ),
        ];
        for (payload, expected) in table {
            assert_eq!(failure(&FUNCTION, payload), expected);
        }
        assert!(failure(&FUNCTION, r#"{"ip":"nowhere"}"#).contains("unable to parse IP"));
    }

    #[test]
    fn an_unchecked_index_panics_with_objects_as_frames() {
        let json = failure(&FUNCTION, r#"{"ip":"203.0.113.9","precision":9}"#);
        assert!(json.starts_with(r#"{"errorMessage":"runtime error: index out of range [9] with length 4","errorType":"boundsError","stackTrace":[{"path":"#), "{json}");
        assert_eq!(run(&FUNCTION, r#"{"ip":"203.0.113.9","precision":9}"#).complaint, Some(json));
    }

    #[test]
    fn a_public_address_has_a_place() {
        let json = result(&FUNCTION, r#"{"ip":"203.0.113.9"}"#);
        assert!(json.starts_with(r#"{"ip":"203.0.113.9","country":""#), "{json}");
    }
}
