#!/usr/bin/env python3
"""Self test of peer.py: known answers of the codec, one peer driven by hand, two peers over joined PTYs."""

import hashlib
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import wire  # noqa: E402

SECRET = b"prong-dev-secret-A"
# Made with sha256sum and shell arithmetic, not with this code: nonce 0x04030201, session 0x12345678, type 1, index 0,
# data "123456789"; and the same nonce, session 0, type 15, index 7, data 40 zero bytes (the key goes round).
KNOWN = (
    (0x12345678, 1, 0, b"123456789", "010203048dc60834220d6dd2a2aff7ca8a36f0826bce736a57"),
    (0, 15, 7, bytes(40), "01020304f5903c26220d6ddca5a8ca71bb04c3b65ef844526e97699067e2fed8f13510fbeb21794ded9d7ba745a1"
     "95e37709876dbdf189a5"),
)


def text_cipher(nonce, data):
    """The cipher as the text tells it, byte for byte, with nothing shared with wire.py."""
    wheel = list(hashlib.sha256(bytes(nonce) + SECRET).digest())
    out = []
    for byte in data:
        key = wheel.pop(0)
        out.append(byte ^ key)
        wheel.append((key * 2 + 1) % 256)
    return bytes(out)


def text_crc(data):
    """CRC-16 bit by bit in the unreflected form of the text's parameters: poly 8005, RefIn, RefOut."""
    register = 0
    for byte in data:
        for bit in range(8):  # RefIn: the lowest bit first
            top = register >> 15 ^ byte >> bit & 1
            register = register << 1 & 0xFFFF ^ (0x8005 if top else 0)
    return int(format(register, "016b")[::-1], 2)  # RefOut


def text_chunk(session, kind, index, data, nonce=b"\x0a\x0b\x0c\x0d"):
    """A chunk put together by hand."""
    head = session.to_bytes(4, "little") + b"TCP" + bytes([kind, index, 255 - index])
    return nonce + text_cipher(nonce, head + text_crc(data).to_bytes(2, "little") + data)


class Codec(unittest.TestCase):
    def test_crc(self):
        self.assertEqual(wire.crc16(b"123456789"), 0xBB3D)
        self.assertEqual(wire.crc16(b""), 0)
        for data in (b"\x01", b"\x80", bytes(range(256)), SECRET * 9):
            self.assertEqual(wire.crc16(data), text_crc(data))

    def test_known_chunks(self):
        for session, kind, index, data, wanted in KNOWN:
            raw = wire.encode_chunk(0x04030201, SECRET, session, kind, index, data)
            self.assertEqual(raw.hex(), wanted)
            header, plain = wire.decode_chunk(SECRET, raw)
            self.assertEqual(header, (session, b"TCP", kind, index, 255 - index, text_crc(data)))
            self.assertEqual(plain, data)

    def test_full_chunk_against_the_text(self):
        data = bytes((at * 7 + at // 256) % 256 for at in range(0x1000))
        raw = wire.encode_chunk(0xFEDCBA98, SECRET, 0xFFFFFFFF, 3, 255, data)
        self.assertEqual(len(raw), 0x1010)
        self.assertEqual(raw, text_chunk(0xFFFFFFFF, 3, 255, data, bytes.fromhex("98badcfe")))

    def test_lines(self):
        for line, words in (
            (b"ACK\r", ["ACK"]),
            (b"ACK", ["ACK"]),
            (b"  PKT\t12345 \r", ["PKT", "12345"]),
            (b"ECHO\rREQ\r", ["ECHO", "REQ"]),
            (b"a b c d e f g h\r", list("abcdefgh")),
            (b"0123456789abcdef\r", ["0123456789abcdef"]),
            (b"X0123456789abcdef\r", ["0123456789abcdef"]),
            (b"long word before ECHO REP\r", ["before", "ECHO", "REP"]),
            (b" \t\r", []),
            (b"", []),
        ):
            self.assertEqual(wire.split_line(line), words, line)

    def test_decimal(self):
        self.assertEqual(wire.decimal(["PKT", "007"], 1), 7)
        for words in (["PKT"], ["PKT", "+1"], ["PKT", "0x1"], ["PKT", "1_0"], ["PKT", "\u0663"], ["PKT", "-1"]):
            self.assertIsNone(wire.decimal(words, 1), words)


class Ptys(unittest.TestCase):
    """PTYs in raw mode that stay open for the test, and peer.py on their far ends."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def pty(self):
        master, slave = os.openpty()
        tty.setraw(slave)
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        return master, os.ttyname(slave)

    def start(self, path, *words):
        peer = [sys.executable, os.path.join(HERE, "peer.py"), path, "--secret-hex", SECRET.hex(), "--timeout", "30"]
        process = subprocess.Popen(peer + [str(word) for word in words], stdout=subprocess.PIPE, text=True)

        def end():
            process.kill()
            process.wait()
            process.stdout.close()

        self.addCleanup(end)
        return process

    def serve(self, path):
        """One that answers, and is ready."""
        peer = self.start(path, "answer")
        self.assertEqual(json.loads(peer.stdout.readline()), {"event": "open"})
        return peer

    def finish(self, process):
        """The exit status and the events."""
        process.wait(40)
        return process.returncode, [json.loads(line) for line in process.stdout]

    def file(self, data):
        path = os.path.join(self.folder.name, "in")
        with open(path, "wb") as file:
            file.write(data)
        return path


class ByHand(Ptys):
    """The test itself is the other side and writes and reads plain bytes."""

    def expect(self, master, wanted):
        got, end = b"", time.monotonic() + 10
        while len(got) < len(wanted) and select.select([master], [], [], max(0, end - time.monotonic()))[0]:
            got += os.read(master, len(wanted) - len(got))
        self.assertEqual(got, wanted)

    def test_receiver(self):
        master, path = self.pty()
        peer = self.serve(path)
        os.write(master, b"ECHO REQ\r\n")
        self.expect(master, b"ECHO REP\r\n")
        os.write(master, b"GIFT 3 x\r\nPKT 2\r\n")
        self.expect(master, b"ACK\r\n")
        os.write(master, text_chunk(77, 0x11, 0, b"??"))
        self.expect(master, b"ACK\r\n")
        os.write(master, b"PKT 9\r\n")
        self.expect(master, b"ACK\r\n")
        good = text_chunk(77, 1, 0, b"123456789")
        for refused in (
            text_chunk(78, 1, 0, b"123456789"),
            good[:-1] + bytes([good[-1] ^ 1]),
        ):
            os.write(master, refused)
            self.expect(master, b"NAK\r\n")
        os.write(master, good)
        self.expect(master, b"ACK\r\n")
        os.write(master, b"PKT 9\r\n")
        self.expect(master, b"ACK\r\n")
        for answer in (b"ENQ 0\r\n", b"ENQ 0\r\n", b"CAN\r\n"):
            os.write(master, text_chunk(77, 1, 4, b"123456789"))
            self.expect(master, answer)
        for size in (b"0", b"1048577"):
            os.write(master, b"PKT " + size + b"\r\n")
            self.expect(master, b"CAN\r\n")
        os.write(master, b"PKT 5000\r\n")
        self.expect(master, b"ACK\r\n")
        os.write(master, b"CAN\r\n")
        events = [json.loads(peer.stdout.readline()) for _ in range(8)]
        self.assertEqual(events[:3], [{"event": "echo"}, {"event": "custom", "words": ["GIFT", "3", "x"]},
                                      {"event": "session", "id": 77}])
        digest = hashlib.sha256(b"123456789").hexdigest()
        self.assertEqual(events[3], {"event": "packet", "type": 1, "size": 9, "sha256": digest, "session": 77})
        self.assertEqual([event["event"] for event in events[4:]], ["failed"] * 3 + ["cancelled"])

    def test_sender(self):
        master, path = self.pty()
        peer = self.start(path, "send", 2, self.file(b"abc"), "--session", "0xA1B2C3D4")

        def chunk(size):
            raw = b""
            while len(raw) < size:
                self.assertTrue(select.select([master], [], [], 10)[0])
                raw += os.read(master, size - len(raw))
            return text_cipher(raw[:4], raw[4:])

        self.expect(master, b"PKT 2\r\n")
        os.write(master, b"ECHO REQ\r\nACK\r\n")
        self.expect(master, b"ECHO REP\r\n")
        plain = chunk(18)
        self.assertEqual(plain[:10], bytes.fromhex("d4c3b2a1 544350 12 00 ff"))
        self.assertEqual(plain[10:12], text_crc(plain[12:]).to_bytes(2, "little"))
        os.write(master, b"ACK\r\n")
        self.expect(master, b"PKT 3\r\n")
        os.write(master, b"NAK\r\nHELLO\r\nACK 1\r\n")
        for answer in (b"NAK\r\n", b"ENQ 1\r\nENQ\r\nENQ 0\r\n", b"ACK\r\n"):
            self.assertEqual(chunk(19), bytes.fromhex("d4c3b2a1 544350 02 00 ff")
                             + text_crc(b"abc").to_bytes(2, "little") + b"abc")
            os.write(master, answer)
        status, events = self.finish(peer)
        self.assertEqual((status, events[-1]["event"]), (0, "sent"))
        self.assertIn({"event": "custom", "words": ["HELLO"]}, events)

    def test_silence(self):
        master, path = self.pty()
        started = time.monotonic()
        status, events = self.finish(self.start(path, "echo"))
        self.assertEqual((status, events[-1]["event"]), (1, "failed"))
        self.assertGreater(time.monotonic() - started, 4.4)
        self.expect(master, b"ECHO REQ\r\n" * 3)
        status, events = self.finish(self.start(path, "send", 1, self.file(b"x")))
        self.assertEqual((status, events[-1]["event"]), (1, "failed"))
        self.expect(master, b"PKT 1\r\n" * 3 + b"CAN\r\n")

    def test_time_and_usage(self):
        _, path = self.pty()
        self.assertEqual(self.finish(self.start(path, "answer", "--timeout", "1")), (0, [{"event": "open"}]))
        status, events = self.finish(self.start(path, "receive", os.devnull, "--timeout", "0.3"))
        self.assertEqual((status, events[-1]["event"]), (1, "failed"))
        for wrong in (("send", 16, self.file(b"x")), ("send", 1, self.file(b"")), ("fly",), ("echo", "--nak", 256)):
            with open(os.devnull, "w") as null:
                command = [sys.executable, os.path.join(HERE, "peer.py"), path, "--secret-hex", "00"]
                self.assertEqual(subprocess.call(command + [str(word) for word in wrong], stderr=null), 2, wrong)


class Pairs(Ptys):
    """Two peers, each on its own PTY, a thread carrying bytes between."""

    def setUp(self):
        super().setUp()
        (self.left_end, self.left), (self.right_end, self.right) = self.pty(), self.pty()
        self.open = True
        relay = threading.Thread(target=self.relay, args=({self.left_end: self.right_end,
                                                           self.right_end: self.left_end},))
        relay.start()

        def stop():
            self.open = False
            relay.join()

        self.addCleanup(stop)

    def relay(self, other):
        while self.open:
            for master in select.select(list(other), [], [], 0.1)[0]:
                data = os.read(master, 4096)
                while data and self.open:
                    if select.select([], [other[master]], [], 0.1)[1]:
                        data = data[os.write(other[master], data) :]

    def transfer(self, size, sender=(), receiver=(), kind=1):
        """Runs `send` against `receive`; both exit statuses, both lists of events, the bytes that arrived."""
        data = os.urandom(size)
        out = os.path.join(self.folder.name, "out")
        taker = self.start(self.right, "receive", out, *receiver)
        giver = self.start(self.left, "send", kind, self.file(data), *sender)
        (sent, given), (received, taken) = self.finish(giver), self.finish(taker)
        if received == 0:
            with open(out, "rb") as file:
                self.assertEqual(file.read(), data)
            self.assertEqual(taken[-1]["sha256"], hashlib.sha256(data).hexdigest())
        return sent, received, given, taken

    def completes(self, size, sender=(), receiver=(), kind=1):
        sent, received, given, taken = self.transfer(size, sender, receiver, kind)
        self.assertEqual((sent, received), (0, 0), (given, taken))
        return given, taken

    def ends(self, size, given_event, taken_event, sender=(), receiver=()):
        sent, received, given, taken = self.transfer(size, sender, receiver)
        self.assertEqual((sent, received), (1, 1), (given, taken))
        self.assertEqual((given[-1]["event"], taken[-1]["event"]), (given_event, taken_event))

    def test_echo(self):
        self.serve(self.right)
        status, events = self.finish(self.start(self.left, "echo"))
        self.assertEqual((status, events), (0, [{"event": "echo"}]))

    def test_say(self):
        answer = self.serve(self.right)
        status, _ = self.finish(self.start(self.left, "say", "GIFT", "12"))
        self.assertEqual(status, 0)
        self.assertEqual(json.loads(answer.stdout.readline()), {"event": "custom", "words": ["GIFT", "12"]})

    def test_sizes(self):
        for size in (1, 4096, 4097, 131092):
            with self.subTest(size):
                self.completes(size)

    def test_largest(self):
        self.completes(0x100000)

    def test_session(self):
        given, taken = self.completes(5000, ("--session", 4711), kind=15)
        self.assertEqual(taken[:2], [{"event": "open"}, {"event": "session", "id": 4711}])
        self.assertEqual((taken[-1]["session"], given[-1]["session"], taken[-1]["type"]), (4711, 4711, 15))

    def test_answers_that_only_delay(self):
        for size, receiver in (
            (9000, ("--nak", 1)),
            (9000, ("--enq-at", 2, 0)),
            (9000, ("--enq-at", 1, 1)),
            (9000, ("--echo-before-ack", "--ack-parameter")),
            (9000, ("--drop-ack", 0)),
            (20000, ("--drop-ack", 2)),
        ):
            with self.subTest(receiver):
                self.completes(size, (), receiver)

    def test_a_sender_that_errs_once(self):
        for sender in (("--damage", 1), ("--wrong-index", 0), ("--truncate", 1), ("--slow-byte", 1)):
            with self.subTest(sender):
                self.completes(9000, sender)

    def test_ends(self):
        self.ends(9000, "failed", "cancelled", (), ("--nak-always", 1))
        self.ends(9000, "cancelled", "failed", (), ("--can-at", 1))
        self.ends(9000, "failed", "cancelled", ("--can-after", 0), ())
        self.ends(9000, "cancelled", "failed", (), ("--type", 2))

    def test_types(self):
        self.completes(10, (), ("--type", 1))
        self.completes(10, (), ("--type", 1), kind=0)

    def test_literal_takes_a_cancel_for_data(self):
        started = time.monotonic()
        self.ends(9000, "failed", "failed", ("--can-after", 0), ("--literal",))
        self.assertGreater(time.monotonic() - started, 5.9)


if __name__ == "__main__":
    unittest.main()
