//! Little-endian fields of buffers whose size was checked before; outside of one they read as zero and write nothing.

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    field(bytes, at).map_or(0, u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    field(bytes, at).map_or(0, u32::from_le_bytes)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(super) fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    if let Some(place) = bytes.get_mut(at..).and_then(|rest| rest.get_mut(..value.len())) {
        place.copy_from_slice(value);
    }
}

/// The sum of 32-bit words, modulo 2^32. Bytes that are no whole word at the end count as if zeros followed.
pub(super) fn word_sum(bytes: &[u8]) -> u32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut last = [0; 4];
    put(&mut last, 0, rest);
    words.iter().fold(u32::from_le_bytes(last), |sum, word| sum.wrapping_add(u32::from_le_bytes(*word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_wrap_and_fill_up() {
        assert_eq!(word_sum(&[]), 0);
        assert_eq!(word_sum(&[1, 2, 3, 4, 5]), 0x0403_0206);
        assert_eq!(word_sum(&[0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0]), 1);
    }

    #[test]
    fn nothing_reaches_outside() {
        let mut bytes = [1, 2, 3];
        assert_eq!(u16_at(&bytes, 1), 0x0302);
        assert_eq!(u16_at(&bytes, 2), 0);
        assert_eq!(u32_at(&bytes, usize::MAX), 0);
        put(&mut bytes, 2, &[9, 9]);
        assert_eq!(bytes, [1, 2, 3]);
    }
}
