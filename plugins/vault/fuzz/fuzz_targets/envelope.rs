//! Saves: whatever is read can be written and read again, and the values inside are decoded or refused.
//!
//! When the first byte is odd, the others get a right frame first.
#![no_main]

use common::framed;
use eggtooth_vault::foreign::Hardware;
use eggtooth_vault::{Envelope, MAX_BLOCKS, Meta, ReadError, Tag, codec};
use libfuzzer_sys::fuzz_target;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;

#[path = "common/frame.rs"]
mod common;

/// A value with everything that the codec has to count.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Value {
    Nothing,
    Text(String),
    List(Vec<Option<(u64, bool)>>),
    Map(BTreeMap<String, [u8; 3]>),
    Deep(Box<Value>),
    Char(char),
}

fuzz_target!(|input: &[u8]| {
    let [kind, bytes @ ..] = input else { return };
    let fixed;
    let bytes = if kind & 1 == 1 {
        fixed = framed(bytes);
        &fixed[..]
    } else {
        bytes
    };
    match Envelope::from_bytes(bytes) {
        Ok((envelope, sequence)) => check(&envelope, sequence),
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < 1000 && !text.chars().any(char::is_control), "{text:?}");
            assert!(kind & 1 == 0 || matches!(error, ReadError::Damage(eggtooth_vault::Damage::Content(_))));
        }
    }
});

fn check(envelope: &Envelope, sequence: u64) {
    assert!(envelope.blocks().len() < MAX_BLOCKS);
    let written = envelope.to_bytes(sequence).expect("what was read can be written");
    let (again, same) = Envelope::from_bytes(&written).expect("what was written can be read");
    assert!(again == *envelope && same == sequence);
    let mut changed = again;
    for block in envelope.blocks() {
        assert!(block.tag != Tag::META && envelope.block(block.tag) == Some(&block.bytes[..]));
        value::<Meta>(&block.bytes);
        value::<Hardware>(&block.bytes);
        value::<Vec<Vec<u8>>>(&block.bytes);
        value::<(u64, [u8; 32], Vec<(u64, Value)>)>(&block.bytes);
        let _ = envelope.value::<String>(block.tag);
        assert!(changed.remove_block(block.tag) && changed.block(block.tag).is_none());
    }
    assert!(changed.blocks().is_empty());
    assert!(envelope.check_rom(&envelope.meta.rom).is_ok());
}

/// What is decoded is encoded to the same bytes.
fn value<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) {
    if let Ok(value) = codec::decode::<T>(bytes) {
        let encoded = codec::encode(&value).expect("what was decoded can be encoded");
        assert_eq!(codec::decode::<T>(&encoded).ok(), Some(value));
    }
}
