//! The observer on the transcripts of the vectors, from any place on, and on anything else.

use std::time::Duration;

use eggtooth_prong::capture::{Direction, Record};
use eggtooth_prong::decode::{Entry, Observer, Verdict, What};
use eggtooth_prong::secret::Secret;
use proptest::prelude::*;

use super::transcripts;

fn secret() -> Secret {
    Secret::new(b"prong-dev-secret-A".to_vec()).unwrap()
}

fn watch(records: &[Record], secret: Option<&Secret>) -> Vec<Entry> {
    let mut observer = Observer::new(secret);
    let mut entries = vec![];
    for record in records {
        entries.extend(observer.feed(record.direction, record.at, &record.bytes));
    }
    entries.extend(observer.end(records.last().map_or(Duration::ZERO, |record| record.at)));
    entries
}

fn told(name: &str) -> Vec<String> {
    watch(&transcripts::named(name), Some(&secret())).iter().map(Entry::to_string).collect()
}

#[test]
fn a_packet_of_three_chunks_is_told() {
    let expected = [
        "    0.000000 -> PKT 8249",
        "    0.000000 <- ACK",
        "    0.000000 -> chunk 0 of 3, 4112 bytes, type 1, session 0badc0de",
        "    0.000000 <- ACK",
        "    0.000000 -> chunk 1 of 3, 4112 bytes, type 1, session 0badc0de",
        "    0.000000 <- ACK",
        "    0.000000 -> chunk 2 of 3, 73 bytes, type 1, session 0badc0de",
        "    0.000000 <- ACK",
        "    0.000000 -> packet complete: 8249 bytes, type 1",
    ];
    assert_eq!(told("three-chunks"), expected);
}

#[test]
fn setting_the_session_is_told() {
    let told = told("set-session");
    assert_eq!(told[2], "    0.000000 -> chunk 0 of 1, 18 bytes, type 0, session 0badc0de (set)");
    assert_eq!(told[4], "    0.000000 -> packet complete: 2 bytes, sets session 0badc0de");
}

#[test]
fn damage_cuts_silences_and_cancels_are_told() {
    let damaged = told("nak-resend");
    assert!(damaged[2].ends_with("chunk 0 of 1, 1016 bytes: the chunk's data are damaged: their checksum is wrong"));
    assert!(damaged.last().unwrap().ends_with("packet complete: 1000 bytes, type 1"));
    let cut = told("truncated-chunk");
    assert!(cut.iter().any(|line| line.ends_with("(silence: the rest of a chunk did not come for 2.0 s)")), "{cut:?}");
    assert!(cut.iter().any(|line| line.ends_with("cut chunk: 1009 of 1016 bytes came")), "{cut:?}");
    let resent = told("enq-forward-after-lost-ack");
    assert!(resent.iter().any(|line| line.contains("silence: the answer to a chunk did not come for 5.0 s")));
    assert!(resent.last().unwrap().ends_with("packet complete: 8249 bytes, type 1"), "{resent:?}");
    let cancelled = told("can-by-initiator");
    assert!(cancelled.iter().any(|line| line.ends_with("-> CAN")), "{cancelled:?}");
    let offer = |at| Record { at: Duration::from_secs(at), direction: Direction::Sent, bytes: b"PKT 9\r\n".into() };
    let unanswered: Vec<_> = watch(&[offer(1), offer(3)], None).iter().map(Entry::to_string).collect();
    assert_eq!(unanswered[1], "    3.000000 <- (silence: the answer to PKT did not come for 2.0 s)");
}

#[test]
fn the_data_come_with_the_packet() {
    let entries = watch(&transcripts::named("enq-initiator"), Some(&secret()));
    let Some(What::Packet { kind: Some(1), data: Some(data), .. }) = entries.last().map(|entry| &entry.what) else {
        panic!("{entries:?}")
    };
    assert_eq!(data.len(), 8249);
    let plain = watch(&transcripts::named("three-chunks"), Some(&secret()));
    let Some(What::Packet { data: Some(same), .. }) = plain.last().map(|entry| &entry.what) else { panic!() };
    assert_eq!(data, same);
}

#[test]
fn without_the_secret_chunks_have_lengths() {
    let entries = watch(&transcripts::named("three-chunks"), None);
    let sealed = entries.iter().filter(|entry| matches!(entry.what, What::Chunk { verdict: Verdict::Sealed, .. }));
    assert_eq!(sealed.count(), 3);
    assert!(matches!(entries.last().unwrap().what, What::Packet { kind: None, data: None, size: 8249, .. }));
}

#[test]
fn a_capture_that_begins_inside_a_transfer_is_understood_from_its_first_whole_chunk_on() {
    let records = transcripts::named("three-chunks");
    for from in 1..records.len() {
        let entries = watch(&records[from..], Some(&secret()));
        let chunks = entries.iter().filter(|entry| matches!(entry.what, What::Chunk { .. })).count();
        // Records alternate: every second one is a chunk.
        assert_eq!(chunks, [3, 3, 2, 2, 1, 1, 0][from - 1], "{from}: {entries:#?}");
        assert!(!entries.iter().any(|entry| matches!(entry.what, What::Unexplained { .. })));
    }
    let mut cut = records[4..].to_vec();
    cut[0].bytes.drain(..1000);
    let entries = watch(&cut, Some(&secret()));
    let unexplained = |entry: &&Entry| matches!(entry.what, What::Unexplained { .. } | What::Noise { .. });
    assert!(entries.iter().filter(unexplained).count() > 0);
    let chunks = entries.iter().filter(|entry| matches!(entry.what, What::Chunk { .. })).count();
    assert_eq!(chunks, 1, "{entries:#?}");
}

fn pieces() -> impl Strategy<Value = Vec<(bool, u64, Vec<u8>)>> {
    let known = prop::sample::select(vec![
        "PKT 2\r\n",
        "PKT 5000\r\n",
        "ACK\r\n",
        "NAK\r\n",
        "ENQ 1\r\n",
        "ENQ 255\r\n",
        "CAN\r\n",
        "ECHO REQ\r\n",
        "\r\n",
    ]);
    let bytes = prop_oneof![
        4 => known.prop_map(|line| line.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(any::<u8>(), 4000..5000),
    ];
    prop::collection::vec((any::<bool>(), prop_oneof![Just(0_u64), Just(60), Just(2500), Just(6000)], bytes), 0..40)
}

proptest! {
    #[test]
    fn pieces_do_not_matter(which in 0_usize..22, size in 1_usize..100) {
        let all = transcripts::all();
        let records = all[which % all.len()].records();
        let split: Vec<_> = records
            .iter()
            .flat_map(|record| record.bytes.chunks(size).map(|bytes| Record { bytes: bytes.into(), ..record.clone() }))
            .collect();
        prop_assert_eq!(watch(&split, Some(&secret())), watch(&records, Some(&secret())));
    }

    #[test]
    fn nothing_panics_and_what_is_told_is_bounded(pieces in pieces(), sealed: bool) {
        let secret = secret();
        let mut observer = Observer::new((!sealed).then_some(&secret));
        let mut at = Duration::ZERO;
        for (sent, wait, bytes) in pieces {
            at += Duration::from_millis(wait);
            let direction = if sent { Direction::Sent } else { Direction::Received };
            let entries = observer.feed(direction, at, &bytes);
            prop_assert!(entries.len() <= 2 * bytes.len() + 4);
            for entry in entries {
                prop_assert!(!entry.to_string().contains('\n'));
            }
        }
        observer.end(at);
    }
}
