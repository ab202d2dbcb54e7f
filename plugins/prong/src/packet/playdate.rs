//! What playdates exchange (§3.1).

use super::bytes::{put, u16_at, u32_at};
use super::ghost::{Ghost, GhostError};
use super::screenshot::{Screenshot, ScreenshotError};

/// Bytes of the playdate data.
const DATA: usize = 20;

/// Ghost, screenshot and playdate data: what each side shows of itself, 131,092 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The pet.
    pub ghost: Ghost,
    /// Its picture in the list of friends.
    pub screenshot: Screenshot,
    /// Who it is and how it feels.
    pub data: PlaydateData,
}

/// Who a pet is and how it feels. Any value comes through; what a toy would send stands at each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaydateData {
    /// Not 0: the playdate must happen at the sender's. No Paradise unit sends that.
    pub force_send_away: u16,
    /// The toy's edition: 1 Land, 2 Water, 3 Sky, 4 Jade, 5 Tropics, 6 Glacier.
    pub edition: u16,
    /// Made when the planet got its name.
    pub device: u32,
    /// Made when the egg was started.
    pub character: u32,
    /// What the sender remembers of the one it sends to: 0 to 4. Of no worth in the initiator's.
    pub friendship: u16,
    /// How their last playdate ended.
    pub last_result: u16,
    /// 0 to 6.
    pub hunger: u8,
    /// 0 to 20.
    pub happiness: u8,
    /// Bit 0: in love. The other bits come through.
    pub love: u16,
}

/// Why bytes are no exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// Always the same.
    #[error("{0} bytes are neither a ghost (110,592) nor a whole exchange (131,092): give one of these")]
    Size(usize),
    /// The first part.
    #[error(transparent)]
    Ghost(#[from] GhostError),
    /// The second part.
    #[error(transparent)]
    Screenshot(#[from] ScreenshotError),
}

impl Exchange {
    /// Bytes of an exchange.
    pub const SIZE: usize = Ghost::SIZE + Screenshot::SIZE + DATA;

    /// Reads an exchange.
    ///
    /// # Errors
    /// Size, ghost or screenshot are wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let wrong = || ExchangeError::Size(bytes.len());
        if bytes.len() != Self::SIZE {
            return Err(wrong());
        }
        let (ghost, rest) = bytes.split_at_checked(Ghost::SIZE).ok_or_else(wrong)?;
        let (screenshot, data) = rest.split_at_checked(Screenshot::SIZE).ok_or_else(wrong)?;
        Ok(Self {
            ghost: Ghost::parse(ghost)?,
            screenshot: Screenshot::parse(screenshot)?,
            data: PlaydateData::read(data),
        })
    }

    /// The bytes as they are sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.ghost.bytes(), self.screenshot.bytes(), &self.data.to_bytes()].concat()
    }

    /// Reads a file that holds an exchange, or a ghost alone, which then gets the example's picture and data.
    ///
    /// # Errors
    /// It is neither.
    pub fn from_file(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() == Ghost::SIZE {
            return Ok(Self { ghost: Ghost::parse(bytes)?, ..Self::example(1) });
        }
        Self::parse(bytes)
    }

    /// A pet of our own making; always the same for the same number, and another for another.
    pub fn example(number: u16) -> Self {
        Self {
            ghost: Ghost::example(number),
            screenshot: Screenshot::example(number),
            data: PlaydateData {
                edition: 1,
                device: 0x4547_0000 | u32::from(number),
                character: u32::from(number) << 8 | 1,
                hunger: 4,
                happiness: 15,
                ..PlaydateData::default()
            },
        }
    }
}

impl PlaydateData {
    fn read(bytes: &[u8]) -> Self {
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        Self {
            force_send_away: u16_at(bytes, 0),
            edition: u16_at(bytes, 2),
            device: u32_at(bytes, 4),
            character: u32_at(bytes, 8),
            friendship: u16_at(bytes, 12),
            last_result: u16_at(bytes, 14),
            hunger: byte(16),
            happiness: byte(17),
            love: u16_at(bytes, 18),
        }
    }

    fn to_bytes(self) -> [u8; DATA] {
        let mut bytes = [0; DATA];
        put(&mut bytes, 0, &self.force_send_away.to_le_bytes());
        put(&mut bytes, 2, &self.edition.to_le_bytes());
        put(&mut bytes, 4, &self.device.to_le_bytes());
        put(&mut bytes, 8, &self.character.to_le_bytes());
        put(&mut bytes, 12, &self.friendship.to_le_bytes());
        put(&mut bytes, 14, &self.last_result.to_le_bytes());
        put(&mut bytes, 16, &[self.hunger, self.happiness]);
        put(&mut bytes, 18, &self.love.to_le_bytes());
        bytes
    }

    /// Whether the love-love ice cream works.
    pub fn in_love(&self) -> bool {
        self.love & 1 != 0
    }
}

/// How a playdate ended, u16 and u16 with bit 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayResult {
    /// 0 played, 1 fought, 2 ate, 3 eaten, 4 breeding goes on (§3.1); see [`Ending`].
    pub result: u16,
    /// Bit 0: breeding is possible. The other bits come through.
    pub flags: u16,
}

/// What a result says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// They played.
    Played,
    /// They fought.
    Fought,
    /// The initiator ate the recipient, as it is understood here.
    Ate,
    /// The initiator was eaten.
    Eaten,
}

impl PlayResult {
    /// Both have said yes to breeding.
    pub const BREEDS: u16 = 4;

    /// The result of an ending.
    pub fn new(ending: Ending, can_breed: bool) -> Self {
        Self { result: ending as u16, flags: u16::from(can_breed) }
    }

    /// What it says; `None` for breeding and for what nobody knows.
    pub fn ending(&self) -> Option<Ending> {
        match self.result {
            0 => Some(Ending::Played),
            1 => Some(Ending::Fought),
            2 => Some(Ending::Ate),
            3 => Some(Ending::Eaten),
            _ => None,
        }
    }

    /// Whether the players are to be asked.
    pub fn can_breed(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(super) fn read(bytes: [u8; 4]) -> Self {
        let [r0, r1, f0, f1] = bytes;
        Self { result: u16::from_le_bytes([r0, r1]), flags: u16::from_le_bytes([f0, f1]) }
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        [self.result.to_le_bytes(), self.flags.to_le_bytes()].concat()
    }
}
