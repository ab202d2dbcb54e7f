//! The file that RetroArch puts around a core's bytes (foreign_saves 3.6; from general knowledge,
//! not tested against the program).

use super::fields::Fields;

/// How such a file begins.
pub(super) const MAGIC: &[u8] = b"RASTATE";
const HEAD: usize = 8;

/// The core's bytes: the block `MEM `.
pub(super) fn unwrap(file: &[u8]) -> Option<&[u8]> {
    let fields = Fields(file);
    let mut at = HEAD;
    while at + 8 <= file.len() {
        let kind = fields.slice(at, 4);
        let len = fields.uint(at + 4, 4) as usize;
        if kind == b"MEM " {
            return file.get(at + 8..)?.get(..len);
        }
        at = at.checked_add(8)?.checked_add(len.checked_next_multiple_of(8)?)?;
    }
    None
}

/// A file with these core's bytes.
pub(super) fn wrap(core: &[u8]) -> Vec<u8> {
    let mut file = [MAGIC, b"\x01MEM "].concat();
    file.extend((core.len() as u32).to_le_bytes());
    file.extend(core);
    file.resize(file.len().next_multiple_of(8), 0);
    file.extend(b"END \0\0\0\0");
    file
}
