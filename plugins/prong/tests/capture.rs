//! Captures: written, read, tapped, decoded, and shown by Wireshark.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "capture/transcripts.rs"]
mod transcripts;
#[path = "capture/tshark.rs"]
mod tshark;
#[path = "capture/watching.rs"]
mod watching;

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use eggtooth_prong::capture::{CaptureError, Captured, Direction, Reader, Record, Writer};
use eggtooth_prong::transport::{Arrival, Clock, Transport, TransportError};
use proptest::prelude::*;

fn read_all(file: &[u8]) -> Result<Vec<Record>, CaptureError> {
    let mut reader = Reader::new(file);
    std::iter::from_fn(|| reader.next_record().transpose()).collect()
}

fn written(records: &[Record]) -> Vec<u8> {
    let mut writer = Writer::new(vec![], Duration::ZERO).unwrap();
    for record in records {
        writer.write(record.direction, record.at, &record.bytes).unwrap();
    }
    writer.into_inner()
}

fn example() -> Vec<Record> {
    let record = |ms, direction, bytes: &[u8]| Record { at: Duration::from_millis(ms), direction, bytes: bytes.into() };
    vec![record(5, Direction::Sent, b"ECHO REQ\r\n"), record(17, Direction::Received, b"ECHO REP\r\n")]
}

/// The bytes of CAPTURE.md, hexadecimal in its code blocks.
fn documented() -> Vec<u8> {
    let text = include_str!("../CAPTURE.md");
    let digits = text.split("```").skip(1).step_by(2).flat_map(str::lines).filter_map(|line| line.split('|').next());
    let words = digits.flat_map(str::split_ascii_whitespace);
    words.filter(|word| word.len() == 2).map(|word| u8::from_str_radix(word, 16).unwrap()).collect()
}

#[test]
fn the_example_of_the_documentation_is_written_byte_for_byte() {
    assert_eq!(written(&example()), documented());
}

#[test]
fn a_file_cut_anywhere_gives_the_records_before_the_cut() {
    let file = written(&example());
    for len in 0..file.len() {
        let mut reader = Reader::new(&file[..len]);
        let mut records = vec![];
        let end = loop {
            match reader.next_record() {
                Ok(Some(record)) => records.push(record),
                other => break other,
            }
        };
        assert_eq!(records, example()[..records.len()]);
        match end {
            Ok(None) => assert!([0, 44, 88, 144].contains(&len), "{len}"),
            Err(CaptureError::Cut { .. } | CaptureError::NotPcapng) => {}
            other => panic!("{len}: {other:?}"),
        }
    }
}

/// The same capture, every word turned round.
fn big_endian() -> Vec<u8> {
    let mut file = vec![];
    let mut block = |kind: u32, body: &[u8]| {
        let len = (body.len() as u32 + 12).to_be_bytes();
        file.extend([&kind.to_be_bytes()[..], &len, body, &len].concat());
    };
    block(0x0A0D_0D0A, &[&0x1A2B_3C4D_u32.to_be_bytes()[..], &[0, 1, 0, 0], &[0xFF; 8]].concat());
    // Another link type, ours in milliseconds, a block that nobody knows.
    block(1, &[0, 1, 0, 0, 0, 0, 0, 0]);
    block(1, &[0, 147, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 3, 0, 0, 0]);
    block(0x0BAD, b"what");
    for (interface, ms, flags, bytes) in
        [(0_u32, 1_u32, 1_u32, b"ignored..."), (1, 5, 2, b"ECHO REQ\r\n"), (1, 17, 1, b"ECHO REP\r\n")]
    {
        let words = [interface, 0, ms, 10, 10].map(u32::to_be_bytes).concat();
        block(6, &[&words[..], bytes, &[0, 0, 0, 2, 0, 4], &flags.to_be_bytes(), &[0, 0, 0, 0]].concat());
    }
    file
}

#[test]
fn captures_of_others_are_read() {
    let file = big_endian();
    let mut reader = Reader::new(&file[..]);
    let records: Vec<_> = std::iter::from_fn(|| reader.next_record().unwrap()).collect();
    assert_eq!((records, reader.skipped()), (example(), 1));
    // One section after the other, in either byte order.
    let both = [written(&example()), file].concat();
    assert_eq!(read_all(&both).unwrap(), [example(), example()].concat());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let good = written(&example());
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        read_all(&file).unwrap_err().to_string()
    };
    assert!(read_all(b"\xD4\xC3\xB2\xA1 old pcap").unwrap_err().to_string().starts_with("this is no pcapng file"));
    assert!(with(12, &[2]).contains("version 2"));
    assert!(with(88 + 4, &[0xFF, 0xFF, 0xFF, 0xFC]).contains("byte 88 says that it has 4244635647 bytes"));
    assert!(with(88 + 4, &[0xFC, 0xFF, 0xFF, 0xFF]).contains("byte 88 says that it has 4294967292 bytes"));
    assert!(with(88 + 4, &[8]).contains("byte 88 says that it has 8 bytes"));
    assert!(with(88 + 8, &[1]).contains("byte 88 contradicts itself"));
    assert!(with(88 + 20, &[200]).contains("byte 88 contradicts itself"));
    assert!(with(144 - 4, &[48]).contains("byte 88 contradicts itself"));
    assert!(with(88 + 44, &[0]).contains("byte 88 does not say which way it went"));
    let many = [&good[..44], &good[44..88].repeat(65)].concat();
    assert!(read_all(&many).unwrap_err().to_string().contains("more than 64 interfaces"));
}

/// Whatever was put in comes out.
#[derive(Default)]
struct Memory {
    arrivals: VecDeque<Arrival>,
    purged: bool,
}

impl Transport for Memory {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TransportError> {
        if bytes.len() > 100 { Err(TransportError::Clogged(bytes.len())) } else { Ok(()) }
    }

    fn next(&mut self, _: Duration) -> Result<Option<Arrival>, TransportError> {
        Ok(self.arrivals.pop_front())
    }

    fn purge(&mut self) {
        self.purged = true;
    }

    fn flush(&mut self, _: Duration) -> Result<(), TransportError> {
        Ok(())
    }
}

/// A disk with so much room left.
struct Disk {
    file: Vec<u8>,
    room: usize,
}

impl io::Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.room {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.room -= bytes.len();
        self.file.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn bytes(bytes: &[u8]) -> Arrival {
    Arrival::Bytes { at: Duration::from_secs(3), bytes: bytes.into() }
}

#[test]
fn a_tap_writes_everything_that_passes() {
    let lost = Arrival::Lost { at: Duration::from_secs(4), reason: "unplugged".into() };
    let inner =
        Memory { arrivals: [bytes(b"ACK\r\n"), bytes(b"junk"), lost.clone(), bytes(b"more")].into(), purged: false };
    let file = tempfile::NamedTempFile::new().unwrap();
    let writer = Writer::new(file.reopen().unwrap(), Duration::from_secs(1000)).unwrap();
    let mut tap = Captured::new(inner, writer, Clock::start());
    tap.send(b"PKT 5\r\n").unwrap();
    tap.send(&[0; 101]).unwrap_err();
    assert_eq!(tap.next(Duration::ZERO).unwrap(), Some(bytes(b"ACK\r\n")));
    tap.purge();
    assert!(tap.inner().purged);
    // Bytes were thrown away, the loss was not.
    assert_eq!(tap.next(Duration::ZERO).unwrap(), Some(lost));
    assert_eq!(tap.next(Duration::ZERO).unwrap(), None);
    assert_eq!(tap.take_warning(), None);
    let records = read_all(&std::fs::read(file.path()).unwrap()).unwrap();
    let seen: Vec<_> = records.iter().map(|record| (record.direction, &record.bytes[..])).collect();
    let (sent, received) = (Direction::Sent, Direction::Received);
    assert_eq!(seen, [(sent, &b"PKT 5\r\n"[..]), (received, b"ACK\r\n"), (received, b"junk"), (received, b"more")]);
    assert_eq!(records[1].at, Duration::from_secs(1003));
}

#[test]
fn a_full_disk_ends_the_capture_and_not_the_link() {
    let writer = Writer::new(Disk { file: vec![], room: 150 }, Duration::ZERO).unwrap();
    let inner = Memory { arrivals: [bytes(b"1"), bytes(b"2")].into(), purged: false };
    let mut tap = Captured::new(inner, writer, Clock::start());
    for _ in 0..10 {
        tap.send(b"SYNC 1\r\n").unwrap();
    }
    assert!(tap.take_warning().unwrap().starts_with("the capture stops here, the link goes on: it cannot be written:"));
    assert_eq!(tap.take_warning(), None);
    assert!(tap.next(Duration::ZERO).unwrap().is_some());
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 1..50), prop::collection::vec(any::<u8>(), 4000..5000)];
    let record = (any::<u32>(), any::<bool>(), bytes).prop_map(|(at, sent, bytes)| {
        let direction = if sent { Direction::Sent } else { Direction::Received };
        Record { at: Duration::from_nanos(u64::from(at) << 20), direction, bytes }
    });
    prop::collection::vec(record, 0..10)
}

proptest! {
    #[test]
    fn what_is_written_is_read(records in records()) {
        prop_assert_eq!(read_all(&written(&records)).unwrap(), records);
    }

    #[test]
    fn a_long_piece_becomes_several_records(len in 60_000_usize..200_000) {
        let record = Record { at: Duration::ZERO, direction: Direction::Sent, bytes: vec![7; len] };
        let read = read_all(&written(&[record])).unwrap();
        prop_assert_eq!(read.iter().map(|record| record.bytes.len()).sum::<usize>(), len);
    }

    #[test]
    fn damage_is_refused_or_harmless(at in 0_usize..200, xor in 1_u8.., big: bool) {
        let mut file = if big { big_endian() } else { written(&example()) };
        let at = at % file.len();
        file[at] ^= xor;
        if let Err(error) = read_all(&file) {
            prop_assert!(error.to_string().len() < 160 && !error.to_string().contains('\n'));
        }
    }

    #[test]
    fn any_bytes_behind_a_section_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut file = written(&[]);
        file.extend(bytes);
        let _ = read_all(&file);
    }
}
