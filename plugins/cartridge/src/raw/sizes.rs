//! What a binary file of a wrong size may be: cut short, with something in front or behind, twice the
//! same, half of a pair.

use super::{NEAR, RESET, SIZES, WORDS_S46, WORDS_S48, large};
use crate::error::{RomError, group};

/// The longest header or trailer that is looked for.
const EXTRA: usize = 1024;

/// Why a binary of this size is no image.
pub(super) fn refuse(bytes: &[u8]) -> RomError {
    let have = bytes.len();
    let near = SIZES.into_iter().find(|size| size.abs_diff(have) <= NEAR);
    if let Some(want) = near.filter(|want| have < *want) {
        return RomError::NearlyRight { have, want, advice: "copy or dump it again".to_owned() };
    }
    if let Some(first) = bytes.first()
        && near.is_none()
        && bytes.iter().all(|byte| byte == first)
    {
        return RomError::Blank { unit: "byte", value: u16::from(*first) };
    }
    if let Some(want) = SIZES.into_iter().find(|size| (1..=EXTRA).contains(&have.saturating_sub(*size))) {
        let advice = extra(bytes, want);
        // Far from the size, only what is sure counts.
        if near.is_some() || advice.is_some() {
            let advice = advice.unwrap_or_else(|| "copy or dump it again".to_owned());
            return RomError::NearlyRight { have, want, advice };
        }
    }
    if let Some((want, advice)) = repeated(bytes).or_else(|| padded(bytes)) {
        return RomError::NearlyRight { have, want, advice };
    }
    // Too short for either chip, or for the larger one only.
    if let Some(want) = SIZES.into_iter().skip(1).find(|want| have < *want)
        && pairs(bytes).is_some()
    {
        return RomError::CutShort { have, want };
    }
    if have == WORDS_S46 || have == WORDS_S48 {
        let advice = "one byte for each word may be half of a pair: take a dump that has both halves";
        return RomError::Size { have, advice };
    }
    RomError::Size { have, advice: "choose the ROM's .bin or .b file" }
}

/// Where the bytes are that an image has too many, if that shows.
fn extra(bytes: &[u8], want: usize) -> Option<String> {
    let many = bytes.len() - want;
    let (front, back) = (score(bytes.get(many..)?, want)?, score(bytes.get(..want)?, want)?);
    let count = if many == 1 { "byte".to_owned() } else { format!("{} bytes", group(many as u64)) };
    // A program begins with jumps; a chance jump or two says nothing.
    if front >= back + 2 {
        Some(format!("they are a header in front of the image: cut off the first {count}"))
    } else if back >= front + 2 {
        Some(format!("they come after the image: cut off the last {count}"))
    } else {
        None
    }
}

/// How much `bytes` look like an image: 8 for word pairs, 1 for each jump among the eight entries of
/// page 1 (a program has the reset entry and most interrupts there).
fn score(bytes: &[u8], want: usize) -> Option<usize> {
    let word: fn([u8; 2]) -> u16 = match pairs(bytes) {
        Some(Order::Big) => u16::from_be_bytes,
        Some(Order::Little) => u16::from_le_bytes,
        // Packed words cannot be told from any other bytes.
        None if want == SIZES[0] => return None,
        None => return Some(0),
    };
    let entries = bytes.as_chunks::<2>().0.iter().skip(RESET).step_by(2).take(8);
    Some(8 + entries.filter(|pair| word(**pair) >> 8 == 0).count())
}

/// In which order bytes are word pairs.
enum Order {
    Big,
    Little,
}

/// The order in which `bytes` are word pairs: those of one parity are never above 0F, many of the other
/// are.
fn pairs(bytes: &[u8]) -> Option<Order> {
    let most = bytes.len() / 8;
    match (large(bytes, 0), large(bytes, 1)) {
        _ if bytes.len() < 256 => None,
        (0, many) if many > most => Some(Order::Big),
        (many, 0) if many > most => Some(Order::Little),
        _ => None,
    }
}

/// An image several times over, as a larger memory chip shows it.
fn repeated(bytes: &[u8]) -> Option<(usize, String)> {
    let have = bytes.len();
    let again = |size: usize| bytes.get(..size).is_some_and(|first| bytes.chunks(size).all(|chunk| chunk == first));
    let want = SIZES.into_iter().find(|size| have > *size && have.is_multiple_of(*size) && again(*size))?;
    let times = have / want;
    Some((want, format!("it holds the same {times} times: keep the first {} bytes", group(want as u64))))
}

/// An image with nothing but one byte behind it.
fn padded(bytes: &[u8]) -> Option<(usize, String)> {
    let last = *bytes.last()?;
    let used = bytes.iter().rposition(|byte| *byte != last)? + 1;
    let want = SIZES.into_iter().skip(1).find(|size| used <= *size && bytes.len() > *size)?;
    pairs(bytes.get(..want)?)?;
    let want_told = group(want as u64);
    Some((want, format!("what comes after is all {last:02X}h: keep the first {want_told} bytes")))
}
