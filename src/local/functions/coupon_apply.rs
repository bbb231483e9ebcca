//! A Ruby function that applies a coupon to a basket.

use super::super::json::Json;
use super::super::shapes::ruby::raised;
use super::{Call, Definition, Run, Runtime};

/// Takes `{"basket":…,"coupon":{"code":…,"percent":number}}`; without a coupon there is nothing to do.
pub(crate) static FUNCTION: Definition = Definition {
    name: "coupon-apply",
    description: "Applies a coupon to a basket",
    runtime: Runtime::Ruby33,
    handler: "coupon.Coupons.process",
    memory: 128,
    timeout: 6,
    published: None,
    outcomes_to: Some("receiver"),
    code: apply,
};

const FRAMES: &[&str] =
    &["/var/task/coupon.rb:19:in `percent'", "/var/task/coupon.rb:11:in `apply'", "/var/task/coupon.rb:5:in `process'"];

fn apply(call: &Call<'_>) -> Run {
    let coupon = match &call.event {
        Json::Map(_) => call.event.get("coupon").unwrap_or(&Json::Null),
        _ => return raised(call, 6, "TypeError", "event is not a Hash", &FRAMES[2..]),
    };
    if *coupon == Json::Null {
        return Run::returned(4, "null").after_line("no coupon, nothing to apply".to_owned());
    }
    match coupon.get("percent").and_then(Json::number) {
        Some(percent) if (0.0..=100.0).contains(&percent) => Run::returned(7, format!("{}", 100.0 - percent)),
        Some(percent) => {
            let message = format!("a coupon of {percent} percent is not between 0 and 100");
            raised(call, 7, "Coupons::OutOfRange", &message, FRAMES)
        }
        None => raised(call, 7, "NoMethodError", "undefined method `between?' for nil", FRAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result};
    use super::*;

    #[test]
    fn coupons_apply_or_raise() {
        assert_eq!(result(&FUNCTION, "{}"), "null");
        assert_eq!(result(&FUNCTION, r#"{"coupon":{"percent":15}}"#), "85");
        let json = failure(&FUNCTION, r#"{"coupon":{"percent":150}}"#);
        assert!(
            json.contains(
                r#""errorType":"Function<Coupons::OutOfRange>","stackTrace":["/var/task/coupon.rb:19:in `percent'""#
            ),
            "{json}"
        );
    }
}
