//! The format page's example is exactly what the code writes.

use crate::{Envelope, Meta, Tag};

const PAGE: &str = include_str!("../../FORMAT.md");

fn example() -> Envelope {
    let mut e = Envelope::new(Meta {
        name: "Pip".into(),
        rom: std::array::from_fn(|i| i as u8),
        model: "p1".into(),
        saved_at: 1_893_456_000,
        tick: 32_768,
    });
    e.set_value(Tag(*b"DEMO"), &(0x1234_u16, true)).unwrap();
    e
}

/// The bytes of the page's dump: lines of `OFFSET  byte byte …  | text`.
fn page_bytes() -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in PAGE.lines() {
        let Some((offset, rest)) = line.split_once("  ") else {
            continue;
        };
        let Ok(offset) = usize::from_str_radix(offset, 16) else {
            continue;
        };
        assert_eq!(offset, bytes.len(), "{line}");
        let digits = rest.split('|').next().unwrap();
        bytes.extend(digits.split_whitespace().map(|d| u8::from_str_radix(d, 16).unwrap()));
    }
    bytes
}

fn dump(bytes: &[u8]) -> String {
    bytes
        .chunks(16)
        .enumerate()
        .map(|(n, row)| format!("{:04x}  {}\n", n * 16, row.iter().map(|b| format!("{b:02x} ")).collect::<String>()))
        .collect()
}

#[test]
fn the_worked_example_is_what_the_code_writes() {
    let bytes = example().to_bytes(3).unwrap();
    assert_eq!(page_bytes(), bytes, "the code writes:\n{}", dump(&bytes));
}

#[test]
fn the_worked_example_reads_back() {
    let (read, sequence) = Envelope::from_bytes(&page_bytes()).unwrap();
    assert_eq!((read, sequence), (example(), 3));
}
