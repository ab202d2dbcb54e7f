//! How a toy comes to live here: new from its battery, or from a save.

use crate::host::HostError;
use crate::house::House;
use crate::http::Problem;
use crate::id::{AccountId, Millis, RomKey, ToyId};
use crate::store::{Anchor, Snapshot, ToyRow, ToyState};
use axum::http::StatusCode;
use eggtooth_cartridge::Cartridge;
use eggtooth_toy::{Machine, STATE};
use eggtooth_vault::{Envelope, Meta};
use std::sync::Arc;
use std::time::Duration;

/// The theme of a toy for which nobody chose one.
pub const DEFAULT_THEME: &str = "sunny";
/// Longest theme in characters.
const LONGEST_THEME: usize = 32;
/// Hours of an outage that a new toy lives through (service §4.1).
const MERCY: u16 = 12;

/// Toys are born one after the other, so that nobody gets more than they may have by asking twice at once.
#[derive(Clone, Debug, Default)]
pub struct Cradle(pub Arc<tokio::sync::Mutex<()>>);

/// The theme, if it can be one: 1 to 32 lower-case letters, digits and hyphens.
///
/// # Errors
/// 422 otherwise.
pub fn check_theme(theme: &str) -> Result<String, Problem> {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=LONGEST_THEME).contains(&theme.len()) && theme.bytes().all(good) {
        return Ok(theme.to_owned());
    }
    let detail = format!("a theme is a word of 1 to {LONGEST_THEME} letters a-z, digits and hyphens; choose another");
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail))
}

/// Whether the account may have another toy. Blocks.
///
/// # Errors
/// 409 when it has as many as it may have.
pub fn room_for_one_more(house: &House, account: AccountId) -> Result<(), Problem> {
    let most = house.store.account(account)?.toys;
    if house.store.toys_of(account)?.len() < most as usize {
        return Ok(());
    }
    Err(Problem::conflict(format!(
        "you have {most} toys already, which is as many as you may have; remove one, or ask who looks after this daycare"
    )))
}

/// The rows of a new toy that begins to live at `at`: as its battery is put in, or as it was saved in `from`, which
/// nobody has looked at before.
///
/// # Errors
/// 422 when `from` is no save of this ROM.
pub fn first(
    owner: AccountId,
    name: String,
    theme: String,
    (rom, cartridge): (RomKey, &Cartridge),
    from: Option<&Envelope>,
    at: Millis,
) -> Result<(ToyRow, Snapshot), Problem> {
    let refuse = |error: &dyn std::fmt::Display| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
    let inside = |error: &dyn std::fmt::Display| Problem::inside(error);
    let machine = match from {
        None => Machine::new(cartridge),
        Some(envelope) => Machine::resume(cartridge, envelope).map_err(|error| refuse(&error))?,
    };
    let (tick, model) = (machine.tick(), machine.model().name.to_owned());
    let meta = Meta { name: name.clone(), rom: cartridge.identity, model: model.clone(), saved_at: at / 1000, tick };
    let mut envelope = Envelope::new(meta);
    envelope.set_value(STATE, machine.state()).map_err(|error| inside(&error))?;
    let envelope = envelope.to_bytes(1).map_err(|error| refuse(&error))?;
    let id = ToyId::random().map_err(|error| inside(&error))?;
    let row = ToyRow {
        id,
        owner,
        name,
        rom,
        model,
        theme,
        sound: true,
        mercy_hours: MERCY,
        created: at,
        anchor: Anchor { tick, at, running: true },
        state: ToyState::Alive,
        life: 0,
    };
    let mut snapshot = Snapshot { number: 0, toy: id, life: 0, tick, at, seq: 0, held: 0, envelope, hash: [0; 32] };
    snapshot.hash = snapshot.digest();
    Ok((row, snapshot))
}

/// Longest wait between two tries of [`adopt`].
const SLOWEST: Duration = Duration::from_secs(5);

/// Lets a toy that the store has live. It is durable by now, so a busy engine room is asked again until it takes it.
pub async fn adopt(house: &Arc<House>, toy: ToyId) {
    match house.host.add(toy).await {
        Err(HostError::Busy) => {}
        Err(error) => return tracing::error!(%toy, %error, "a toy that is in the store could not be brought to life"),
        Ok(()) => return,
    }
    let host = house.host.clone();
    tokio::spawn(async move {
        let mut wait = Duration::from_millis(50);
        while let Err(HostError::Busy) = host.add(toy).await {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(SLOWEST);
        }
    });
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_theme_is_a_short_plain_word() {
        assert!(check_theme("sunny-2").is_ok() && check_theme(&"a".repeat(32)).is_ok());
        for bad in ["", "Sunny", "a b", "a\"", "ä", &"a".repeat(33)] {
            assert_eq!(check_theme(bad).unwrap_err().status, 422, "{bad}");
        }
    }

    #[test]
    fn a_new_toy_can_be_restored_from_its_first_snapshot() {
        let pip = eggtooth_toy::pip().unwrap();
        let (owner, rom) = (AccountId([1; 16]), RomKey([2; 16]));
        let (row, snapshot) = first(owner, "Pip".into(), "sunny".into(), (rom, &pip), None, 7000).unwrap();
        let (envelope, _) = Envelope::from_bytes(snapshot.state().unwrap()).unwrap();
        assert_eq!(Machine::resume(&pip, &envelope).unwrap().tick(), row.anchor.tick);
        let (again, _) = first(owner, "Pip".into(), "sunny".into(), (rom, &pip), Some(&envelope), 7000).unwrap();
        assert_ne!(again.id, row.id);
        let mut foreign = envelope.clone();
        foreign.meta.rom = [0; 32];
        assert_eq!(
            first(owner, "Pip".into(), "sunny".into(), (rom, &pip), Some(&foreign), 7000).unwrap_err().status,
            422
        );
    }
}
