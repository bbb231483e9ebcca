//! Whatever a file holds, several threads find in it what one does.

use std::io::Write as _;

use proptest::prelude::*;

use super::super::*;
use super::RECORD;
use crate::record::{Arrival, Found};

/// All that is told of a file, in its order.
#[derive(Debug, Default, PartialEq)]
struct Told {
    found: Vec<(Option<u64>, String)>,
    events: u64,
    bytes: u64,
    repeated: u64,
    read: u64,
    /// Batches that came.
    batches: usize,
}

fn read(content: &[u8], part: usize) -> Told {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let (updates, mut receiver) = mpsc::channel(CHANNEL);
    let mut reader = Reader { part, ..Reader::new(updates, Stopper::default()).unwrap() };
    let paths = [file.path().to_owned()];
    let reading = thread::spawn(move || reader.run(&paths, false).is_ok());
    let mut told = Told::default();
    while let Some(update) = receiver.blocking_recv() {
        match update {
            SourceUpdate::Found(batch) => told.take(batch),
            SourceUpdate::Status(Status::Reading { bytes, .. }) => told.read = bytes,
            other => panic!("{other:?}"),
        }
    }
    assert!(reading.join().unwrap());
    told
}

impl Told {
    fn take(&mut self, batch: crate::source::Batch) {
        self.events += batch.events;
        self.bytes += batch.bytes;
        self.repeated += batch.repeated;
        self.found.extend(batch.found.into_iter().map(|found| match found {
            Found::Arrival(arrival) => {
                let Arrival { redelivery, recovered, damaged, ref record, .. } = arrival;
                let text = record.text().as_str();
                (arrival.origin.line(), format!("{redelivery} {recovered} {damaged} {text}"))
            }
            Found::Unreadable(unreadable) => (unreadable.origin.line, unreadable.reason.to_string()),
        }));
    }
}

/// Lines and pieces of lines.
fn piece() -> impl Strategy<Value = String> {
    let own = format!(
        r#"{{"requestId":"17b37350-871d-4d69-9b4f-a77c2ddd7fc9","envelope":[],"redelivery":2,"fingerprint":null,"record":{RECORD},"origin":{{"file":"f","line":7}}}}"#
    );
    let pieces = [
        format!("{RECORD}\n"),
        format!("{RECORD}\n"),
        format!("{}\n", RECORD.replace("17b3", "27b3")),
        RECORD.replace(',', ",\n"),
        RECORD.replace('"', "'"),
        format!("got {}\n", &RECORD[..200]),
        format!("{}\n{}\n", &RECORD[..100], &RECORD[100..]),
        format!("{own}\n"),
        format!("{{\"logStreamName\":\"s\",\"eventId\":\"1\",\"timestamp\":1795169743658,\"message\":{RECORD:?}}}\n"),
        format!("{{\"events\":[{{\"message\":{RECORD:?},\"timestamp\":1795169743658}}]}}\n"),
        "{\n  requestContext: {\n    requestId: 'r',\n    condition: 'x'\n  }\n}\n".to_owned(),
        "START RequestId: a Version: $LATEST\n".to_owned(),
        "REPORT RequestId: a\tDuration: 1 ms\r\n".to_owned(),
        "a line\n".to_owned(),
        "größe\r\n".to_owned(),
        "\n".to_owned(),
        "{".to_owned(),
        "{\"a\":1}\n".to_owned(),
        "x".repeat(300),
    ];
    prop::sample::select(pieces.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn several_threads_find_what_one_does(
        before in prop::collection::vec(piece(), 0..4),
        pieces in prop::collection::vec(piece(), 0..60),
        lost in any::<Option<u8>>(),
        part in 64..2_000_usize,
    ) {
        // The first block is read by one.
        let quiet = format!("{}\n", "x".repeat(BLOCK - 1)).into_bytes();
        let mut content = [quiet, before.concat().into_bytes(), pieces.concat().into_bytes()].concat();
        if let Some(at) = lost.map(|at| content.len() - 1 - usize::from(at)) {
            content[at] = 0xff;
        }
        let (together, alone) = (read(&content, part), read(&content, usize::MAX / 16));
        prop_assert_eq!(Told { batches: alone.batches, ..together }, alone);
    }
}

#[test]
fn several_threads_read_on_where_one_had_to() {
    let quiet = format!("{}\n", "x".repeat(BLOCK - 1));
    let lines = format!("a line\n{RECORD}\nEND RequestId: a\n");
    let document = format!("{{\"events\":[\n{{\"message\":\"m\",\"timestamp\":1795169743658}}\n]}}\n{quiet}");
    let content = [&*quiet, &lines.repeat(40), &document, &quiet.repeat(8), &lines.repeat(40)].concat();
    let told = read(content.as_bytes(), 1_000);
    let lines: Vec<_> = told.found.iter().filter_map(|(line, _)| *line).collect();
    let expected =
        (0..40).map(|number| 3 + 3 * number).chain((0..40).map(|number| 1 + 120 + 3 + 1 + 8 + 2 + 3 * number));
    assert_eq!(lines, expected.collect::<Vec<_>>());
    assert_eq!((told.read, told.events), (content.len() as u64, 1 + 120 + 1 + 1 + 8 + 120));
}
