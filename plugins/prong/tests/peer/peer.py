#!/usr/bin/env python3
"""An independent peer for the prong link, to test another implementation against.

Written from the published description of the protocol alone (README.md names the revision and the places it leaves
open), and sharing no line with the crate beside it: where the two disagree, one of them has misread the text.
Python 3.9 or later on Linux, standard library only.

Every event is one line of JSON on stdout; who serves says `open` first, when the port is.
Exit status: 0 done, 1 the protocol gave up, 2 wrong usage.
"""

import argparse
import hashlib
import json
import os
import signal
import sys
import time

sys.dont_write_bytecode = True  # this folder is a source tree
from wire import CHUNK, LIMIT, NONCE, OVERHEAD, Failed, Port, crc16, decimal, decode_chunk, encode_chunk  # noqa: E402

SET_SESSION = 0x10
"""Bit of the type byte: the chunk sets the session ID."""
RESERVED = ("PKT", "ACK", "NAK", "ENQ", "CAN", "ECHO")
ATTEMPTS = 3
ECHO_EVERY, ECHO_WAIT = 2.0, 0.5
PKT_WAIT, CHUNK_WAIT, START_WAIT = 2.0, 5.0, 2.0
"""Seconds of silence: for the answer to PKT, for the answer to a chunk, for a chunk or its next byte."""


class Cancelled(Exception):
    """The other side sent CAN."""


class TimeUp(Exception):
    """The whole run has used its time."""


def emit(event, **fields):
    """Prints one event as a JSON line, at once."""
    print(json.dumps({"event": event, **fields}), flush=True)


def tell(end):
    """Prints how an operation ended."""
    if isinstance(end, Cancelled):
        emit("cancelled")
    else:
        emit("failed", reason=str(end))


# ---- protocol -------------------------------------------------------------------------------------------------------


class Peer:
    """Both roles of the protocol, with the switches of the command line that make it misbehave."""

    def __init__(self, port, secret, options):
        self.port, self.secret, self.options = port, secret, options
        self.session = None
        self.done = set()
        self.acks = 0

    def once(self, switch, number):
        """Whether `switch` is set to `number`, the first time that this is asked."""
        if getattr(self.options, switch) != number or switch in self.done:
            return False
        self.done.add(switch)
        return True

    def say(self, *words):
        self.port.write((" ".join(str(word) for word in words) + "\r\n").encode("latin-1", "replace"))

    def ack(self):
        number, self.acks = self.acks, self.acks + 1
        if not self.once("drop_ack", number):
            self.say(*(("ACK", 1) if self.options.ack_parameter else ("ACK",)))

    def give_up(self, reason):
        self.say("CAN")
        raise Failed(reason)

    def aside(self, words):
        """A line that the present state does not wait for."""
        if words[0] not in RESERVED:
            emit("custom", words=words)
        elif words[:2] == ["ECHO", "REQ"]:
            self.say("ECHO", "REP")
            emit("echo")
        else:
            emit("ignored", words=words)

    def wait_for(self, seconds, accept):
        """The next line that `accept` takes, others set aside; None after `seconds` of silence."""
        while True:
            words = self.port.line(seconds)
            if words is None or accept(words):
                return words
            self.aside(words)

    def echo(self):
        """Asks for an echo, three times 2 s apart at most."""
        for attempt in range(ATTEMPTS):
            asked = time.monotonic()
            self.say("ECHO", "REQ")
            if self.wait_for(ECHO_WAIT, lambda words: words[:2] == ["ECHO", "REP"]):
                emit("echo")
                return
            while attempt + 1 < ATTEMPTS and time.monotonic() < asked + ECHO_EVERY:
                words = self.port.line(max(0, asked + ECHO_EVERY - time.monotonic()))
                if words:
                    self.aside(words)
        raise Failed("no ECHO REP came to three requests: is the other side there and idle?")

    def set_session(self, session, kind):
        """Sends the chunk that sets the session ID; the two bytes in it mean nothing."""
        self.session = session
        self.send_packet(SET_SESSION | kind, os.urandom(2))
        emit("session", id=session)

    def send_packet(self, kind, data):
        """Sends 1 to 0x100000 bytes with the type byte `kind`."""
        while self.port.fill(0) or b"\n" in self.port.inbox:  # an old ACK must not count for this packet
            words = self.port.line(0)
            if words:
                self.aside(words)
        for _ in range(ATTEMPTS):
            self.say("PKT", len(data))
            words = self.wait_for(PKT_WAIT, lambda words: words[0] in ("ACK", "CAN"))
            if words:
                break
        else:
            self.give_up("PKT had no answer three times: is the other side there and idle?")
        if words[0] == "CAN":
            raise Cancelled
        self._send_chunks(kind, data)

    def _send_chunks(self, kind, data):
        chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
        sent = [0] * len(chunks)
        exempt = kind & SET_SESSION  # the switches leave session chunks alone
        index = 0

        def answers(words):
            if words[0] == "ENQ":  # one ahead of us is the recipient whose ACK was lost
                back = decimal(words, 1)
                return back is not None and back <= min(index + 1, len(chunks) - 1)
            return words[0] in ("ACK", "NAK", "CAN")

        while index < len(chunks):
            if sent[index] == ATTEMPTS:
                self.give_up("chunk %d was sent three times and not taken: look at the secret and the line" % index)
            sent[index] += 1
            wrong = not exempt and index + 1 < len(chunks) and self.once("wrong_index", index)
            number = index + 1 if wrong else index
            (nonce,) = NONCE.unpack(os.urandom(NONCE.size))
            raw = bytearray(encode_chunk(nonce, self.secret, self.session or 0, kind, number, chunks[number]))
            if not exempt and self.once("damage", index):
                raw[-1] ^= 0x10
            if not exempt and self.once("truncate", index):
                del raw[-7:]
            self.port.write(bytes(raw))
            words = self.wait_for(CHUNK_WAIT, answers)
            if words is None or words[0] == "NAK":
                continue
            if words[0] == "CAN":
                raise Cancelled
            if words[0] == "ENQ":
                index = decimal(words, 1)
                continue
            if not exempt and self.once("can_after", index):
                self.give_up("cancelled after chunk %d as --can-after asks" % index)
            index += 1

    def _read_chunk(self, want, size, index):
        """The next `want` bytes, or None when the line fell silent before; knows a cancel and a repeated PKT."""
        inbox = self.port.inbox
        while True:
            if not self.options.literal:
                if inbox.startswith(b"CAN\r\n"):
                    del inbox[:5]
                    raise Cancelled
                again = b"PKT %d\r\n" % size
                if index == 0 and inbox.startswith(again):
                    del inbox[: len(again)]
                    self.ack()
                    continue
            if len(inbox) >= want:
                raw = bytes(inbox[:want])
                del inbox[:want]
                return raw
            if not self.port.fill(START_WAIT):
                return None

    def _judge(self, raw, index, kind):
        """What to answer to a chunk (ACK, NAK or ENQ), and its session, type byte and data."""
        (session, magic, got, number, complement, crc), data = decode_chunk(self.secret, raw)
        if self.session is not None and session != self.session or magic != b"TCP":
            return "NAK", None
        if got & 0xF and kind is not None and got & 0xF != kind or complement != 0xFF - number:
            return "NAK", None
        if number != index:
            return "ENQ", None
        return ("ACK", (session, got, data)) if crc == crc16(data) else ("NAK", None)

    def receive_packet(self, size, kind=None):
        """Answers a PKT of `size` and takes its chunks; (session, type byte, data).

        Chunks whose type is neither `kind` (None: that of the first chunk) nor 0 are refused.
        """
        if not 0 < size <= LIMIT:
            self.give_up("PKT %d is outside 1 to %d: send less or more" % (size, LIMIT))
        if self.options.echo_before_ack:
            self.echo()
        self.ack()
        taken, index, failures, first = bytearray(), 0, 0, None
        while index * CHUNK < size:
            raw = self._read_chunk(OVERHEAD + min(CHUNK, size - index * CHUNK), size, index)
            answer, chunk = self._judge(raw, index, kind) if raw else ("NAK", None)
            if chunk and not (chunk[1] & SET_SESSION and size == 2):
                asked = self._misbehave(index)
                if asked and asked[0] == "ENQ" and asked[1] < index:
                    index = asked[1]
                    del taken[index * CHUNK :]
                if asked:
                    self.say(*asked)
                    continue
            if answer == "ACK":
                first = first or chunk
                kind = (chunk[1] & 0xF or None) if kind is None else kind
                taken += chunk[2]
                index, failures = index + 1, 0
                if chunk[1] & SET_SESSION and size == 2:
                    self.session = chunk[0]  # before the ACK: the next chunk must already carry it
                self.ack()
                continue
            failures += 1
            lost_ack = raw is None and index == 0 and not self.port.inbox
            if raw or self.port.inbox:
                self.port.hush()
            if failures == ATTEMPTS:
                self.give_up("chunk %d was bad or missing three times: look at the secret and the line" % index)
            if lost_ack:
                continue  # the other side may still wait for the answer to PKT, which a NAK must not be
            self.say(*(("ENQ", index) if answer == "ENQ" else ("NAK",)))
        return first[0], first[1], bytes(taken)

    def _misbehave(self, index):
        """The answer that the switches want to the good chunk `index` instead of ACK, or None."""
        if self.once("nak", index) or self.options.nak_always == index:
            return ("NAK",)
        if self.options.enq_at and self.options.enq_at[0] == index and "enq_at" not in self.done:
            self.done.add("enq_at")
            return ("ENQ", self.options.enq_at[1])
        if self.once("can_at", index):
            self.give_up("cancelled at chunk %d as --can-at asks" % index)
        return None

    def serve(self, kind=None, one=False):
        """Answers whatever comes, for ever or until one packet is there; returns that packet's data."""
        while True:
            words = self.port.line(None)
            size = decimal(words, 1)
            if words[0] != "PKT" or size is None:
                self.aside(words)
                continue
            try:
                session, got, data = self.receive_packet(size, kind)
            except (Cancelled, Failed) as end:
                if one:
                    raise
                tell(end)
                continue
            if got & SET_SESSION and size == 2:
                emit("session", id=session)
                continue
            emit("packet", type=got & 0xF, size=size, sha256=hashlib.sha256(data).hexdigest(), session=session)
            if one:
                return data


# ---- command line ---------------------------------------------------------------------------------------------------


def arguments(argv):
    """The command line, read; leaves with status 2 when it is wrong."""

    def number(low, high):
        def read(text):
            value = int(text, 0) if isinstance(low, int) else float(text)
            if not low <= value <= high:
                raise argparse.ArgumentTypeError("%s is outside %g to %g" % (text, low, high))
            return value

        return read

    index = number(0, 255)

    def shared(parser, top):
        def add(name, default=None, **more):
            parser.add_argument(name, default=default if top else argparse.SUPPRESS, **more)

        add("--session", type=number(0, 0xFFFFFFFF), metavar="ID", help="send: set this session ID first; "
            "receive, answer: take only this one (it lasts as long as the run)")
        add("--timeout", 60.0, type=number(0.0, 86400.0), metavar="S",
            help="seconds for the whole run, 60 unless told, 0 for ever")
        add("--literal", False, action="store_true", help="where a chunk is due take every byte for one, even CAN")
        add("--nak", type=index, metavar="N", help="NAK chunk N (from 0) though it is good, the first time")
        add("--nak-always", type=index, metavar="N", help="NAK chunk N every time")
        add("--enq-at", type=index, nargs=2, metavar=("N", "K"), help="answer ENQ K to chunk N, once; a K below N "
            "takes the counter back, any other leaves it at N")
        add("--can-at", type=index, metavar="N", help="answer CAN to chunk N")
        add("--drop-ack", type=number(0, 1 << 20), metavar="N", help="lose ACK N of this run once, as the line might; "
            "ACK 0 answers the first PKT, a session chunk and its PKT count too")
        add("--damage", type=index, metavar="N", help="send chunk N with one bit flipped, the first time")
        add("--wrong-index", type=index, metavar="N", help="send chunk N+1 in place of N, once")
        add("--can-after", type=index, metavar="N", help="cancel after the ACK of chunk N")
        add("--truncate", type=index, metavar="N", help="leave out the last 7 bytes of chunk N, once")
        add("--echo-before-ack", False, action="store_true", help="ask for an echo before acknowledging a PKT")
        add("--ack-parameter", False, action="store_true", help="say ACK 1 for ACK")
        add("--slow-byte", 0, type=number(0, 60000), metavar="MS", help="pause after each 64 bytes sent")

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", metavar="PORT", help="serial device or PTY")
    parser.add_argument("--secret-hex", type=bytes.fromhex, required=True, metavar="HEX", help="the shared secret")
    shared(parser, True)
    modes = parser.add_subparsers(dest="mode", required=True, metavar="MODE")
    modes.add_parser("echo", help="ask for an echo and wait")
    modes.add_parser("answer", help="serve for ever; at --timeout leave with status 0")
    send = modes.add_parser("send", help="send a file as one packet")
    send.add_argument("type", type=number(0, 15), help="packet type, 0 to 15")
    send.add_argument("file", help="1 to 1048576 bytes")
    receive = modes.add_parser("receive", help="serve until one packet is received")
    receive.add_argument("out", help="file to write it to")
    receive.add_argument("--type", type=number(0, 15), help="refuse other types (0 is always taken)")
    say = modes.add_parser("say", help="send a custom command")
    say.add_argument("words", nargs="+", help="sent as they are, even beyond 16 characters")
    for mode in modes.choices.values():
        shared(mode, False)
    options = parser.parse_args(argv)
    if options.mode == "send":
        try:
            with open(options.file, "rb") as file:
                options.data = file.read(LIMIT + 1)
        except OSError as error:
            parser.error("cannot read %s: %s" % (options.file, error.strerror))
        if not 0 < len(options.data) <= LIMIT:
            parser.error("the file must have 1 to %d bytes" % LIMIT)
    return parser, options


def run(peer, options):
    """Does the mode asked for."""
    if options.mode == "echo":
        peer.echo()
    elif options.mode == "say":
        peer.say(*options.words)
        peer.port.drain()
    elif options.mode == "send":
        if options.session is not None:
            peer.set_session(options.session, options.type)
        peer.send_packet(options.type, options.data)
        digest = hashlib.sha256(options.data).hexdigest()
        emit("sent", type=options.type, size=len(options.data), sha256=digest, session=peer.session or 0)
    else:
        emit("open")
        peer.session = options.session
        one = options.mode == "receive"
        data = peer.serve(options.type if one else None, one)
        try:
            with open(options.out, "wb") as file:
                file.write(data)
        except OSError as error:
            raise Failed("cannot write %s: %s" % (options.out, error.strerror))


def main(argv=None):
    """Runs the command line; returns the exit status."""
    parser, options = arguments(argv)

    def time_up(_signal, _frame):
        raise TimeUp

    signal.signal(signal.SIGALRM, time_up)
    try:
        signal.setitimer(signal.ITIMER_REAL, max(options.timeout, 0))
        try:
            port = Port(options.port, options.slow_byte)
        except OSError as error:
            parser.error("cannot open %s: %s" % (options.port, error.strerror))
        run(Peer(port, options.secret_hex, options), options)
    except TimeUp:
        if options.mode == "answer":
            return 0
        emit("failed", reason="the run took %g s and was not done: give --timeout more" % options.timeout)
        return 1
    except (Cancelled, Failed) as end:
        tell(end)
        return 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
