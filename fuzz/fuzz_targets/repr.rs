//! Any payload in a printed dict: what is rebuilt is JSON, and nothing that is offered for replay is cut.
#![no_main]

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found, json};
use libfuzzer_sys::fuzz_target;

const HEAD: &str = "{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}, 'requestPayload': ";

fuzz_target!(|data: &[u8]| {
    let message = Text::from(format!("{HEAD}{}}}", String::from_utf8_lossy(data)));
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    finder.push(&LogEvent { origin: Origin::default(), message }, &mut found);
    finder.finish(&mut found);
    assert!(!found.is_empty());
    for found in found {
        if let Found::Arrival(arrival) = found {
            // Deeply nested, a value is more than this reader takes; the finder only skips over it.
            let text = arrival.record.text();
            if json::tokens(text).count() < 100 {
                serde_json::from_str::<serde::de::IgnoredAny>(text).unwrap();
            }
        }
    }
});
