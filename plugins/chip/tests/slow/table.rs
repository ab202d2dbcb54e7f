//! The instruction table (CM, TM 3) and its decoder: a word is matched against the patterns one by one.

use super::Slow;
use super::cpu::Place;
use super::instructions as go;
use std::sync::OnceLock;

/// A function that carries an instruction out.
pub type Action = fn(&mut Slow, &[Place]);

/// A decoded word.
pub struct Decoded {
    /// What to do.
    pub action: Action,
    /// Its operands in the order of writing.
    pub operands: Vec<Place>,
    /// CPU clocks.
    pub clocks: u32,
}

/// Operands, pattern from bit 11 down (0, 1, or the letter of a field), clocks, action. SLP is not
/// there: the E0C6S46 lacks it.
const TABLE: [(&str, &str, u32, Action); 100] = [
    ("s", "0000ssssssss", 5, go::jp),
    ("e", "0001eeeeeeee", 12, go::retd),
    ("C,s", "0010ssssssss", 5, go::jp),
    ("NC,s", "0011ssssssss", 5, go::jp),
    ("s", "0100ssssssss", 7, go::call),
    ("s", "0101ssssssss", 7, go::calz),
    ("Z,s", "0110ssssssss", 5, go::jp),
    ("NZ,s", "0111ssssssss", 5, go::jp),
    ("Y,e", "1000eeeeeeee", 5, go::ld),
    ("MX,e", "1001eeeeeeee", 5, go::lbpx),
    ("XH,i", "10100000iiii", 7, go::adc),
    ("XL,i", "10100001iiii", 7, go::adc),
    ("YH,i", "10100010iiii", 7, go::adc),
    ("YL,i", "10100011iiii", 7, go::adc),
    ("XH,i", "10100100iiii", 7, go::cp),
    ("XL,i", "10100101iiii", 7, go::cp),
    ("YH,i", "10100110iiii", 7, go::cp),
    ("YL,i", "10100111iiii", 7, go::cp),
    ("r,q", "10101000rrqq", 7, go::add),
    ("r,q", "10101001rrqq", 7, go::adc),
    ("r,q", "10101010rrqq", 7, go::sub),
    ("r,q", "10101011rrqq", 7, go::sbc),
    ("r,q", "10101100rrqq", 7, go::and),
    ("r,q", "10101101rrqq", 7, go::or),
    ("r,q", "10101110rrqq", 7, go::xor),
    ("A", "101011110000", 7, go::rlc),
    ("B", "101011110101", 7, go::rlc),
    ("MX", "101011111010", 7, go::rlc),
    ("MY", "101011111111", 7, go::rlc),
    ("X,e", "1011eeeeeeee", 5, go::ld),
    ("r,i", "110000rriiii", 7, go::add),
    ("r,i", "110001rriiii", 7, go::adc),
    ("r,i", "110010rriiii", 7, go::and),
    ("r,i", "110011rriiii", 7, go::or),
    ("r,i", "110100rriiii", 7, go::xor),
    ("r,i", "110101rriiii", 7, go::sbc),
    ("r,i", "110110rriiii", 7, go::fan),
    ("r,i", "110111rriiii", 7, go::cp),
    ("r,i", "111000rriiii", 5, go::ld),
    ("p", "1110010ppppp", 5, go::pset),
    ("MX,i", "11100110iiii", 5, go::ldpx),
    ("MY,i", "11100111iiii", 5, go::ldpy),
    ("XP,r", "1110100000rr", 5, go::ld),
    ("XH,r", "1110100001rr", 5, go::ld),
    ("XL,r", "1110100010rr", 5, go::ld),
    ("r", "1110100011rr", 5, go::rrc),
    ("YP,r", "1110100100rr", 5, go::ld),
    ("YH,r", "1110100101rr", 5, go::ld),
    ("YL,r", "1110100110rr", 5, go::ld),
    ("r,XP", "1110101000rr", 5, go::ld),
    ("r,XH", "1110101001rr", 5, go::ld),
    ("r,XL", "1110101010rr", 5, go::ld),
    ("r,YP", "1110101100rr", 5, go::ld),
    ("r,YH", "1110101101rr", 5, go::ld),
    ("r,YL", "1110101110rr", 5, go::ld),
    ("r,q", "11101100rrqq", 5, go::ld),
    ("r,q", "11101110rrqq", 5, go::ldpx),
    ("r,q", "11101111rrqq", 5, go::ldpy),
    ("r,q", "11110000rrqq", 7, go::cp),
    ("r,q", "11110001rrqq", 7, go::fan),
    ("MX,r", "1111001010rr", 7, go::acpx),
    ("MY,r", "1111001011rr", 7, go::acpy),
    ("MX,r", "1111001110rr", 7, go::scpx),
    ("MY,r", "1111001111rr", 7, go::scpy),
    ("F,i", "11110100iiii", 7, go::set),
    ("F,i", "11110101iiii", 7, go::rst),
    ("Mn", "11110110nnnn", 7, go::inc),
    ("Mn", "11110111nnnn", 7, go::dec),
    ("Mn,A", "11111000nnnn", 5, go::ld),
    ("Mn,B", "11111001nnnn", 5, go::ld),
    ("A,Mn", "11111010nnnn", 5, go::ld),
    ("B,Mn", "11111011nnnn", 5, go::ld),
    ("r", "1111110000rr", 5, go::push),
    ("XP", "111111000100", 5, go::push),
    ("XH", "111111000101", 5, go::push),
    ("XL", "111111000110", 5, go::push),
    ("YP", "111111000111", 5, go::push),
    ("YH", "111111001000", 5, go::push),
    ("YL", "111111001001", 5, go::push),
    ("F", "111111001010", 5, go::push),
    ("SP", "111111001011", 5, go::dec),
    ("r", "1111110100rr", 5, go::pop),
    ("XP", "111111010100", 5, go::pop),
    ("XH", "111111010101", 5, go::pop),
    ("XL", "111111010110", 5, go::pop),
    ("YP", "111111010111", 5, go::pop),
    ("YH", "111111011000", 5, go::pop),
    ("YL", "111111011001", 5, go::pop),
    ("F", "111111011010", 5, go::pop),
    ("SP", "111111011011", 5, go::inc),
    ("", "111111011110", 12, go::rets),
    ("", "111111011111", 7, go::ret),
    ("SPH,r", "1111111000rr", 5, go::ld),
    ("r,SPH", "1111111001rr", 5, go::ld),
    ("", "111111101000", 5, go::jpba),
    ("SPL,r", "1111111100rr", 5, go::ld),
    ("r,SPL", "1111111101rr", 5, go::ld),
    ("", "111111111000", 5, go::halt),
    ("", "111111111011", 5, go::nop),
    ("", "111111111111", 7, go::nop),
];

/// The instruction that a 12-bit word is; `None` for an undefined word.
pub fn decode(word: u16) -> Option<&'static Decoded> {
    static ALL: OnceLock<Vec<Option<Decoded>>> = OnceLock::new();
    ALL.get_or_init(|| (0..4096).map(look_up).collect()).get(usize::from(word & 0xFFF))?.as_ref()
}

fn look_up(word: u16) -> Option<Decoded> {
    let (operands, pattern, clocks, action) = TABLE.iter().find(|row| matches(row.1, word))?;
    let operands = operands.split(',').filter(|name| !name.is_empty()).map(|name| place(name, pattern, word)).collect();
    Some(Decoded { action: *action, operands, clocks: *clocks })
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
