//! The sixteen decorations that toys give each other.

/// A decoration, 0 to 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decoration(u8);

impl Decoration {
    /// How many there are.
    pub const COUNT: usize = 16;

    /// The decoration of a number; `None` above 15.
    #[must_use]
    pub fn new(number: u8) -> Option<Decoration> {
        (usize::from(number) < Self::COUNT).then_some(Decoration(number))
    }

    /// All of them, by number.
    pub fn all() -> impl Iterator<Item = Decoration> {
        (0..Self::COUNT as u8).map(Decoration)
    }

    /// Its number, 0 to 15.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// Its picture in one colour, 8 by 8 dots: a byte a row, top first, bit 7 leftmost.
    #[must_use]
    pub fn picture(self) -> [u8; 8] {
        self.entry().1
    }

    /// Whether the dot in column `x` and row `y` (0 to 7 each) is set; false outside.
    #[must_use]
    pub fn dot(self, x: usize, y: usize) -> bool {
        x < 8 && self.picture().get(y).is_some_and(|row| row >> (7 - x) & 1 != 0)
    }

    fn entry(self) -> (&'static str, [u8; 8]) {
        ALL.get(usize::from(self.0)).copied().unwrap_or(("", [0; 8]))
    }
}

const ALL: [(&str, [u8; 8]); Decoration::COUNT] = [
    ("feather", [0x03, 0x0F, 0x1E, 0x3E, 0x3C, 0x78, 0x60, 0x80]),
    ("acorn", [0x08, 0x10, 0x7E, 0xFF, 0x7E, 0x7E, 0x3C, 0x18]),
    ("button", [0x3C, 0x7E, 0xDB, 0xFF, 0xFF, 0xDB, 0x7E, 0x3C]),
    ("bell", [0x10, 0x38, 0x7C, 0x7C, 0x7C, 0xFE, 0xFE, 0x10]),
    ("clover", [0x66, 0xFF, 0x7E, 0x7E, 0xFF, 0x6E, 0x08, 0x04]),
    ("shell", [0x18, 0x5A, 0xDB, 0xDB, 0xDB, 0x7E, 0x3C, 0x3C]),
    ("kite", [0x18, 0x3C, 0x7E, 0x3C, 0x18, 0x10, 0x20, 0x18]),
    ("mushroom", [0x3C, 0x6E, 0xF7, 0xDF, 0xFF, 0x18, 0x18, 0x3C]),
    ("snowflake", [0x10, 0x92, 0x54, 0x38, 0x38, 0x54, 0x92, 0x10]),
    ("paper boat", [0x08, 0x18, 0x38, 0x78, 0x08, 0xFF, 0x7E, 0x3C]),
    ("ladybird", [0x24, 0x18, 0x7E, 0xDB, 0xE7, 0xDB, 0xE7, 0x7E]),
    ("lantern", [0x18, 0x3C, 0x7E, 0x5A, 0x5A, 0x7E, 0x3C, 0x18]),
    ("pear", [0x04, 0x08, 0x18, 0x3C, 0x3C, 0x7E, 0x7E, 0x3C]),
    ("comet", [0x01, 0x02, 0x14, 0x08, 0x70, 0xF8, 0xF8, 0x70]),
    ("thimble", [0x3C, 0x56, 0x6A, 0x56, 0x6A, 0x56, 0xFF, 0xFF]),
    ("ribbon", [0xC3, 0xE7, 0xFF, 0x7E, 0x18, 0x3C, 0x66, 0xC3]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_a_name_and_a_picture_of_its_own() {
        let names: HashSet<&str> = Decoration::all().map(Decoration::name).collect();
        let pictures: HashSet<[u8; 8]> = Decoration::all().map(Decoration::picture).collect();
        assert_eq!((names.len(), pictures.len()), (16, 16));
        for decoration in Decoration::all() {
            let dots = (0..64).filter(|n| decoration.dot(n % 8, n / 8)).count();
            assert!((15..=52).contains(&dots), "{} has {dots} dots", decoration.name());
            assert_eq!(Decoration::new(decoration.number()), Some(decoration));
        }
        assert_eq!(Decoration::new(16), None);
    }

    #[test]
    fn dots_are_where_the_bits_are() {
        let feather = Decoration(0);
        assert!(feather.dot(7, 0) && !feather.dot(0, 0) && feather.dot(0, 7));
        assert!(!feather.dot(8, 0) && !feather.dot(0, 8));
    }
}
