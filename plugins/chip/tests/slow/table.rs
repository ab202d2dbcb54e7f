//! The instruction table (CM, TM 3) and its decoder: a word is matched against the patterns one by one.

use super::Slow;
use super::cpu::Place;
use super::instructions as go;
use std::sync::OnceLock;

/// A function that carries an instruction out.
pub type Action = fn(&mut Slow, &[Place]);

/// A decoded word.
pub struct Decoded {
    /// Its name.
    pub mnemonic: &'static str,
    /// What to do.
    pub action: Action,
    /// Its operands in the order of writing.
    pub operands: Vec<Place>,
    /// CPU clocks.
    pub clocks: u32,
}

/// Mnemonic, operands, pattern from bit 11 down (0, 1, or the letter of a field), clocks. SLP is not
/// there: the E0C6S46 lacks it.
const TABLE: [(&str, &str, &str, u32); 100] = [
    ("JP", "s", "0000ssssssss", 5),
    ("RETD", "e", "0001eeeeeeee", 12),
    ("JP", "C,s", "0010ssssssss", 5),
    ("JP", "NC,s", "0011ssssssss", 5),
    ("CALL", "s", "0100ssssssss", 7),
    ("CALZ", "s", "0101ssssssss", 7),
    ("JP", "Z,s", "0110ssssssss", 5),
    ("JP", "NZ,s", "0111ssssssss", 5),
    ("LD", "Y,e", "1000eeeeeeee", 5),
    ("LBPX", "MX,e", "1001eeeeeeee", 5),
    ("ADC", "XH,i", "10100000iiii", 7),
    ("ADC", "XL,i", "10100001iiii", 7),
    ("ADC", "YH,i", "10100010iiii", 7),
    ("ADC", "YL,i", "10100011iiii", 7),
    ("CP", "XH,i", "10100100iiii", 7),
    ("CP", "XL,i", "10100101iiii", 7),
    ("CP", "YH,i", "10100110iiii", 7),
    ("CP", "YL,i", "10100111iiii", 7),
    ("ADD", "r,q", "10101000rrqq", 7),
    ("ADC", "r,q", "10101001rrqq", 7),
    ("SUB", "r,q", "10101010rrqq", 7),
    ("SBC", "r,q", "10101011rrqq", 7),
    ("AND", "r,q", "10101100rrqq", 7),
    ("OR", "r,q", "10101101rrqq", 7),
    ("XOR", "r,q", "10101110rrqq", 7),
    ("RLC", "A", "101011110000", 7),
    ("RLC", "B", "101011110101", 7),
    ("RLC", "MX", "101011111010", 7),
    ("RLC", "MY", "101011111111", 7),
    ("LD", "X,e", "1011eeeeeeee", 5),
    ("ADD", "r,i", "110000rriiii", 7),
    ("ADC", "r,i", "110001rriiii", 7),
    ("AND", "r,i", "110010rriiii", 7),
    ("OR", "r,i", "110011rriiii", 7),
    ("XOR", "r,i", "110100rriiii", 7),
    ("SBC", "r,i", "110101rriiii", 7),
    ("FAN", "r,i", "110110rriiii", 7),
    ("CP", "r,i", "110111rriiii", 7),
    ("LD", "r,i", "111000rriiii", 5),
    ("PSET", "p", "1110010ppppp", 5),
    ("LDPX", "MX,i", "11100110iiii", 5),
    ("LDPY", "MY,i", "11100111iiii", 5),
    ("LD", "XP,r", "1110100000rr", 5),
    ("LD", "XH,r", "1110100001rr", 5),
    ("LD", "XL,r", "1110100010rr", 5),
    ("RRC", "r", "1110100011rr", 5),
    ("LD", "YP,r", "1110100100rr", 5),
    ("LD", "YH,r", "1110100101rr", 5),
    ("LD", "YL,r", "1110100110rr", 5),
    ("LD", "r,XP", "1110101000rr", 5),
    ("LD", "r,XH", "1110101001rr", 5),
    ("LD", "r,XL", "1110101010rr", 5),
    ("LD", "r,YP", "1110101100rr", 5),
    ("LD", "r,YH", "1110101101rr", 5),
    ("LD", "r,YL", "1110101110rr", 5),
    ("LD", "r,q", "11101100rrqq", 5),
    ("LDPX", "r,q", "11101110rrqq", 5),
    ("LDPY", "r,q", "11101111rrqq", 5),
    ("CP", "r,q", "11110000rrqq", 7),
    ("FAN", "r,q", "11110001rrqq", 7),
    ("ACPX", "MX,r", "1111001010rr", 7),
    ("ACPY", "MY,r", "1111001011rr", 7),
    ("SCPX", "MX,r", "1111001110rr", 7),
    ("SCPY", "MY,r", "1111001111rr", 7),
    ("SET", "F,i", "11110100iiii", 7),
    ("RST", "F,i", "11110101iiii", 7),
    ("INC", "Mn", "11110110nnnn", 7),
    ("DEC", "Mn", "11110111nnnn", 7),
    ("LD", "Mn,A", "11111000nnnn", 5),
    ("LD", "Mn,B", "11111001nnnn", 5),
    ("LD", "A,Mn", "11111010nnnn", 5),
    ("LD", "B,Mn", "11111011nnnn", 5),
    ("PUSH", "r", "1111110000rr", 5),
    ("PUSH", "XP", "111111000100", 5),
    ("PUSH", "XH", "111111000101", 5),
    ("PUSH", "XL", "111111000110", 5),
    ("PUSH", "YP", "111111000111", 5),
    ("PUSH", "YH", "111111001000", 5),
    ("PUSH", "YL", "111111001001", 5),
    ("PUSH", "F", "111111001010", 5),
    ("DEC", "SP", "111111001011", 5),
    ("POP", "r", "1111110100rr", 5),
    ("POP", "XP", "111111010100", 5),
    ("POP", "XH", "111111010101", 5),
    ("POP", "XL", "111111010110", 5),
    ("POP", "YP", "111111010111", 5),
    ("POP", "YH", "111111011000", 5),
    ("POP", "YL", "111111011001", 5),
    ("POP", "F", "111111011010", 5),
    ("INC", "SP", "111111011011", 5),
    ("RETS", "", "111111011110", 12),
    ("RET", "", "111111011111", 7),
    ("LD", "SPH,r", "1111111000rr", 5),
    ("LD", "r,SPH", "1111111001rr", 5),
    ("JPBA", "", "111111101000", 5),
    ("LD", "SPL,r", "1111111100rr", 5),
    ("LD", "r,SPL", "1111111101rr", 5),
    ("HALT", "", "111111111000", 5),
    ("NOP5", "", "111111111011", 5),
    ("NOP7", "", "111111111111", 7),
];

/// The function of a mnemonic.
fn action(mnemonic: &str) -> Action {
    match mnemonic {
        "JP" => go::jp,
        "RETD" => go::retd,
        "CALL" => go::call,
        "CALZ" => go::calz,
        "LD" => go::ld,
        "LBPX" => go::lbpx,
        "ADC" => go::adc,
        "CP" => go::cp,
        "ADD" => go::add,
        "SUB" => go::sub,
        "SBC" => go::sbc,
        "AND" => go::and,
        "OR" => go::or,
        "XOR" => go::xor,
        "RLC" => go::rlc,
        "FAN" => go::fan,
        "PSET" => go::pset,
        "LDPX" => go::ldpx,
        "LDPY" => go::ldpy,
        "RRC" => go::rrc,
        "ACPX" => go::acpx,
        "ACPY" => go::acpy,
        "SCPX" => go::scpx,
        "SCPY" => go::scpy,
        "SET" => go::set,
        "RST" => go::rst,
        "INC" => go::inc,
        "DEC" => go::dec,
        "PUSH" => go::push,
        "POP" => go::pop,
        "RETS" => go::rets,
        "RET" => go::ret,
        "JPBA" => go::jpba,
        "HALT" => go::halt,
        "NOP5" | "NOP7" => go::nop,
        _ => unreachable!("the table has no mnemonic {mnemonic}"),
    }
}

/// The instruction that a 12-bit word is; `None` for an undefined word.
pub fn decode(word: u16) -> Option<&'static Decoded> {
    static ALL: OnceLock<Vec<Option<Decoded>>> = OnceLock::new();
    ALL.get_or_init(|| (0..4096).map(look_up).collect()).get(usize::from(word & 0xFFF))?.as_ref()
}

fn look_up(word: u16) -> Option<Decoded> {
    let (mnemonic, operands, pattern, clocks) = TABLE.iter().find(|row| matches(row.2, word))?;
    let operands = operands.split(',').filter(|name| !name.is_empty()).map(|name| place(name, pattern, word)).collect();
    Some(Decoded { mnemonic, action: action(mnemonic), operands, clocks: *clocks })
}

/// Each letter of a pattern with the bit of the word under it.
fn bits(pattern: &str, word: u16) -> impl Iterator<Item = (char, bool)> {
    pattern.chars().enumerate().map(move |(at, letter)| (letter, word >> (11 - at) & 1 != 0))
}

fn matches(pattern: &str, word: u16) -> bool {
    bits(pattern, word).all(|(letter, bit)| match letter {
        '0' => !bit,
        '1' => bit,
        _ => true,
    })
}

/// The bits of the word under one letter.
fn field(letter: char, pattern: &str, word: u16) -> u8 {
    bits(pattern, word).filter(|(under, _)| *under == letter).fold(0, |value, (_, bit)| value << 1 | u8::from(bit))
}

/// What an operand of the table means in this word.
fn place(name: &str, pattern: &str, word: u16) -> Place {
    let field = |letter| field(letter, pattern, word);
    let register = |code| [Place::A, Place::B, Place::Mx, Place::My][usize::from(code)];
    match name {
        "r" => register(field('r')),
        "q" => register(field('q')),
        "i" => Place::Value(field('i')),
        "e" => Place::Value(field('e')),
        "s" => Place::Value(field('s')),
        "p" => Place::Value(field('p')),
        "Mn" => Place::Mn(field('n')),
        "A" => Place::A,
        "B" => Place::B,
        "MX" => Place::Mx,
        "MY" => Place::My,
        "X" => Place::X,
        "XP" => Place::Xp,
        "XH" => Place::Xh,
        "XL" => Place::Xl,
        "Y" => Place::Y,
        "YP" => Place::Yp,
        "YH" => Place::Yh,
        "YL" => Place::Yl,
        "SP" => Place::Sp,
        "SPH" => Place::Sph,
        "SPL" => Place::Spl,
        "F" => Place::F,
        "C" => Place::If(super::cpu::C, true),
        "NC" => Place::If(super::cpu::C, false),
        "Z" => Place::If(super::cpu::Z, true),
        "NZ" => Place::If(super::cpu::Z, false),
        _ => unreachable!("the table has no operand {name}"),
    }
}
