//! Captures: a file is read or refused in one sentence; what was read is written and read again.
//!
//! The first byte chooses whether a right section and interface come first.
#![no_main]

use std::time::Duration;

use eggtooth_prong::capture::{Reader, Record, Writer};
use libfuzzer_sys::fuzz_target;

fn read(file: &[u8]) -> Vec<Record> {
    let mut reader = Reader::new(file);
    let mut records = vec![];
    loop {
        match reader.next_record() {
            Ok(Some(record)) => records.push(record),
            Ok(None) => return records,
            Err(error) => {
                let sentence = error.to_string();
                assert!(sentence.len() < 200 && sentence.chars().all(|character| !character.is_control()));
                return records;
            }
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let [framed, rest @ ..] = input else { return };
    let mut file = match framed & 1 {
        0 => vec![],
        _ => Writer::new(vec![], Duration::ZERO).expect("memory takes it").into_inner(),
    };
    file.extend_from_slice(rest);
    let records = read(&file);
    let mut writer = Writer::new(vec![], Duration::ZERO).expect("memory takes it");
    // Times that 64 bits of nanoseconds cannot hold, long records and empty ones do not come back as they were.
    let kept = |record: &&Record| record.at.as_secs() < 18_000_000_000 && (1..60_000).contains(&record.bytes.len());
    let records: Vec<Record> = records.iter().filter(kept).cloned().collect();
    for record in &records {
        writer.write(record.direction, record.at, &record.bytes).expect("memory takes it");
    }
    assert_eq!(read(&writer.into_inner()), records);
});
