//! A Node.js function that renders an order's invoice and trusts that the order has totals.

use super::super::json::Json;
use super::super::shapes::node::{console, threw};
use super::super::wire::to_json;
use super::{Call, Definition, Run, Runtime};

/// Takes `{"order":{"id":…,"currency":…,"totals":{"total":number}}}`.
pub(crate) static FUNCTION: Definition = Definition {
    name: "invoice-render",
    description: "Renders the invoice of an order",
    runtime: Runtime::Node22,
    handler: "index.handler",
    memory: 256,
    timeout: 10,
    published: Some(("7", "live")),
    outcomes_to: Some("receiver"),
    code: render,
};

const HANDLER: &str = "Runtime.handler (file:///var/task/index.mjs:6:18)";

/// The code reads `event.order`, then `order.totals.total.toFixed(2)` inside `render`.
fn render(call: &Call<'_>) -> Run {
    if call.event == Json::Null {
        return threw(call, 5, "TypeError", "Cannot read properties of null (reading 'order')", &[HANDLER]);
    }
    let total = match total(call.event.get("order")) {
        Ok(total) => total,
        Err((message, column)) => {
            let inner = format!("render (file:///var/task/index.mjs:14:{column})");
            return threw(call, 11, "TypeError", &message, &[&inner, HANDLER]);
        }
    };
    let order = call.event.get("order").and_then(|order| order.get("id")).and_then(Json::text).unwrap_or("undefined");
    let currency =
        call.event.get("order").and_then(|order| order.get("currency")).and_then(Json::text).unwrap_or("EUR");
    let body = format!(
        "{{\"invoice\":{},\"pages\":1,\"total\":{},\"document\":{{\"bucket\":\"invoices\",\"key\":{}}}}}",
        to_json(&format!("INV-{order}")),
        to_json(&format!("{total:.2} {currency}")),
        to_json(&format!("rendered/{order}.pdf"))
    );
    Run::returned(86, body).after_line(console(call, "INFO", &format!("rendered INV-{order}")))
}

/// The order's total, or JavaScript's complaint and the column it is raised at.
fn total(order: Option<&Json>) -> Result<f64, (String, u32)> {
    let totals = property(order, "totals", 24)?;
    let total = property(totals, "total", 37)?;
    match total {
        Some(Json::Number(number)) => Ok(number.parse().unwrap_or(f64::INFINITY)),
        None => Err(("Cannot read properties of undefined (reading 'toFixed')".to_owned(), 43)),
        Some(Json::Null) => Err(("Cannot read properties of null (reading 'toFixed')".to_owned(), 43)),
        Some(_) => Err(("order.totals.total.toFixed is not a function".to_owned(), 43)),
    }
}

fn property<'a>(value: Option<&'a Json>, name: &str, column: u32) -> Result<Option<&'a Json>, (String, u32)> {
    let complaint = |kind: &str| (format!("Cannot read properties of {kind} (reading '{name}')"), column);
    match value {
        None => Err(complaint("undefined")),
        Some(Json::Null) => Err(complaint("null")),
        Some(value) => Ok(value.get(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result};
    use super::*;

    #[test]
    fn an_order_without_totals_breaks_it_as_javascript_breaks() {
        let expected = concat!(
            r#"{"errorType":"TypeError","errorMessage":"Cannot read properties of undefined (reading 'total')","trace":["#,
            r#""TypeError: Cannot read properties of undefined (reading 'total')","#,
            r#""    at render (file:///var/task/index.mjs:14:37)","#,
            r#""    at Runtime.handler (file:///var/task/index.mjs:6:18)","#,
            r#""    at Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)"]}"#
        );
        assert_eq!(failure(&FUNCTION, r#"{"order":{"id":"A-1"}}"#), expected);
        assert!(failure(&FUNCTION, r#""x""#).contains("undefined (reading 'totals')"));
        assert!(failure(&FUNCTION, "null").contains("null (reading 'order')"));
        assert!(failure(&FUNCTION, r#"{"order":{"totals":{"total":"1"}}}"#).contains("toFixed is not a function"));
    }

    #[test]
    fn an_order_with_totals_is_rendered() {
        let expected = concat!(
            r#"{"invoice":"INV-A-1","pages":1,"total":"12.50 EUR","#,
            r#""document":{"bucket":"invoices","key":"rendered/A-1.pdf"}}"#
        );
        assert_eq!(result(&FUNCTION, r#"{"order":{"id":"A-1","totals":{"total":12.5}}}"#), expected);
    }
}
