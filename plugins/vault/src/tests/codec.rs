use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codec::{CodecError, LIMIT, decode, encode};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    a: u8,
    b: u32,
    text: String,
    list: Vec<u16>,
    choice: Option<u64>,
}

#[test]
fn integers_are_fixed_and_little_endian() {
    assert_eq!(encode(&0x0102_0304_u32).unwrap(), [4, 3, 2, 1]);
    assert_eq!(encode("ab").unwrap(), [2, 0, 0, 0, 0, 0, 0, 0, b'a', b'b']);
}

#[test]
fn trailing_bytes_are_refused() {
    assert!(matches!(decode::<u8>(&[1, 2]), Err(CodecError::Trailing(1))));
}

#[test]
fn a_huge_claimed_length_is_refused_before_allocation() {
    let mut bytes = u64::MAX.to_le_bytes().to_vec();
    assert!(decode::<String>(&bytes).is_err());
    assert!(decode::<Vec<u64>>(&bytes).is_err());
    bytes = (LIMIT as u64 + 1).to_le_bytes().to_vec();
    assert!(decode::<Vec<u8>>(&bytes).is_err());
    assert!(encode(&vec![0u8; LIMIT + 1]).is_err());
}

proptest! {
    #[test]
    fn values_come_back(a: u8, b: u32, text: String, list: Vec<u16>, choice: Option<u64>) {
        let value = Sample { a, b, text, list, choice };
        let bytes = encode(&value).unwrap();
        prop_assert_eq!(decode::<Sample>(&bytes).unwrap(), value);
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = decode::<Sample>(&bytes);
    }
}
