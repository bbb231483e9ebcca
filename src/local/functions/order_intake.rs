//! A Java function that takes orders in and rejects those that cannot be met.

use super::super::json::Json;
use super::super::shapes::java::{Thrown, threw};
use super::super::wire::to_json;
use super::{Call, Definition, Run, Runtime};

/// Takes `{"orderId":…,"items":[{"sku":…,"quantity":number}]}`; a stock of 100 of everything.
pub(crate) static FUNCTION: Definition = Definition {
    name: "order-intake",
    description: "Takes orders in and reserves their stock",
    runtime: Runtime::Java21,
    handler: "com.example.orders.Intake::handleRequest",
    memory: 512,
    timeout: 15,
    published: Some(("7", "live")),
    outcomes_to: Some("receiver"),
    code: take_in,
};

const STOCK: f64 = 100.0;
const LAMBDA_FRAMES: &[&str] = &[
    "com.example.orders.Intake.validate(Intake.java:58)",
    "com.example.orders.Intake.handleRequest(Intake.java:41)",
    "com.example.orders.Intake.handleRequest(Intake.java:22)",
];
const RESERVE_FRAMES: &[&str] = &[
    "com.example.orders.Intake.reserve(Intake.java:74)",
    "com.example.orders.Intake.handleRequest(Intake.java:44)",
    "com.example.orders.Intake.handleRequest(Intake.java:22)",
];
const STOCK_FRAMES: &[&str] = &[
    "com.example.stock.Warehouse.take(Warehouse.java:112)",
    "com.example.stock.Warehouse.reserve(Warehouse.java:87)",
    "com.example.orders.Intake.reserve(Intake.java:71)",
];

fn take_in(call: &Call<'_>) -> Run {
    let Json::Map(_) = call.event else {
        return unreadable();
    };
    let id = call.event.get("orderId").and_then(Json::text).unwrap_or("null");
    let items = call.event.get("items").and_then(Json::list).unwrap_or_default();
    if items.is_empty() {
        return threw(19, &rejected(format!("Order {id} has no items"), LAMBDA_FRAMES, None));
    }
    match items.iter().find(|item| quantity(item) > STOCK) {
        Some(item) => threw(64, &out_of_stock(id, item)),
        None => Run::returned(41, to_json(&format!("Order {id} accepted with {} items", items.len())))
            .after_line(format!("[INFO] order {id}: {} items reserved", items.len())),
    }
}

fn quantity(item: &Json) -> f64 {
    item.get("quantity").and_then(Json::number).unwrap_or(1.0)
}

fn rejected(message: String, frames: &'static [&'static str], cause: Option<Thrown>) -> Thrown {
    Thrown { message, class: "com.example.orders.OrderRejectedException", frames, cause: cause.map(Box::new) }
}

fn out_of_stock(id: &str, item: &Json) -> Thrown {
    let sku = item.get("sku").and_then(Json::text).unwrap_or("null");
    let message = format!("{sku}: {} wanted, {STOCK} in stock", quantity(item));
    let class = "com.example.stock.OutOfStockException";
    let cause = Thrown { message, class, frames: STOCK_FRAMES, cause: None };
    rejected(format!("Order {id} cannot be met"), RESERVE_FRAMES, Some(cause))
}

/// What the runtime says when the event does not fit the handler's parameter.
fn unreadable() -> Run {
    let cause = Thrown {
        message: "com.fasterxml.jackson.databind.exc.MismatchedInputException: Cannot deserialize value of type \
                  `java.util.LinkedHashMap<java.lang.Object,java.lang.Object>`"
            .to_owned(),
        class: "java.io.UncheckedIOException",
        frames: &[],
        cause: None,
    };
    let message = "An error occurred during JSON parsing".to_owned();
    threw(7, &Thrown { message, class: "java.lang.RuntimeException", frames: &[], cause: Some(Box::new(cause)) })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result, run};
    use super::*;

    #[test]
    fn what_is_not_in_stock_is_rejected_with_its_cause() {
        let json = failure(&FUNCTION, r#"{"orderId":"O-7","items":[{"sku":"bolt-m4","quantity":140}]}"#);
        let expected = concat!(
            r#"{"errorMessage":"Order O-7 cannot be met","errorType":"com.example.orders.OrderRejectedException","#,
            r#""stackTrace":["com.example.orders.Intake.reserve(Intake.java:74)","#
        );
        assert!(json.starts_with(expected), "{json}");
        assert!(json.contains(r#""cause":{"errorMessage":"bolt-m4: 140 wanted, 100 in stock","errorType":"com.example.stock.OutOfStockException""#));
        let log = run(&FUNCTION, r#"{"items":[{"quantity":140}]}"#).complaint.unwrap();
        assert!(log.contains("\nCaused by: com.example.stock.OutOfStockException: "), "{log}");
    }

    #[test]
    fn other_orders_are_accepted_or_rejected() {
        assert!(failure(&FUNCTION, "{}").contains("Order null has no items"));
        assert!(failure(&FUNCTION, "[]").contains("java.lang.RuntimeException"));
        assert_eq!(
            result(&FUNCTION, r#"{"orderId":"O-7","items":[{"sku":"a"}]}"#),
            "\"Order O-7 accepted with 1 items\""
        );
    }
}
