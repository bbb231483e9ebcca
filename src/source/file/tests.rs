mod together;

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::record::Found;

const RECORD: &str = r#"{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{"requestId":"17b37350-871d-4d69-9b4f-a77c2ddd7fc9","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"a":1}}"#;

#[derive(Default)]
struct Read {
    lines: Vec<u64>,
    unreadable: Vec<String>,
    events: u64,
    batches: usize,
    last_status: Option<Status>,
    ended: Option<Result<(), SourceError>>,
}

fn read(paths: &[&Path]) -> Read {
    let mut updates = start(paths.iter().map(|path| path.to_path_buf()).collect(), false);
    let mut read = Read::default();
    while let Some(update) = updates.blocking_recv() {
        match update {
            SourceUpdate::Found(batch) => {
                read.batches += 1;
                read.events += batch.events;
                for found in batch.found {
                    match found {
                        Found::Arrival(arrival) => read.lines.extend(arrival.origin.line()),
                        Found::Unreadable(unreadable) => {
                            read.unreadable.push(unreadable.reason.to_string());
                        }
                    }
                }
            }
            SourceUpdate::Status(status) => read.last_status = Some(status),
            update @ (SourceUpdate::Gap(_)
            | SourceUpdate::Filled(_)
            | SourceUpdate::Traffic(_)
            | SourceUpdate::Follow(_)) => {
                panic!("{update:?}")
            }
            SourceUpdate::Ended(result) => read.ended = Some(result),
        }
    }
    read
}

fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn records_are_found_with_their_lines() {
    let content = [b"noise \xff\0\n".as_slice(), RECORD.as_bytes(), b"\r\n\n", RECORD.as_bytes()].concat();
    let size = content.len() as u64;
    for packed in [content.clone(), gzip(&content)] {
        let file = file(&packed);
        let read = read(&[file.path()]);
        assert_eq!(read.lines, [2, 4]);
        assert_eq!(read.events, 4);
        assert!(matches!(read.ended, Some(Ok(()))));
    }
    let file = file(&content);
    let expected = Status::Reading { bytes: size, of: Some(size) };
    assert_eq!(read(&[file.path()]).last_status, Some(expected));
}

#[test]
fn many_lines_come_in_batches() {
    let file = file("a line\n".repeat(5_000).as_bytes());
    let read = read(&[file.path(), file.path()]);
    assert_eq!(read.events, 10_000);
    assert_eq!(read.batches, 2);
}

#[test]
fn a_file_that_cannot_be_opened_is_named_before_any_is_read() {
    let file = file(RECORD.as_bytes());
    let missing = read(&[file.path(), Path::new("no/such/file.log")]);
    assert_eq!(missing.events, 0);
    let error = missing.ended.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("cannot read no/such/file.log: No such file"), "{error}");
}

#[test]
fn a_damaged_archive_gives_what_it_holds() {
    let mut content: Vec<u8> =
        (0..20_000_u32).flat_map(|n| format!("{:x}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    content.splice(0..0, format!("{RECORD}\n").into_bytes());
    let packed = gzip(&content);
    let file = file(&packed[..packed.len() / 2]);
    let read = read(&[file.path()]);
    assert_eq!(read.lines, [1]);
    assert!(read.events > 5_000, "{}", read.events);
    let error = read.ended.unwrap().unwrap_err();
    let expected = format!("{} is damaged after line {}: ", file.path().display(), read.events);
    assert!(error.to_string().starts_with(&expected), "{error}");
}

#[test]
fn a_line_beyond_the_cap_counts_as_unreadable() {
    let file = file(&[&vec![b'x'; LINE_CAP + 2 * BLOCK], b"\n".as_slice(), RECORD.as_bytes()].concat());
    let read = read(&[file.path()]);
    assert_eq!(read.lines, [2]);
    assert_eq!(read.unreadable.len(), 1);
    assert!(read.unreadable[0].contains("a line of more than 8 MiB"), "{}", read.unreadable[0]);
}

#[test]
fn dropping_the_receiver_ends_the_thread() {
    let file = file("a line\n".repeat(500_000).as_bytes());
    let (updates, receiver) = mpsc::channel(1);
    let paths = [file.path().to_owned()];
    let reading = thread::spawn(move || read_all(Reader::new(updates, Stopper::default()).unwrap(), &paths, false));
    drop(receiver);
    let deadline = Instant::now() + Duration::from_secs(10);
    while !reading.is_finished() {
        assert!(Instant::now() < deadline);
        thread::yield_now();
    }
}

#[test]
fn what_waits_is_given_up_when_nothing_comes_for_long() {
    let file = file(format!("{}\n", &RECORD[..250]).as_bytes());
    let (updates, mut receiver) = mpsc::channel(CHANNEL);
    let stopper = Stopper::default();
    let mut reader = Reader { patience: Duration::ZERO, ..Reader::new(updates, stopper.clone()).unwrap() };
    let paths = [file.path().to_owned()];
    let reading = thread::spawn(move || reader.run(&paths, true).is_ok());
    let is_cut = |update: &SourceUpdate| matches!(update, SourceUpdate::Found(batch) if batch.found.len() == 1);
    while !receiver.blocking_recv().as_ref().is_some_and(is_cut) {}
    stopper.stop();
    while let Some(update) = receiver.blocking_recv() {
        assert!(!is_cut(&update), "it is counted once");
    }
    assert!(reading.join().unwrap());
}

#[test]
fn bytes_that_are_no_text_damage_what_they_stand_in() {
    let damaged = RECORD.replace("{\"a\":1}", "\"@\"").into_bytes();
    let damaged: Vec<_> = damaged.into_iter().map(|byte| if byte == b'@' { 0xff } else { byte }).collect();
    let genuine = RECORD.replace("{\"a\":1}", "\"\u{fffd}\"");
    let quoted = |bytes: &[u8]| {
        let text: Vec<_> =
            bytes.iter().flat_map(|&byte| if byte == b'"' { vec![b'\\', b'"'] } else { vec![byte] }).collect();
        [br#"{"logStreamName":"s","timestamp":1795169743658,"message":""#.as_slice(), &text, b"\"}"].concat()
    };
    let stamped = [b"2026-11-20T10:15:43.658Z ".as_slice(), &damaged].concat();
    let doubled: Vec<_> = damaged.iter().flat_map(|&byte| vec![byte; if byte == b'"' { 2 } else { 1 }]).collect();
    let table = [b"timestamp,message\n1795169743658,\"".as_slice(), &doubled, b"\"\n"].concat();
    for (content, expected) in [
        ([&damaged[..], b"\n", genuine.as_bytes(), b"\n", RECORD.as_bytes()].concat(), &[true, false, false][..]),
        (quoted(&damaged), &[true]),
        (quoted(genuine.as_bytes()), &[false]),
        (stamped, &[true]),
        (table, &[true]),
    ] {
        let file = file(&content);
        let mut updates = start(vec![file.path().to_owned()], false);
        let mut flags = Vec::new();
        while let Some(update) = updates.blocking_recv() {
            if let SourceUpdate::Found(batch) = update {
                flags.extend(batch.found.into_iter().map(|found| match found {
                    Found::Arrival(arrival) => {
                        assert_eq!(arrival.replayable(), !arrival.damaged);
                        arrival.damaged
                    }
                    Found::Unreadable(unreadable) => panic!("{}", unreadable.reason),
                }));
            }
        }
        assert_eq!(flags, expected, "{}", String::from_utf8_lossy(&content));
    }
}

#[test]
fn utf16_is_read_as_well() {
    let text = format!("\u{feff}noise größe\r\n{RECORD}\r\n");
    for big in [false, true] {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        let content: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        for packed in [content.clone(), gzip(&content)] {
            let file = file(&packed);
            let read = read(&[file.path()]);
            assert_eq!((read.lines, read.events), (vec![2], 2));
        }
    }
}
