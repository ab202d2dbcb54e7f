//! How a value lies in nibbles.

/// How the nibbles of a label are read; the first is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// A binary number, 1–4 nibbles.
    Binary,
    /// Decimal digits, 1–4 nibbles.
    Bcd,
    /// Yes while this bit (0–3) of the first nibble is 1.
    Bit(u8),
    /// Yes while this bit of the first nibble is 0.
    NotBit(u8),
    /// Yes while the first nibble is one of the values whose bits are set here.
    Among(u16),
    /// An hour in two nibbles: 1–12, then 1 in the afternoon. Read as 0–23.
    HalfDay,
    /// An hour in two nibbles: its units, then D0 its ten and D3 the afternoon. Read as 0–23.
    HalfDayDigits,
}

impl Encoding {
    /// The number that `nibbles` (the label's, one a byte) say; `None` if they say none.
    #[must_use]
    pub fn read(self, nibbles: &[u8]) -> Option<u16> {
        let first = u16::from(*nibbles.first()? & 15);
        let hour = |hour: u16, afternoon: bool| (1..=12).contains(&hour).then(|| hour % 12 + 12 * u16::from(afternoon));
        match self {
            Self::Binary => Some(nibbles.iter().rev().take(4).fold(0, |sum, nibble| sum << 4 | u16::from(nibble & 15))),
            Self::Bcd => nibbles.iter().rev().take(4).try_fold(0, |sum: u16, nibble| {
                let digit = u16::from(nibble & 15);
                (digit < 10).then(|| sum * 10 + digit)
            }),
            Self::Bit(bit) => Some(first >> (bit & 3) & 1),
            Self::NotBit(bit) => Some(!first >> (bit & 3) & 1),
            Self::Among(values) => Some(values >> first & 1),
            Self::HalfDay => hour(first, nibbles.get(1)? & 1 == 1),
            Self::HalfDayDigits => {
                let second = *nibbles.get(1)?;
                hour(first + 10 * u16::from(second & 1), second & 8 != 0)
            }
        }
    }

    /// What a symbol without a suffix means: one nibble is a number, more are decimal digits.
    pub(crate) fn usual(nibbles: u8) -> Encoding {
        if nibbles == 1 { Self::Binary } else { Self::Bcd }
    }

    /// What says it in the name of a symbol: empty for the usual one, else a dot and a word.
    pub(crate) fn suffix(self, nibbles: u8) -> String {
        if self == Self::usual(nibbles) {
            return String::new();
        }
        match self {
            Self::Binary => ".bin".to_owned(),
            Self::Bcd => ".bcd".to_owned(),
            Self::Bit(bit) => format!(".d{bit}"),
            Self::NotBit(bit) => format!(".n{bit}"),
            Self::Among(values) => {
                let digits = (0..16).filter(|value| values >> value & 1 == 1).map(|value| format!("{value:X}"));
                format!(".is{}", digits.collect::<String>())
            }
            Self::HalfDay => ".h12".to_owned(),
            Self::HalfDayDigits => ".bcd12".to_owned(),
        }
    }

    /// What a suffix without its dot says; `None` if it is none of ours.
    pub(crate) fn from_suffix(suffix: &str, nibbles: u8) -> Option<Encoding> {
        let bit = |digit: &str| match digit {
            "0" => Some(0),
            "1" => Some(1),
            "2" => Some(2),
            "3" => Some(3),
            _ => None,
        };
        match suffix {
            "bin" => Some(Self::Binary),
            "bcd" => Some(Self::Bcd),
            "h12" if nibbles == 2 => Some(Self::HalfDay),
            "bcd12" if nibbles == 2 => Some(Self::HalfDayDigits),
            _ => {
                if let Some(digit) = suffix.strip_prefix('d') {
                    return bit(digit).map(Self::Bit);
                }
                if let Some(digit) = suffix.strip_prefix('n') {
                    return bit(digit).map(Self::NotBit);
                }
                let digits = suffix.strip_prefix("is").filter(|digits| !digits.is_empty())?;
                let values = digits.chars().try_fold(0u16, |values, digit| Some(values | 1 << digit.to_digit(16)?))?;
                Some(Self::Among(values))
            }
        }
    }
}
