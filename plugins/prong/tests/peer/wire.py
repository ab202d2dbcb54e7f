"""The codec of the prong link (lines, chunks, cipher, CRC) and the port that it goes over.

Known-answer tests are in test_peer.py; README.md names the text that this follows.
"""

import errno
import hashlib
import os
import re
import select
import struct
import termios
import time

CHUNK = 0x1000
"""Data bytes of a full chunk; only the last chunk of a packet may be shorter."""
LIMIT = 0x100000
"""Most data bytes in one packet."""
LINE = 16
"""Characters of a line that count, line ending not included; of a longer line the last ones stay."""
NONCE, HEADER = struct.Struct("<I"), struct.Struct("<I3sBBBH")
OVERHEAD = NONCE.size + HEADER.size
HUSH = 0.02
"""Seconds of silence that end the rest of a refused chunk."""
INBOX = 0x4000
"""Unread bytes kept; what comes beyond them is lost, as on a UART without flow control."""


class Failed(Exception):
    """This side gave up; the text is the reason."""


# ---- codec ----------------------------------------------------------------------------------------------------------


def _crc_entry(value):
    for _ in range(8):
        value = value >> 1 ^ (0xA001 if value & 1 else 0)  # 0xA001 is 0x8005 with its bits reflected
    return value


_CRC = [_crc_entry(value) for value in range(256)]


def crc16(data):
    """CRC-16 with polynomial 0x8005 reflected in and out, start 0, no final XOR."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc


def cipher(nonce, secret, data):
    """Encrypts or decrypts `data` (header and payload as one stream) under the 32-bit `nonce`."""
    key = bytearray(hashlib.sha256(NONCE.pack(nonce) + secret).digest())
    out = bytearray(len(data))
    for at, byte in enumerate(data):
        slot = at % len(key)
        out[at] = byte ^ key[slot]
        key[slot] = (2 * key[slot] + 1) & 0xFF
    return bytes(out)


def encode_chunk(nonce, secret, session, kind, index, data):
    """The bytes on the wire of chunk `index` (0 to 255) with 0 to 0x1000 bytes of `data`."""
    header = HEADER.pack(session, b"TCP", kind, index, 0xFF - index, crc16(data))
    return NONCE.pack(nonce) + cipher(nonce, secret, header + data)


def decode_chunk(secret, raw):
    """Takes the bytes of a chunk (16 at least) to (session, magic, type, index, complement, crc), data."""
    (nonce,) = NONCE.unpack_from(raw)
    plain = cipher(nonce, secret, raw[NONCE.size :])
    return HEADER.unpack_from(plain), plain[HEADER.size :]


def split_line(line):
    """The words of a line given without its LF; empty when it is blank or only line ending."""
    if line.endswith(b"\r"):
        line = line[:-1]
    return bytes(line[-LINE:]).decode("latin-1").strip(" \t\r\n").split()


def decimal(words, at):
    """Parameter `at` of a line as a decimal number, or None when it is missing or no number."""
    if at < len(words) and re.fullmatch("[0-9]+", words[at]):
        return int(words[at])
    return None


# ---- port -----------------------------------------------------------------------------------------------------------


class Port:
    """A serial device or PTY, non-blocking; every wait is counted from the last byte that came."""

    def __init__(self, path, slow_ms=0):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.slow = slow_ms / 1000
        self.inbox = bytearray()
        if not os.isatty(self.fd):
            os.close(self.fd)
            raise OSError(errno.ENOTTY, "it is no serial device or PTY")
        mode = termios.tcgetattr(self.fd)
        mode[0] = mode[1] = mode[3] = 0
        mode[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
        mode[4] = mode[5] = termios.B460800
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self.fd, termios.TCSANOW, mode)

    def _read(self):
        try:
            data = os.read(self.fd, 4096)
        except BlockingIOError:
            return
        except OSError as error:
            raise Failed("the port failed while reading (%s): is the other end still open?" % error.strerror)
        if not data:
            raise Failed("the port was closed by its other end: open it again")
        self.inbox += data[: INBOX - len(self.inbox)]

    def fill(self, seconds):
        """Waits for more bytes, for ever when `seconds` is None; False when none came in that time."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        self._read()
        return True

    def write(self, data):
        """Sends all of `data`, taking in meanwhile what arrives."""
        step = 64 if self.slow else len(data)
        for start in range(0, len(data), step):
            if self.slow and start:
                time.sleep(self.slow)
            piece = memoryview(data)[start : start + step]
            while piece:
                readable, writable, _ = select.select([self.fd], [self.fd], [])
                if readable:
                    self._read()
                if writable:
                    try:
                        piece = piece[os.write(self.fd, piece) :]
                    except BlockingIOError:
                        continue
                    except OSError as error:
                        raise Failed("the port failed while writing (%s): is it still there?" % error.strerror)

    def drain(self):
        """Waits until the device has sent what was written."""
        termios.tcdrain(self.fd)

    def line(self, seconds):
        """The words of the next line that has any, or None after `seconds` without a byte."""
        while True:
            end = self.inbox.find(b"\n")
            if end >= 0:
                words = split_line(self.inbox[:end])
                del self.inbox[: end + 1]
                if words:
                    return words
            else:
                del self.inbox[: -(LINE + 1)]  # the CR may have come without its LF yet
                if not self.fill(seconds):
                    return None

    def hush(self):
        """Throws away what is still arriving, so that the next chunk starts at its first byte."""
        self.inbox.clear()
        for _ in range(256):
            if not self.fill(HUSH):
                return
            self.inbox.clear()
