//! Setting a Pip's clock, by presses that are journaled like all others.

use super::HostError;
use super::lives::untouchable;
use super::presses::press_by_house;
use super::request::{Reply, answer};
use super::room::{Closing, Room, Tools};
use super::toy::{Pace, Toy};
use crate::id::Millis;
use bevy_ecs::system::Query;
use eggtooth_toy::is_pip;
use eggtooth_toy::pip_clock::{HOLD, Next, PipClock, Places, Setter, TimeOfDay};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// After so long without an end it is given up, in milliseconds: longer than the longest way takes.
const LONGEST: Millis = 120_000;

/// A clock that is being set.
#[derive(Debug)]
pub(super) struct Setting {
    setter: Setter,
    places: Places,
    /// The tick of the next look.
    due: u64,
    /// When it began, by the daycare's time.
    began: Millis,
    reply: Reply<()>,
}

/// The time of day where this computer is.
fn local(wall: Millis) -> TimeOfDay {
    let millis = i64::try_from(wall).unwrap_or(i64::MAX);
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::system());
    (time.hour().unsigned_abs(), time.minute().unsigned_abs(), time.second().unsigned_abs())
}

/// Begins to set it.
pub(super) fn begin(toy: &mut Toy, reply: Reply<()>, room: &mut Room) {
    let refuse = |text: &str| HostError::Refused(text.to_owned());
    let pip = toy.body.as_ref().is_some_and(|body| is_pip(body.machine.identity()));
    let begun = match (untouchable(toy), Places::of_pip()) {
        (Some(error), _) => Err(error),
        _ if !toy.anchor.running => Err(HostError::Paused),
        (None, Some(places)) if pip => Ok(places),
        _ => Err(refuse("only a Pip's clock can be set; set other toys' clocks by their buttons")),
    };
    match begun {
        _ if toy.setting.is_some() => answer(reply, Err(HostError::Busy)),
        Ok(places) => {
            let began = room.moment.millis;
            let setting = Setting { setter: Setter::default(), places, due: 0, began, reply };
            toy.setting = Some(Box::new(setting));
            toy.awake = began + LONGEST;
            room.setters.insert(toy.id);
        }
        Err(error) => answer(reply, Err(error)),
    }
}

/// Somebody else presses, or the toy is another: it is not set.
pub(super) fn interrupt(toy: &mut Toy) {
    if let Some(setting) = toy.setting.take() {
        let text = "the clock was not set, because something else was done with the toy; try again";
        answer(setting.reply, Err(HostError::Refused(text.into())));
    }
}

/// Makes the presses that are due.
pub(super) fn go_on(room: &mut Room, toys: &mut Query<(&mut Toy, &mut Pace)>) {
    for id in std::mem::take(&mut room.setters) {
        let entity = room.index.get(&id).copied();
        let Some((mut toy, mut pace)) = entity.and_then(|entity| toys.get_mut(entity).ok()) else { continue };
        if !matches!(room.closing, Closing::Not) {
            interrupt(&mut toy);
        }
        match catch_unwind(AssertUnwindSafe(|| step(&mut toy, &mut room.tools()))) {
            Ok(true) => drop(room.setters.insert(id)),
            Ok(false) => {}
            Err(_) => toy.fall(&room.moment, &mut room.out),
        }
        pace.mode = toy.mode(&room.moment);
    }
}

/// The next press, if it is time. Whether there is more to do.
fn step(toy: &mut Toy, tools: &mut Tools) -> bool {
    let moment = *tools.moment;
    let Some(setting) = &mut toy.setting else { return false };
    let Some(body) = toy.body.as_ref().filter(|_| moment.millis < setting.began + LONGEST) else {
        interrupt(toy);
        return false;
    };
    if toy.busy || body.machine.tick() < setting.due || !body.machine.is_idle() {
        return true;
    }
    let next = setting.setter.next(PipClock::read(&body.machine, &setting.places), local(moment.wall), 1);
    let tick = body.machine.tick();
    let result = match next {
        Next::Press(button) => {
            let end = press_by_house(toy, 1 << button as u8, HOLD, tools);
            if let Some(setting) = &mut toy.setting {
                setting.due = end + HOLD;
            }
            return true;
        }
        Next::Wait => {
            setting.due = tick + 2 * HOLD;
            return true;
        }
        Next::Done => Ok(()),
        Next::Failed => Err(HostError::Refused("the clock could not be set; try again when the pet is awake".into())),
    };
    if let Some(setting) = toy.setting.take() {
        answer(setting.reply, result);
    }
    false
}
