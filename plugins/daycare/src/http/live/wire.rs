//! The engine room's types as messages.

use crate::door::{Ended, NoSeat, Standing};
use crate::host::{Condition, HostError, Picture, Sound};
use crate::http::Problem;
use crate::id::Millis;
use crate::store::ToyRow;
use eggtooth_livelink::message::{self, Name, Reason, Sentence, Status, Theme, Welcome};
use eggtooth_livelink::{Close, Lcd, ServerMessage, Tone};

fn tone(tone: Option<eggtooth_toy::Tone>, sounding: bool) -> Tone {
    match tone {
        Some(tone) if sounding => Tone { divisor: tone.divisor, high_half_ticks: tone.high_half_ticks },
        _ => Tone::SILENT,
    }
}

/// A picture. Where the toy is mute its tone is silence.
pub fn frame(picture: &Picture, sounding: bool) -> ServerMessage {
    ServerMessage::Frame(message::Frame {
        seq: picture.seq,
        tick: picture.tick,
        lcd: Lcd::from_rows(picture.frame.rows, picture.frame.icons),
        contrast: picture.frame.contrast.min(15),
        tone: tone(picture.tone, sounding),
    })
}

/// A change of the buzzer.
pub fn sound(sound: &Sound) -> message::Sound {
    message::Sound { tick: sound.tick, tone: tone(sound.tone, true) }
}

/// How the toy is at a tick.
pub fn status(tick: u64, wall: Millis, condition: &Condition) -> ServerMessage {
    let Condition { running, catching_up, calling, asleep, broken, leaving, watchers } = *condition;
    let watchers = u16::try_from(watchers).unwrap_or(u16::MAX);
    ServerMessage::Status(Status { tick, wall, running, catching_up, calling, asleep, broken, leaving, watchers })
}

/// How a viewer stands; `None` for who has no business here.
pub fn standing(standing: Standing) -> Option<message::Standing> {
    match standing {
        Standing::Owner => Some(message::Standing::Owner),
        Standing::Caretaker => Some(message::Standing::Caretaker),
        Standing::Viewer => Some(message::Standing::Viewer),
        Standing::Nobody | Standing::Stranger => None,
    }
}

/// The first message.
pub fn welcome(row: &ToyRow, standing: message::Standing, tick: u64, wall: Millis) -> ServerMessage {
    ServerMessage::Welcome(Welcome {
        standing,
        toy: row.id.0,
        tick,
        wall,
        sound: row.sound,
        name: Name::new(&row.name),
        theme: Theme::new(&row.theme),
    })
}

/// A press that will not happen.
pub fn refused(client_seq: u32, error: HostError) -> ServerMessage {
    let reason = match &error {
        HostError::Paused => Reason::Paused,
        HostError::Busy => Reason::TooMany,
        HostError::Store(_) => Reason::Store,
        _ => Reason::Other,
    };
    // The problem says no more than a stranger may know.
    let text = Sentence::new(&Problem::from(error).detail);
    ServerMessage::Refused { client_seq, reason, text }
}

/// The close that goes with what has ended.
pub fn ended(ended: Ended) -> Close {
    match ended {
        Ended::Session => Close::SessionEnded,
        Ended::Grant => Close::Revoked,
        Ended::Toy => Close::Gone,
    }
}

/// The close for who gets no seat.
pub fn no_seat(why: &NoSeat) -> Close {
    match why {
        NoSeat::Ended(why) => ended(*why),
        NoSeat::TooMany => Close::TooMany,
        NoSeat::Door(_) => Close::TooLate,
    }
}

/// The close where the engine room refuses.
pub fn host(error: &HostError) -> Close {
    match error {
        HostError::NoSuchToy | HostError::Untouchable(_) => Close::Gone,
        HostError::Closing => Close::Drains,
        _ => Close::TooLate,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_have_the_codes_that_the_door_says() {
        for why in [Ended::Session, Ended::Grant, Ended::Toy] {
            assert_eq!(ended(why).code(), why.code());
        }
    }

    #[test]
    fn a_mute_toy_is_silent() {
        let tone = Some(eggtooth_toy::Tone { divisor: 8, high_half_ticks: 5 });
        let picture = Picture { tone, ..Picture::default() };
        let heard = |sounding| match frame(&picture, sounding) {
            ServerMessage::Frame(frame) => frame.tone.divisor,
            _ => u8::MAX,
        };
        assert_eq!((heard(true), heard(false)), (8, 0));
    }
}
