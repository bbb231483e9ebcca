//! A Python function that scales pictures, too slowly for the largest of them.

use std::time::Duration;

use super::super::json::Json;
use super::super::pyjson::quoted;
use super::super::shapes::python::{Frame, raised, type_of};
use super::{Call, Definition, Run, Runtime};

/// Takes `{"key":…,"width":number,"height":number}`; 20 million pixels a second, and three seconds.
pub(crate) static FUNCTION: Definition = Definition {
    name: "thumbnailer",
    description: "Scales pictures down",
    runtime: Runtime::Python313,
    handler: "thumbnailer.handler",
    memory: 1024,
    timeout: 3,
    published: None,
    outcomes_to: Some("receiver"),
    code: scale,
};

const PIXELS_A_MILLISECOND: f64 = 20_000.0;
/// Longer than any time-out.
const ONE_DAY_MS: f64 = 86_400_000.0;

fn scale(call: &Call<'_>) -> Run {
    let size = side(call, "width").and_then(|width| Ok((width, side(call, "height")?)));
    let (width, height) = match size {
        Ok(size) => size,
        Err(run) => return *run,
    };
    if width < 1.0 || height < 1.0 {
        return failed(
            call,
            "ValueError",
            "height and width must be > 0",
            21,
            "picture.thumbnail((width // 8, height // 8))",
        );
    }
    let key = call.event.get("key").and_then(Json::text).unwrap_or("picture");
    let millis = (40.0 + width * height / PIXELS_A_MILLISECOND).min(ONE_DAY_MS);
    let mut run = Run::returned(0, quoted(&format!("thumbnails/{key}.webp")));
    run.took = Duration::from_secs_f64(millis / 1000.0);
    run.after_line(format!("scaling {key}: {width}x{height}"))
}

fn side(call: &Call<'_>, name: &'static str) -> Result<f64, Box<Run>> {
    let code = if name == "width" { "width = event[\"width\"] + 0" } else { "height = event[\"height\"] + 0" };
    let line = if name == "width" { 13 } else { 14 };
    let fail = |kind, message: &str| Err(Box::new(failed(call, kind, message, line, code)));
    match (&call.event, call.event.get(name)) {
        (Json::Map(_), None) => fail("KeyError", &format!("'{name}'")),
        (Json::Map(_), Some(Json::Number(number))) => Ok(number.parse().unwrap_or(f64::INFINITY)),
        (Json::Map(_), Some(Json::Text(_))) => fail("TypeError", "can only concatenate str (not \"int\") to str"),
        (Json::Map(_), Some(other)) => {
            fail("TypeError", &format!("unsupported operand type(s) for +: '{}' and 'int'", type_of(other)))
        }
        (Json::Text(_), _) => fail("TypeError", "string indices must be integers, not 'str'"),
        (Json::List(_), _) => fail("TypeError", "list indices must be integers or slices, not str"),
        (other, _) => fail("TypeError", &format!("'{}' object is not subscriptable", type_of(other))),
    }
}

fn failed(call: &Call<'_>, kind: &str, message: &str, line: u32, code: &'static str) -> Run {
    let outer = Frame { file: "/var/task/thumbnailer.py", line: 8, function: "handler", code: "return scaled(event)" };
    let inner = Frame { line, function: "scaled", code, ..outer };
    raised(call, 14, kind, message, &[outer, inner])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result, run};
    use super::*;

    #[test]
    fn large_pictures_take_longer_than_the_time_out() {
        let small = run(&FUNCTION, r#"{"width":4000,"height":3000}"#).took;
        let large = run(&FUNCTION, r#"{"width":12000,"height":9000}"#).took;
        assert_eq!((small.as_millis(), large.as_millis()), (640, 5440));
    }

    #[test]
    fn what_is_missing_or_wrong_fails_as_in_python() {
        assert!(failure(&FUNCTION, "{}").contains(r#""errorMessage": "'width'", "errorType": "KeyError""#));
        assert!(failure(&FUNCTION, r#"{"width":1,"height":"2"}"#).contains("can only concatenate str"));
        assert!(failure(&FUNCTION, r#"{"width":0,"height":2}"#).contains("ValueError"));
        assert_eq!(result(&FUNCTION, r#"{"key":"a/b","width":8,"height":8}"#), "\"thumbnails/a/b.webp\"");
    }
}
