//! Starting and pausing, saving, and everything that begins another life of a toy.

use super::keep::{envelope, sealed};
use super::keeper::{Job, Shelves, Then};
use super::request::{Reply, Request, answer};
use super::restore::{body, resume};
use super::room::{Room, Tools};
use super::serve::{catch_up_to_now, change_row};
use super::toy::{Moment, Toy};
use super::{HostError, Saved};
use crate::id::{Millis, RomKey};
use crate::store::{Anchor, DiaryKind, NewDiary, Snapshot, Store, ToyRow, ToyState};
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, ToyError};
use eggtooth_vault::Envelope;
use std::sync::Arc;

/// The first snapshot of a new toy with this row, whose battery has just been put in.
///
/// # Errors
/// When its state cannot be encoded, which no chip's can be.
pub fn hatch(row: &ToyRow, cartridge: &Cartridge, at: Millis) -> Result<Snapshot, HostError> {
    first(row, &Machine::new(cartridge), at)
}

/// The first snapshot of a toy that was brought as a save; the row's anchor and model are to be those of the snapshot
/// and the save: see [`Snapshot::tick`] and [`eggtooth_vault::Meta::model`]. Nothing is pressed in it.
///
/// # Errors
/// [`HostError::Refused`] says why the save cannot be lived on from.
pub fn arrive(row: &ToyRow, cartridge: &Cartridge, save: &[u8], at: Millis) -> Result<Snapshot, HostError> {
    first(row, &from_save(cartridge, save)?, at)
}

fn first(row: &ToyRow, machine: &Machine, at: Millis) -> Result<Snapshot, HostError> {
    let envelope = envelope(&row.name, machine, at)?;
    let (toy, life, tick) = (row.id, row.life, machine.tick());
    Ok(sealed(Snapshot { number: 0, toy, life, tick, at, seq: 0, held: 0, envelope, hash: [0; 32] }))
}

fn from_save(cartridge: &Cartridge, save: &[u8]) -> Result<Machine, HostError> {
    let (envelope, _) = Envelope::from_bytes(save).map_err(|error| HostError::Refused(format!("{error}")))?;
    Machine::resume(cartridge, &envelope).map_err(refused)
}

fn refused(error: ToyError) -> HostError {
    HostError::Refused(error.to_string())
}

/// Says why a toy can be given nothing to do, if so.
pub(super) fn untouchable(toy: &Toy) -> Option<HostError> {
    matches!(toy.state, ToyState::Leaving(_)).then(|| HostError::Untouchable("it is being carried away".into()))
}

/// Work for a toy: `write` happens on the writer's thread, `then` to the toy if it went well.
pub(super) fn work<T: Send + 'static, R: Send + 'static>(
    toy: &mut Toy,
    tools: &mut Tools,
    reply: Reply<R>,
    write: impl FnOnce(&Shelves) -> Result<T, HostError> + Send + 'static,
    then: impl FnOnce(&mut Toy, T, &Moment) -> R + Send + 'static,
) {
    toy.busy = true;
    let id = toy.id;
    let work = move |shelves: &Shelves| -> Then {
        let result = write(shelves);
        Box::new(move |toy: &mut Toy, moment: &Moment| {
            let result = result.map(|found| then(toy, found, moment));
            answer(reply, result);
        })
    };
    tools.keeper.write(Job::Toy(id, Box::new(work)));
}

/// Starts or pauses.
pub(super) fn run(toy: &mut Toy, running: bool, reply: Reply<()>, tools: &mut Tools) {
    if let Some(error) = untouchable(toy) {
        return answer(reply, Err(error));
    }
    if toy.anchor.running == running {
        return answer(reply, Ok(()));
    }
    let tick = toy.target(tools.moment);
    let anchor = Anchor { tick, at: tools.moment.millis, running };
    // A toy that is paused lives what it owes, and not a tick more.
    toy.gate = tick + 1;
    let id = toy.id;
    let write = move |shelves: &Shelves| Ok(change_row(shelves, id, |row| ToyRow { anchor, ..row })?);
    work(toy, tools, reply, write, move |toy, (), _| toy.anchor_at(anchor));
}

/// Reads the row again.
pub(super) fn refresh(toy: &mut Toy, reply: Reply<()>, tools: &mut Tools) {
    let (id, rom, state, anchor, mercy) = (toy.id, toy.rom, toy.state, toy.anchor, toy.mercy_hours);
    // With another mercy, past outages would be counted otherwise: the anchor moves behind them.
    let (tick, at) = (toy.target(tools.moment), tools.moment.millis);
    let write = move |shelves: &Shelves| {
        let row = shelves.store.toy(id)?;
        let moved = anchor.running && state == ToyState::Alive && row.mercy_hours != mercy;
        let anchor = if moved { Anchor { tick, at, running: true } } else { anchor };
        // Whoever changed the row may have read it before the toy was paused, for instance.
        let right = ToyRow { rom, state, anchor, ..row.clone() };
        if right != row {
            shelves.store.update_toy(&right)?;
        }
        Ok((right, moved))
    };
    work(toy, tools, reply, write, |toy, (row, moved), _| {
        toy.name = row.name.into();
        toy.mercy_hours = row.mercy_hours;
        if moved {
            toy.anchor_at(row.anchor);
        }
    });
}

/// Hands its state over, and with `keep` writes it down as a snapshot first.
pub(super) fn save(toy: &mut Toy, keep: bool, reply: Reply<Saved>, room: &mut Room) {
    catch_up_to_now(toy, room);
    if toy.body.is_none() {
        return answer(reply, Err(HostError::Untouchable("it could not be restored".into())));
    }
    let diary = &mut room.out.diary;
    let snapshot = if keep { toy.snapshot(&room.moment, diary) } else { toy.state(&room.moment) };
    let Some(snapshot) = snapshot else {
        return room.retry.push(Request::Save { toy: toy.id, keep, reply });
    };
    match saved(toy, &snapshot) {
        Ok(saved) if keep => {
            let write = move |shelves: &Shelves| Ok(shelves.store.snapshot(&[snapshot])?);
            work(toy, &mut room.tools(), reply, write, move |_, (), _| saved);
        }
        saved => answer(reply, saved),
    }
}

/// What is told of a snapshot.
pub(super) fn saved(toy: &Toy, snapshot: &Snapshot) -> Result<Saved, HostError> {
    let body = toy.body.as_ref().ok_or(HostError::NoSuchToy)?;
    let state = body.machine.state_hash().map_err(refused)?;
    Ok(Saved { tick: snapshot.tick, envelope: snapshot.envelope.clone(), state })
}

/// What another life begins with.
struct Birth {
    cartridge: Arc<Cartridge>,
    rom: RomKey,
    machine: Machine,
    held: u8,
    line: String,
}

/// Begins another life: the one before is kept as a snapshot, so that undo finds it.
fn begin(
    toy: &mut Toy,
    room: &mut Room,
    again: impl FnOnce(Reply<()>) -> Request,
    reply: Reply<()>,
    make: impl FnOnce(&Shelves) -> Result<Birth, HostError> + Send + 'static,
) {
    if let Some(error) = untouchable(toy) {
        return answer(reply, Err(error));
    }
    catch_up_to_now(toy, room);
    let before = toy.snapshot(&room.moment, &mut room.out.diary);
    if before.is_none() && toy.body.is_some() {
        return room.retry.push(again(reply));
    }
    let moment = room.moment;
    let (id, life, seq, running) = (toy.id, toy.life + 1, toy.seq, toy.anchor.running);
    let (at, wall) = (moment.wall.max(toy.snapped + 1), moment.wall);
    toy.snapped = at;
    // It stands still until it is decided which life it lives.
    toy.gate = toy.lived + 1;
    let write = move |shelves: &Shelves| {
        let store: &dyn Store = &*shelves.store;
        let birth = make(shelves)?;
        if let Some(before) = before {
            store.snapshot(&[before])?;
        }
        let tick = birth.machine.tick();
        let anchor = Anchor { tick, at: moment.millis, running };
        let model = birth.machine.model().name.to_owned();
        let row = ToyRow { life, anchor, model, rom: birth.rom, state: ToyState::Alive, ..store.toy(id)? };
        let envelope = envelope(&row.name, &birth.machine, at)?;
        let held = birth.held;
        let first = sealed(Snapshot { number: 0, toy: id, life, tick, at, seq, held, envelope, hash: [0; 32] });
        store.begin_life(&row, &first)?;
        // The life has begun; without its line in the diary it is one all the same.
        let text = birth.line.clone();
        let _ = store.write_diary(&[NewDiary { toy: id, life, tick, kind: DiaryKind::Act, at: wall, text }]);
        let body = body(&shelves.watches, birth.cartridge, birth.machine);
        Ok((row, body, birth.held))
    };
    work(toy, &mut room.tools(), reply, write, |toy, (row, body, held), moment| {
        let plan = super::plan::Plan::of(held, []);
        (toy.life, toy.rom, toy.state) = (row.life, row.rom, row.state);
        (toy.lived, toy.told) = (body.machine.tick(), None);
        toy.body = Some(body);
        toy.hands = plan.is_down().then(|| Box::new(super::fingers::Fingers::restored(plan, &[])));
        toy.anchor_at(row.anchor);
        toy.snap_due = toy.later(60_000, moment);
        if let Some(stage) = &mut toy.stage {
            stage.forget();
        }
    });
}

fn cartridge(shelves: &Shelves, rom: RomKey) -> Result<Arc<Cartridge>, HostError> {
    shelves.roms.cartridge(rom).map_err(|error| HostError::Refused(error.to_string()))
}

/// The battery is taken out and put in again.
pub(super) fn reset(toy: &mut Toy, reply: Reply<()>, room: &mut Room) {
    let (id, rom, line) = (toy.id, toy.rom, format!("{} was reset.", toy.name));
    begin(
        toy,
        room,
        move |reply| Request::Reset { toy: id, reply },
        reply,
        move |shelves| {
            let cartridge = cartridge(shelves, rom)?;
            Ok(Birth { machine: Machine::new(&cartridge), cartridge, rom, held: 0, line })
        },
    );
}

/// A saved state is put in.
pub(super) fn load(toy: &mut Toy, save: Vec<u8>, reply: Reply<()>, room: &mut Room) {
    let (id, rom, line) = (toy.id, toy.rom, format!("A save was loaded for {}.", toy.name));
    let bytes = save.clone();
    let again = move |reply| Request::Load { toy: id, envelope: bytes, reply };
    begin(toy, room, again, reply, move |shelves| {
        let cartridge = cartridge(shelves, rom)?;
        let machine = from_save(&cartridge, &save)?;
        Ok(Birth { machine, cartridge, rom, held: 0, line })
    });
}

/// Another program is put in.
pub(super) fn swap_rom(toy: &mut Toy, rom: RomKey, reply: Reply<()>, room: &mut Room) {
    let (id, line) = (toy.id, format!("{} was given another ROM.", toy.name));
    begin(
        toy,
        room,
        move |reply| Request::SwapRom { toy: id, rom, reply },
        reply,
        move |shelves| {
            let cartridge = cartridge(shelves, rom)?;
            Ok(Birth { machine: Machine::new(&cartridge), cartridge, rom, held: 0, line })
        },
    );
}

/// An older snapshot is put in, with the ROM that it is of.
pub(super) fn undo(toy: &mut Toy, to: u64, reply: Reply<()>, room: &mut Room) {
    let (id, owner, rom) = (toy.id, toy.owner, toy.rom);
    let line = format!("{} was taken back to an older snapshot.", toy.name);
    begin(
        toy,
        room,
        move |reply| Request::Undo { toy: id, to, reply },
        reply,
        move |shelves| {
            let refuse = |text: &str| HostError::Refused(text.to_owned());
            let snapshots = shelves.store.snapshots(id)?;
            let snapshot = snapshots.into_iter().find(|snapshot| snapshot.number == to);
            let snapshot = snapshot.ok_or_else(|| refuse("there is no such snapshot; look at the list again"))?;
            let bytes = snapshot.state().ok_or_else(|| refuse("this snapshot is damaged; take another one"))?;
            let (envelope, _) = Envelope::from_bytes(bytes).map_err(|error| refuse(&error.to_string()))?;
            // The toy's own program first, then its owner's others, then this build's Pip.
            let others = shelves.store.roms_of(owner)?.into_iter().map(|rom| rom.key);
            let keys = std::iter::once(rom).chain(others).chain(shelves.roms.builtin().ok());
            let mut known = keys.filter_map(|key| Some((key, shelves.roms.cartridge(key).ok()?)));
            let found = known.find(|(_, cartridge)| cartridge.identity == envelope.meta.rom);
            let (rom, cartridge) = found.ok_or_else(|| refuse("its ROM is gone; bring it again, then undo"))?;
            let machine = resume(&cartridge, &snapshot).map_err(HostError::Refused)?;
            Ok(Birth { machine, cartridge, rom, held: snapshot.held, line })
        },
    );
}
