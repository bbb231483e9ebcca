//! Any events of some streams in any order: nothing panics, and a joined record is a valid one.
//!
//! Events are split at 0xFF, which is in no text; the byte after it picks the stream, the next the time.
#![no_main]

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found, RecordView};
use libfuzzer_sys::fuzz_target;

fn origin(stream: u8, time: u8) -> Origin {
    Origin {
        log_stream: (stream % 4 > 0).then(|| (stream % 4).to_string().into()),
        timestamp: (time < 128).then_some(i64::from(time) * 500),
        ..Origin::default()
    }
}

fuzz_target!(|data: &[u8]| {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for piece in data.split(|&byte| byte == 0xff) {
        let [stream, time, message @ ..] = piece else { continue };
        let message = Text::from(String::from_utf8_lossy(message).as_ref());
        finder.push(&LogEvent { origin: origin(*stream, *time), message }, &mut found);
    }
    finder.settle(70_000, &mut found);
    finder.finish(&mut found);
    let finds = found.len();
    finder.finish(&mut found);
    assert_eq!(finds, found.len());
    for found in found {
        if let Found::Arrival(arrival) = found {
            assert!(RecordView::read(arrival.record.text()).is_ok());
        }
    }
});
