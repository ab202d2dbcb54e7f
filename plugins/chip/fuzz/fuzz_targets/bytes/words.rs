//! A program: pieces of code that mostly have to do with the I/O page, repeated all over the memory.

use super::Bytes;

const SPACE: usize = 8192;
const PAGE: usize = 256;
/// Low bytes of the I/O registers.
const REGISTERS: [u16; 64] = [
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26,
    0x27, 0x30, 0x31, 0x40, 0x41, 0x42, 0x50, 0x51, 0x52, 0x53, 0x54, 0x60, 0x61, 0x62, 0x63, 0x70, 0x71, 0x72, 0x73,
    0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x7B, 0x7D, 0x7E, 0x7F, 0x06, 0x16, 0x28, 0x32, 0x43, 0x55, 0x64, 0x80,
    0xFF, 0x00, 0x10, 0x78, 0x79, 0x7A, 0x70,
];
/// What is done with a register or a nibble of RAM, by X.
const USES: [u16; 16] =
    [0xEC2, 0xEC6, 0xEC8, 0xEC9, 0xD81, 0xDA1, 0xDAF, 0xDE0, 0xAC8, 0xA82, 0xCE1, 0xD2F, 0xEE2, 0xEE6, 0xEE8, 0xEEA];
/// Jumps, calls and the like: the low byte is a step.
const JUMPS: [u16; 8] = [0x000, 0x200, 0x300, 0x600, 0x700, 0x400, 0x500, 0x100];
/// Words of their own.
const ALONE: [u16; 16] =
    [0xFF8, 0xF48, 0xF57, 0xFDF, 0xFDE, 0xFFB, 0xFFF, 0xFE8, 0xFC0, 0xFD0, 0xFCA, 0xFDA, 0xFCB, 0xFDB, 0xF4F, 0xF53];

/// Eight bytes for the vectors, then code to the end of the bytes.
pub fn words(bytes: &mut Bytes<'_>) -> Vec<u16> {
    let mut vectors = bytes.take(8);
    let mut code = Vec::new();
    while !bytes.is_empty() && code.len() < SPACE {
        piece(bytes, &mut code);
    }
    if code.is_empty() {
        code.push(0xFFB);
    }
    let pages: Vec<&[u16]> = code.chunks(PAGE).collect();
    let mut words: Vec<u16> =
        (0..SPACE / PAGE).flat_map(|page| pages[page % pages.len()].iter().cycle().take(PAGE)).copied().collect();
    // Over the vectors, and each to a place of its own.
    let entry = vectors.byte();
    for bank in [0, 0x1000] {
        words[bank | 0x100] = 0x010 | u16::from(entry);
        let mut vectors = Bytes(vectors.0);
        for vector in (2..16).step_by(2) {
            let to = u16::from(vectors.byte());
            words[bank | 0x100 | vector] = 0xE40 | to & 31;
            words[bank | 0x101 | vector] = to & 0xE0;
        }
    }
    words
}

fn piece(bytes: &mut Bytes<'_>, code: &mut Vec<u16>) {
    let byte = bytes.byte();
    let low = u16::from(byte & 15);
    match byte {
        // Any word.
        0x00..0x40 => code.push(low << 8 | u16::from(bytes.byte())),
        // X to a register, and one or two of its uses.
        0x40..0x80 => code.extend([0xE0F, 0xE80, 0xB00 | REGISTERS[usize::from(byte & 63)]]),
        0x80..0x90 => code.push(0xE20 | low),
        0x90..0xA0 => code.push(0xE60 | low),
        0xA0..0xB0 => code.push(USES[usize::from(low)]),
        // A register gets a nibble, in one byte more.
        0xB0..0xC0 => {
            let register = REGISTERS[usize::from(bytes.byte() & 63)];
            code.extend([0xE0F, 0xE80, 0xB00 | register, 0xE20 | low]);
        }
        // A loop that waits for a register.
        0xC0..0xC8 => {
            let next = bytes.byte();
            let register = REGISTERS[usize::from(next & 63)];
            code.extend([0xE0F, 0xE80, 0xB00 | register]);
            let from = (code.len() % PAGE) as u16;
            let nop = [0xFFB, 0xFFF, 0xEC2, 0xF01][usize::from(next >> 6)];
            code.extend([nop, 0xDA0 | u16::from(bytes.byte() & 15), JUMPS[usize::from(byte & 7)] | from]);
        }
        // Back a few words, if the condition holds.
        0xC8..0xD0 => {
            let back = u16::from(bytes.byte() & 31);
            let to = (code.len() as u16).saturating_sub(back) & 0xFF;
            code.push(JUMPS[usize::from(byte & 7)] | to);
        }
        // On a few words.
        0xD0..0xD8 => {
            let to = (code.len() as u16 + 1 + u16::from(bytes.byte() & 31)) & 0xFF;
            code.push(JUMPS[usize::from(byte & 7)] | to);
        }
        // To another page.
        0xD8..0xE0 => {
            let next = u16::from(bytes.byte());
            code.extend([0xE40 | next & 31, JUMPS[usize::from(byte & 7)] | next & 0xE0]);
        }
        0xE0..0xF0 => code.push(ALONE[usize::from(low)]),
        // X into RAM or display RAM; interrupts on; interrupts wanted, then sleep.
        0xF0..0xF8 => {
            let page = [0, 1, 2, 3, 14, 14, 0, 0][usize::from(byte & 7)];
            code.extend([0xE00 | page, 0xE80, 0xB00 | u16::from(bytes.byte())]);
        }
        0xF8..0xFC => code.extend([0xF48, 0xFDF]),
        _ => {
            let next = bytes.byte();
            let masks = 0xB10 + u16::from(next >> 4) % 6;
            code.extend([0xE0F, 0xE80, masks, 0xE20 | u16::from(next & 15), 0xF48, 0xFF8]);
        }
    }
}
