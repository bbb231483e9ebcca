//! Any message: what is found in it is valid, and what is written of it is read back the same.
#![no_main]

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::output::jsonl;
use arrivals::record::{Finder, Found, RecordView};
use libfuzzer_sys::fuzz_target;

fn lines(messages: &[&str], origin: &Origin) -> String {
    let (mut finder, mut found, mut out) = (Finder::new(), Vec::new(), Vec::new());
    for message in messages {
        finder.push(&LogEvent { origin: origin.clone(), message: Text::from(*message) }, &mut found);
    }
    finder.finish(&mut found);
    for found in found {
        if let Found::Arrival(arrival) = found {
            assert!(RecordView::read(arrival.record.text()).is_ok());
            jsonl::write(&mut out, &arrival).unwrap();
        }
    }
    String::from_utf8(out).unwrap()
}

fuzz_target!(|data: &[u8]| {
    let first = lines(&[&String::from_utf8_lossy(data)], &Origin::default());
    let again: Vec<_> = first.lines().collect();
    // Only a file holds our own lines.
    let second = lines(&again, &Origin { file: Some("-".into()), ..Origin::default() });
    // Equal arrivals without an event id are one when they are read again.
    assert!(second.lines().all(|line| again.contains(&line)));
});
