//! The bytes of one save: header, tagged blocks, checksum. `FORMAT.md` is the normative page.

use std::fmt;

use crc::{CRC_32_ISO_HDLC, Crc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::codec::{self, CODEC_ID};
use crate::error::{Damage, VaultError};
use crate::name::{MAX_NAME, check_name};
use crate::roms::{RomId, hex};

/// First bytes of every save. The first has bit 7 set and a line end of each kind follows, so that
/// a transfer as text is noticed at once.
const MAGIC: [u8; 8] = *b"\x89EGG\r\n\x1a\n";
/// Version of the format that this program writes.
pub const FORMAT_VERSION: u16 = 1;
/// Largest save in bytes; larger files are refused unread.
pub const MAX_FILE: u64 = 16 * 1024 * 1024;
/// Most blocks in one save.
pub const MAX_BLOCKS: usize = 64;

/// Magic, version, codec, reserved, length of the file, sequence number.
const HEADER: usize = 8 + 2 + 1 + 1 + 4 + 8;
const CHECKSUM: usize = 4;
/// A header, a checksum and nothing between.
const SMALLEST: usize = HEADER + CHECKSUM;
/// The same CRC as zip and PNG use; finds every single flipped bit and every burst up to 32 bits.
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Four printable ASCII characters that name a block. `META` belongs to the vault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub [u8; 4]);

impl Tag {
    /// The block that every save starts with: [`Meta`].
    pub const META: Self = Self(*b"META");
    /// The block of a toy that does not live here, or is being carried; its content is the toy's affair. The vault
    /// gives no such toy away and lets only [`DataDir::settle`](crate::DataDir::settle) set, change or remove it.
    pub const HOME: Self = Self(*b"HOME");
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

/// What the shelf shows of a toy without opening its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The name its owner gave it, 1 to 40 characters.
    pub name: String,
    /// SHA-256 of the normalised words of its ROM.
    pub rom: RomId,
    /// Name of the wiring model, for example `p1`; at most 40 characters.
    pub model: String,
    /// When it was saved, in seconds since 1970-01-01 UTC.
    pub saved_at: u64,
    /// The toy's age in crystal periods (1/32,768 s).
    pub tick: u64,
}

/// One tagged run of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub tag: Tag,
    /// Its content, opaque to the vault.
    pub bytes: Vec<u8>,
}

/// One save in memory: [`Meta`] and blocks. Blocks of a tag that the program does not know are
/// kept, in order, when the envelope is written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What the shelf shows.
    pub meta: Meta,
    blocks: Vec<Block>,
}

impl Envelope {
    /// An envelope without blocks.
    pub fn new(meta: Meta) -> Self {
        Self { meta, blocks: Vec::new() }
    }

    /// All blocks except `META`, in file order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The content of a block.
    pub fn block(&self, tag: Tag) -> Option<&[u8]> {
        let found = self.blocks.iter().find(|b| b.tag == tag)?;
        Some(&found.bytes)
    }

    /// Sets or replaces a block. `META` is refused: it is [`Envelope::meta`].
    pub fn set_block(&mut self, tag: Tag, bytes: Vec<u8>) -> Result<(), VaultError> {
        if tag == Tag::META {
            return Err(VaultError::TooLarge("META is not a block of the toy".into()));
        }
        match self.blocks.iter_mut().find(|b| b.tag == tag) {
            Some(block) => block.bytes = bytes,
            None => self.blocks.push(Block { tag, bytes }),
        }
        Ok(())
    }

    /// Removes a block; true if it was there.
    pub fn remove_block(&mut self, tag: Tag) -> bool {
        let before = self.blocks.len();
        self.blocks.retain(|b| b.tag != tag);
        self.blocks.len() != before
    }

    /// Encodes a value with [`codec`] and stores it as a block.
    pub fn set_value<T: Serialize + ?Sized>(&mut self, tag: Tag, value: &T) -> Result<(), VaultError> {
        self.set_block(tag, codec::encode(value)?)
    }

    /// Decodes the value of a block. A missing block is an error here; see [`Envelope::block`].
    pub fn value<T: DeserializeOwned>(&self, tag: Tag) -> Result<T, VaultError> {
        let bad = |reason: String| VaultError::Block { tag: tag.to_string(), reason };
        let bytes = self.block(tag).ok_or_else(|| bad("it is missing".into()))?;
        codec::decode(bytes).map_err(|e| bad(e.to_string()))
    }

    /// Refuses to go on with another ROM than the one this save was made with.
    pub fn check_rom(&self, rom: &RomId) -> Result<(), VaultError> {
        if self.meta.rom == *rom {
            return Ok(());
        }
        let short = |id: &RomId| hex(id)[..12].to_owned();
        Err(VaultError::OtherRom { wanted: short(&self.meta.rom), given: short(rom) })
    }

    /// The bytes of the file. `sequence` orders the generations of one toy; exports use it too.
    pub fn to_bytes(&self, sequence: u64) -> Result<Vec<u8>, VaultError> {
        if self.blocks.len() + 1 > MAX_BLOCKS {
            return Err(VaultError::TooLarge(format!("{} blocks, the limit is {MAX_BLOCKS}", self.blocks.len() + 1)));
        }
        check_name(&self.meta.name)?;
        check_model(&self.meta).map_err(|what| VaultError::TooLarge(what.into()))?;
        let meta = codec::encode(&self.meta)?;
        let payload: usize = self.blocks.iter().map(|b| b.bytes.len() + 8).sum();
        let length = SMALLEST + 8 + meta.len() + payload;
        let length32 = u32::try_from(length)
            .ok()
            .filter(|_| length as u64 <= MAX_FILE)
            .ok_or_else(|| VaultError::TooLarge(format!("{length} bytes, the limit is {MAX_FILE}")))?;

        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.extend_from_slice(&[CODEC_ID, 0]);
        out.extend_from_slice(&length32.to_le_bytes());
        out.extend_from_slice(&sequence.to_le_bytes());
        push_block(&mut out, Tag::META, &meta);
        for block in &self.blocks {
            push_block(&mut out, block.tag, &block.bytes);
        }
        let crc = CRC.checksum(&out);
        out.extend_from_slice(&crc.to_le_bytes());
        Ok(out)
    }

    /// Reads the bytes of a file; the result and its sequence number.
    ///
    /// Never panics; allocates no more than the input's length.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, u64), ReadError> {
        let content = |what: String| ReadError::Damage(Damage::Content(what));
        let body = check_frame(bytes)?;
        let mut header = Cursor(body);
        header.take(MAGIC.len());
        let version = header.u16();
        if version > FORMAT_VERSION {
            return Err(ReadError::Newer(version));
        }
        let [codec, _reserved] = header.array();
        header.take(4);
        let sequence = header.u64();
        if version == 0 {
            return Err(content("version 0".into()));
        }
        if codec != CODEC_ID {
            return Err(content(format!("unknown codec {codec}")));
        }
        let mut blocks = read_blocks(header.0).map_err(content)?;
        if blocks.first().is_none_or(|b| b.tag != Tag::META) {
            return Err(content("it does not begin with META".into()));
        }
        let meta: Meta = codec::decode(&blocks.remove(0).bytes).map_err(|e| content(e.to_string()))?;
        check_name(&meta.name).map_err(|e| content(e.to_string()))?;
        check_model(&meta).map_err(|what| content(what.into()))?;
        Ok((Self { meta, blocks }, sequence))
    }
}

/// Why [`Envelope::from_bytes`] refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The bytes are damaged.
    #[error("{0}")]
    Damage(#[from] Damage),
    /// The bytes are whole, but of this newer version of the format.
    #[error("it was made by a newer Eggtooth (format {0})")]
    Newer(u16),
}

fn check_model(meta: &Meta) -> Result<(), &'static str> {
    if meta.model.chars().count() > MAX_NAME || meta.model.chars().any(char::is_control) {
        return Err("the model's name is too long or not printable");
    }
    Ok(())
}

fn push_block(out: &mut Vec<u8>, tag: Tag, bytes: &[u8]) {
    out.extend_from_slice(&tag.0);
    // The length fits: `to_bytes` has checked the whole file against MAX_FILE.
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// Checks what all versions of the format share (magic, length, checksum) and returns everything
/// before the checksum, at least a whole header.
fn check_frame(bytes: &[u8]) -> Result<&[u8], Damage> {
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if start != &MAGIC[..start.len()] || bytes.is_empty() {
        return Err(Damage::NotASave);
    }
    let truncated = |want: u64| Damage::Truncated { have: bytes.len() as u64, want };
    if bytes.len() < SMALLEST {
        return Err(truncated(SMALLEST as u64));
    }
    let mut length = Cursor(&bytes[12..]);
    let length = u64::from(length.u32());
    if length > bytes.len() as u64 {
        return Err(truncated(length));
    }
    if length < bytes.len() as u64 {
        return Err(Damage::TooLong(bytes.len() as u64 - length));
    }
    let (body, crc) = bytes.split_at(bytes.len() - CHECKSUM);
    let stored = Cursor(crc).u32();
    let computed = CRC.checksum(body);
    if stored != computed {
        return Err(Damage::Checksum { stored, computed });
    }
    Ok(body)
}

fn read_blocks(bytes: &[u8]) -> Result<Vec<Block>, String> {
    let mut rest = Cursor(bytes);
    let mut blocks: Vec<Block> = Vec::new();
    while !rest.0.is_empty() {
        if rest.0.len() < 8 {
            return Err("a block's head is cut".into());
        }
        if blocks.len() == MAX_BLOCKS {
            return Err(format!("more than {MAX_BLOCKS} blocks"));
        }
        let mut tag = [0; 4];
        tag.copy_from_slice(rest.take(4));
        let tag = Tag(tag);
        let length = rest.u32() as usize;
        if length > rest.0.len() {
            return Err(format!("block {tag} is longer than the file"));
        }
        if blocks.iter().any(|b| b.tag == tag) {
            return Err(format!("block {tag} is there twice"));
        }
        let bytes = rest.take(length).to_vec();
        blocks.push(Block { tag, bytes });
    }
    Ok(blocks)
}

/// Reads from the front of a slice. Reading past the end gives zeros; callers check lengths first.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, n: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(n.min(self.0.len()));
        self.0 = tail;
        head
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let got = self.take(N);
        out[..got.len()].copy_from_slice(got);
        out
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }
}
