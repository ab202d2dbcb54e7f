//! LCDs as datagrams: the latest wins, and what is lost is made good by the next.

use std::time::Duration;

use eggtooth_livelink::{Lcd, Tone};

use crate::message::{SEATS, Seat};

/// Bytes of a frame's datagram.
pub const SIZE: usize = 82;
/// The first byte of a frame's datagram.
const KIND: u8 = 1;
/// Frames are at least so far apart: fifteen a second.
pub const GAP: Duration = Duration::from_millis(66);
/// What has not changed is sent again after so long.
pub const REFRESH: Duration = Duration::from_secs(1);
/// After so long without a frame any number counts as new: the toy has come back.
const FORGOTTEN: Duration = Duration::from_secs(3);

/// What a toy shows and sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whose it is; a guest's is set by the host, whatever the guest said.
    pub seat: Seat,
    /// Counts the frames of this toy; it may wrap.
    pub sequence: u32,
    /// The toy's tick, 1/32,768 s.
    pub tick: u64,
    /// Dots and icons.
    pub lcd: Lcd,
    /// 0 light … 15 dark.
    pub contrast: u8,
    /// What the buzzer sounds.
    pub tone: Tone,
}

impl Frame {
    /// Reads a datagram; `None` for anything else than a frame.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Frame> {
        let (head, rest) = bytes.split_first_chunk::<2>()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let (tick, rest) = rest.split_first_chunk()?;
        let (lcd, rest) = rest.split_first_chunk()?;
        let &[contrast, divisor, high_half_ticks] = rest else { return None };
        (head[0] == KIND && contrast < 16).then_some(())?;
        Some(Frame {
            seat: Seat::new(head[1])?,
            sequence: u32::from_le_bytes(*sequence),
            tick: u64::from_le_bytes(*tick),
            lcd: Lcd(*lcd),
            contrast,
            tone: Tone { divisor, high_half_ticks },
        })
    }

    /// The datagram, [`SIZE`] bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SIZE);
        out.extend([KIND, self.seat.number()]);
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.tick.to_le_bytes());
        out.extend(self.lcd.0);
        out.extend([self.contrast.min(15), self.tone.divisor, self.tone.high_half_ticks]);
        out
    }
}

/// Decides when a toy's picture goes out: on change, not more often than every [`GAP`], and every [`REFRESH`].
#[derive(Debug, Default)]
pub struct Camera {
    sequence: u32,
    last: Option<(Duration, Lcd, u8, Tone)>,
}

impl Camera {
    /// What the toy shows now; the frame that is to be sent, if one is. To be asked at least every [`GAP`].
    pub fn look(&mut self, seat: Seat, tick: u64, lcd: Lcd, contrast: u8, tone: Tone, now: Duration) -> Option<Frame> {
        let due = self.last.is_none_or(|(at, before, dark, sounded)| {
            let changed = (before, dark, sounded) != (lcd, contrast, tone);
            now.saturating_sub(at) >= if changed { GAP } else { REFRESH }
        });
        due.then(|| {
            self.last = Some((now, lcd, contrast, tone));
            self.sequence = self.sequence.wrapping_add(1);
            Frame { seat, sequence: self.sequence, tick, lcd, contrast, tone }
        })
    }
}

/// The latest frame of each seat.
#[derive(Debug, Default)]
pub struct Album {
    latest: [Option<(Frame, Duration)>; SEATS],
}

impl Album {
    /// Takes a frame; false if it is older than the one that is there, or came sooner after it than a toy may send.
    pub fn take(&mut self, frame: Frame, now: Duration) -> bool {
        let Some(place) = self.latest.get_mut(frame.seat.index()) else { return false };
        let new = place.is_none_or(|(before, at)| {
            let ahead = frame.sequence.wrapping_sub(before.sequence);
            now.saturating_sub(at) >= FORGOTTEN || (1..1 << 31).contains(&ahead)
        });
        if new {
            *place = Some((frame, now));
        }
        new
    }

    /// The latest of a seat, and when it came.
    #[must_use]
    pub fn latest(&self, seat: Seat) -> Option<&(Frame, Duration)> {
        self.latest.get(seat.index())?.as_ref()
    }

    /// Forgets a seat whose toy has changed.
    pub fn clear(&mut self, seat: Seat) {
        if let Some(place) = self.latest.get_mut(seat.index()) {
            *place = None;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn frame(sequence: u32) -> Frame {
        let (lcd, tone) = (Lcd::from_rows([7; 16], 3), Tone { divisor: 8, high_half_ticks: 8 });
        Frame { seat: Seat::new(2).unwrap(), sequence, tick: 1 << 40, lcd, contrast: 8, tone }
    }

    #[test]
    fn frames_come_back() {
        let bytes = frame(77).encode();
        assert_eq!(bytes.len(), SIZE);
        assert_eq!(Frame::decode(&bytes), Some(frame(77)));
        for end in 0..SIZE {
            assert_eq!(Frame::decode(&bytes[..end]), None);
        }
        for (at, value) in [(0, 2), (1, 4), (79, 16)] {
            let mut bad = bytes.clone();
            bad[at] = value;
            assert_eq!(Frame::decode(&bad), None);
        }
        assert_eq!(Frame::decode(&[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn pictures_go_out_on_change_and_every_second() {
        let mut camera = Camera::default();
        let (mut sent, mut bytes) = (Vec::new(), 0);
        for step in 0..1000_u64 {
            // Four changes a second: 25 of them in 6.25 s, of which the last half stands still.
            let picture = (step * 10).min(5000) / 250;
            let lcd = Lcd::from_rows([picture as u32; 16], 0);
            if let Some(frame) = camera.look(Seat::HOST, step, lcd, 8, Tone::SILENT, ms(step * 10)) {
                bytes += frame.encode().len();
                sent.push(step * 10);
            }
        }
        assert_eq!(sent.len(), 21 + 4, "{sent:?}");
        assert!(bytes < 10 * 1000);
        let mut wild = Camera::default();
        let sent = (0..1000_u64).filter(|step| {
            let lcd = Lcd::from_rows([*step as u32; 16], 0);
            wild.look(Seat::HOST, *step, lcd, 8, Tone::SILENT, ms(*step)).is_some()
        });
        assert_eq!(sent.count(), 16);
    }

    #[test]
    fn the_latest_wins() {
        let mut album = Album::default();
        for (sequence, at, new) in
            [(5, 0, true), (4, 10, false), (5, 20, false), (6, 30, true), (6 + (1 << 31), 40, false)]
        {
            assert_eq!(album.take(frame(sequence), ms(at)), new, "{sequence}");
        }
        assert_eq!(album.latest(Seat::new(2).unwrap()).unwrap().0.sequence, 6);
        assert!(album.take(frame(1), ms(3030)));
        let mut album = Album::default();
        assert!(album.take(frame(u32::MAX), ms(0)) && album.take(frame(0), ms(1)));
        album.clear(Seat::new(2).unwrap());
        assert!(album.latest(Seat::new(2).unwrap()).is_none());
    }
}
