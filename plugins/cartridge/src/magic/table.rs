//! Telling bytes of files that people may take for ROMs.

pub(super) const CHOOSE: &str = "choose the ROM's .bin or .b file";
pub(super) const UTF16: &str = "a text in UTF-16";
pub(super) const PLAIN: &str = "save it as plain text (UTF-8) and try again";
const UNPACK: &str = "unpack it first, then choose the ROM file";
pub(super) const SAVE: &str = "import it with `eggtooth save import`";
const PATCH: &str = "apply it to the ROM with a patch program, then choose the result";
const RECORDED: &str = "choose the ROM; save the state anew in the program that made it, without compression";

const CONSOLE_NES: &str = "a game for another console (NES)";
const CONSOLE_GB: &str = "a game for another console (Game Boy)";
const CONSOLE_GBA: &str = "a game for another console (Game Boy Advance)";
const CONSOLE_N64: &str = "a game for another console (Nintendo 64)";
const CONSOLE_SEGA: &str = "a game for another console (Sega)";
const CONSOLE_SNK: &str = "a game for another console (Neo Geo Pocket)";
const FONT: &str = "a font";
const MAC: &str = "a macOS program";
const STATE: &str = "a saved state of another program";

/// Beginnings that no program can have by chance: at least three telling bytes.
pub(super) const BEGINNINGS: &[(&[u8], &str, &str)] = &[
    // Saves and our own files.
    (b"\x89EGG\r\n\x1a\n", "an Eggtooth save", SAVE),
    (b"TLST", "a saved state of TamaTool or a relative", SAVE),
    (b"TM1P", "a saved state of another program (Flipper)", SAVE),
    (b"VPET", "a saved state of another program (vpet-emu)", SAVE),
    (b"TAMA", STATE, SAVE),
    (b"RASTATE", "a saved state of RetroArch", SAVE),
    (b"#RZIPv", "a compressed saved state of RetroArch", RECORDED),
    (b"MAMESAVE", "a saved state of MAME", "choose the ROM; such a state belongs to one version of MAME"),
    // Archives.
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
    (b"Rar!", "a RAR archive", UNPACK),
    (b"\xfd7zXZ\0", "an xz archive", UNPACK),
    (b"BZh", "a bzip2 archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"\x04\x22\x4d\x18", "an LZ4 archive", UNPACK),
    (b"LZIP", "an lzip archive", UNPACK),
    (b"\x5d\0\0\x80\0", "an LZMA archive", UNPACK),
    (b"\xff\x06\0\0sNaPpY", "a Snappy archive", UNPACK),
    (b"MSCF", "a CAB archive", UNPACK),
    (b"ISc(", "an InstallShield archive", UNPACK),
    (b"SZDD\x88\xf0\x27\x33", "a compressed DOS file", UNPACK),
    (b"MSWIM\0\0\0", "a Windows disk image", UNPACK),
    (b"xar!", "a macOS installer package", UNPACK),
    (b"hsqs", "a SquashFS disk image", UNPACK),
    (b"070701", "a cpio archive", UNPACK),
    (b"070707", "a cpio archive", UNPACK),
    (b"!<arch>\n", "an ar archive or Debian package", UNPACK),
    (b"\xed\xab\xee\xdb", "an RPM package", UNPACK),
    (b"PK\x07\x08", "one part of a ZIP that was split", "join its parts and unpack it, then choose the ROM file"),
    (b"MComprHD", "a compressed disk image (CHD)", CHOOSE),
    // Patches.
    (b"PATCH", "an IPS patch", PATCH),
    (b"BPS1", "a BPS patch", PATCH),
    (b"UPS1", "a UPS patch", PATCH),
    (b"\xd6\xc3\xc4", "an xdelta patch", PATCH),
    (b"APS10", "an APS patch", PATCH),
    // Other consoles.
    (b"NES\x1a", CONSOLE_NES, CHOOSE),
    (b"UNIF", CONSOLE_NES, CHOOSE),
    (b"FDS\x1a", CONSOLE_NES, CHOOSE),
    (b"\x01*NINTENDO-HVC*", CONSOLE_NES, CHOOSE),
    (b"NESM\x1a", "the music of a game for another console (NSF)", CHOOSE),
    (b"SNES-SPC700", "the music of a game for another console (SPC)", CHOOSE),
    (b"\x80\x37\x12\x40", CONSOLE_N64, CHOOSE),
    (b"\x37\x80\x40\x12", CONSOLE_N64, CHOOSE),
    (b"\x40\x12\x37\x80", CONSOLE_N64, CHOOSE),
    (b"COPYRIGHT BY SNK", CONSOLE_SNK, CHOOSE),
    (b" LICENSED BY SNK", CONSOLE_SNK, CHOOSE),
    (b"LYNX\0", "a game for another console (Lynx)", CHOOSE),
    (b"PS-X EXE", "a program of another console (PlayStation)", CHOOSE),
    (b"C64 CARTRIDGE", "a game for a home computer (C64)", CHOOSE),
    (b"C64-TAPE-RAW", "a tape of a home computer (C64)", CHOOSE),
    // Programs.
    (b"\x7fELF", "a Linux program (ELF)", CHOOSE),
    (b"\xcf\xfa\xed\xfe", MAC, CHOOSE),
    (b"\xce\xfa\xed\xfe", MAC, CHOOSE),
    (b"\xfe\xed\xfa\xce", MAC, CHOOSE),
    (b"\xfe\xed\xfa\xcf", MAC, CHOOSE),
    (b"\xca\xfe\xba\xbe", "a macOS program or Java class", CHOOSE),
    (b"\0asm", "a WebAssembly program", CHOOSE),
    (b"dex\n", "an Android program", CHOOSE),
    (b"L\0\0\0\x01\x14\x02\0", "a Windows shortcut", "choose the file that it points to"),
    (b"\0\x05\x16\x07", "a macOS companion file", "choose the file of the same name without the ._ in front"),
    (b"\0\0\0\x01Bud1", "a macOS folder description", CHOOSE),
    // Pictures.
    (b"\x89PNG\r\n\x1a\n", "a PNG picture", CHOOSE),
    (b"\xff\xd8\xff", "a JPEG picture", CHOOSE),
    (b"GIF87a", "a GIF picture", CHOOSE),
    (b"GIF89a", "a GIF picture", CHOOSE),
    (b"II*\0", "a TIFF picture", CHOOSE),
    (b"MM\0*", "a TIFF picture", CHOOSE),
    (b"qoif", "a QOI picture", CHOOSE),
    (b"8BPS", "a Photoshop picture", CHOOSE),
    (b"gimp xcf", "a GIMP picture", CHOOSE),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", CHOOSE),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", CHOOSE),
    (b"DDS ", "a DDS picture", CHOOSE),
    (b"P4\n", "a PNM picture", CHOOSE),
    (b"P5\n", "a PNM picture", CHOOSE),
    (b"P6\n", "a PNM picture", CHOOSE),
    // Sound and films.
    (b"\x1a\x45\xdf\xa3", "a Matroska film", CHOOSE),
    (b"OggS", "an Ogg recording", CHOOSE),
    (b"fLaC", "a FLAC recording", CHOOSE),
    (b"ID3", "an MP3 recording", CHOOSE),
    (b"MThd", "a MIDI file", CHOOSE),
    (b"caff", "a CAF recording", CHOOSE),
    (b"FLV\x01", "a Flash film", CHOOSE),
    (b"\x30\x26\xb2\x75", "a Windows Media file", CHOOSE),
    // Documents and the rest.
    (b"%PDF", "a PDF document", CHOOSE),
    (b"%!PS", "a PostScript document", CHOOSE),
    (b"{\\rtf", "an RTF document", CHOOSE),
    (b"\xd0\xcf\x11\xe0", "an old Office document", CHOOSE),
    (b"wOFF", FONT, CHOOSE),
    (b"wOF2", FONT, CHOOSE),
    (b"OTTO", FONT, CHOOSE),
    (b"ttcf", FONT, CHOOSE),
    (b"SQLite format 3\0", "an SQLite database", CHOOSE),
    (b"bplist00", "a macOS property list", CHOOSE),
    (b"d8:announce", "a BitTorrent file", "choose the file that it downloads"),
];

/// Bytes that tell at another place: offset, bytes.
pub(super) const LATER: &[(usize, &[u8], &str, &str)] = &[
    (257, b"ustar", "a tar archive", UNPACK),
    (2, b"-lh5-", "an LHA archive", UNPACK),
    (2, b"-lh6-", "an LHA archive", UNPACK),
    (2, b"-lh7-", "an LHA archive", UNPACK),
    (2, b"-lh1-", "an LHA archive", UNPACK),
    (2, b"-lh0-", "an LHA archive", UNPACK),
    (7, b"**ACE**", "an ACE archive", UNPACK),
    (0x8001, b"CD001", "a CD image", CHOOSE),
    // The makers' marks that these consoles want to see.
    (0x104, b"\xce\xed\x66\x66\xcc\x0d\0\x0b", CONSOLE_GB, CHOOSE),
    (4, b"\x24\xff\xae\x51\x69\x9a\xa2\x21", CONSOLE_GBA, CHOOSE),
    (0xc0, b"\x24\xff\xae\x51\x69\x9a\xa2\x21", "a game for another console (Nintendo DS)", CHOOSE),
    (0x100, b"SEGA", CONSOLE_SEGA, CHOOSE),
    (0x1ff0, b"TMR SEGA", CONSOLE_SEGA, CHOOSE),
    (0x3ff0, b"TMR SEGA", CONSOLE_SEGA, CHOOSE),
    (0x7ff0, b"TMR SEGA", CONSOLE_SEGA, CHOOSE),
    (0x21a4, b"NINTENDO", "a game for another console (Pokemon mini)", CHOOSE),
    (1, b"ATARI7800", "a game for another console (Atari 7800)", CHOOSE),
];

/// Two or three telling bytes that a program can begin with: believed only if the size is no ROM's.
pub(super) const SHORT: &[(&[u8], &str, &str)] = &[
    (b"\xff\xfe", UTF16, PLAIN),
    (b"\xfe\xff", UTF16, PLAIN),
    (b"\x1f\x9d", "a compressed Unix file (.Z)", UNPACK),
    (b"\x1f\xa0", "a compressed Unix file (.Z)", UNPACK),
    (b"\x60\xea", "an ARJ archive", UNPACK),
    (b"\xff\xfb", "an MP3 recording", CHOOSE),
    (b"\xff\xf3", "an MP3 recording", CHOOSE),
    (b"\xff\xf2", "an MP3 recording", CHOOSE),
    (b"\0\0\x01\xba", "an MPEG film", CHOOSE),
    (b"\0\0\x01\xb3", "an MPEG film", CHOOSE),
    (b"\0\x01\0\0\0", FONT, CHOOSE),
];
