//! Rows to try a store with: what two numbers make is always the same.

use eggtooth_daycare::store::{
    Account, AccountRole, Anchor, Entry, Grant, GrantRole, Invitation, KeyChange, Move, MoveState, NewAudit, RomRow,
    SessionRow, Snapshot, Store, ToyRow, ToyState,
};
use eggtooth_daycare::{AccountId, GrantId, Millis, MoveId, RomKey, ToyId};
use eggtooth_toy::Button;

/// A UTC day.
pub const DAY: Millis = 86_400_000;
/// When these tests take place: some noon.
pub const NOW: Millis = 20_000 * DAY + DAY / 2;

/// Sixteen bytes that say what they are.
pub fn bytes(kind: u8, number: u32) -> [u8; 16] {
    let mut bytes = [kind; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    bytes
}

/// 32 such bytes.
pub fn hash(kind: u8, number: u32) -> [u8; 32] {
    let mut hash = [kind; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    hash
}

pub fn account_id(number: u32) -> AccountId {
    AccountId(bytes(0xa0, number))
}

pub fn toy_id(number: u32) -> ToyId {
    ToyId(bytes(0xb0, number))
}

pub fn rom_key(number: u32) -> RomKey {
    RomKey(bytes(0xc0, number))
}

pub fn move_id(number: u32) -> MoveId {
    MoveId(bytes(0xd0, number))
}

pub fn account(number: u32) -> Account {
    Account {
        id: account_id(number),
        name: format!("Keeper {number}"),
        password: format!("$argon2id${number}"),
        role: if number == 1 { AccountRole::Admin } else { AccountRole::Member },
        disabled: false,
        toys: 20,
        wrapped_key: vec![7; 60],
        created: NOW,
    }
}

pub fn rom(number: u32, owner: Option<u32>) -> RomRow {
    RomRow {
        key: rom_key(number),
        account: owner.map(account_id),
        name: format!("ROM {number}"),
        keyed_hash: hash(0xc1, number),
        sealed: vec![9; 12_316],
        created: NOW,
    }
}

/// Toy `number` of account `owner`, with ROM 1.
pub fn toy(number: u32, owner: u32) -> ToyRow {
    ToyRow {
        id: toy_id(number),
        owner: account_id(owner),
        name: format!("Toy {number}"),
        rom: rom_key(1),
        model: "p1".to_owned(),
        theme: "egg".to_owned(),
        sound: true,
        mercy_hours: 12,
        created: NOW,
        anchor: Anchor { tick: 0, at: NOW, running: true },
        state: ToyState::Alive,
        life: 1,
    }
}

/// A snapshot that is as it was written.
pub fn snapshot(toy: u32, life: u32, tick: u64, at: Millis) -> Snapshot {
    let envelope = format!("toy {toy}, life {life}, tick {tick}, at {at}; ").repeat(20).into_bytes();
    let mut row = Snapshot { number: 0, toy: toy_id(toy), life, tick, at, seq: 0, held: 0, envelope, hash: [0; 32] };
    row.hash = row.digest();
    row
}

/// Without the numbers that the store gave them.
pub fn unnumbered(rows: Vec<Snapshot>) -> Vec<Snapshot> {
    rows.into_iter().map(|row| Snapshot { number: 0, ..row }).collect()
}

/// A press of B at a tick, released 3,000 ticks later.
pub fn entry(toy: u32, life: u32, seq: u64, tick: u64) -> Entry {
    let change = |tick, down| KeyChange { tick, button: Button::B, down };
    Entry {
        toy: toy_id(toy),
        life,
        seq,
        changes: vec![change(tick, true), change(tick + 3000, false)],
        client: bytes(0xe0, toy),
        client_seq: u32::try_from(seq).unwrap_or(u32::MAX),
        by: account_id(1),
        at: NOW,
    }
}

pub fn session(number: u32, owner: u32, created: Millis) -> SessionRow {
    SessionRow {
        hash: hash(0x50, number),
        account: account_id(owner),
        created,
        seen: created,
        strong_until: created + 300_000,
        from: "192.0.2.0/24, a browser".to_owned(),
    }
}

pub fn invitation(number: u32, expires: Millis) -> Invitation {
    Invitation {
        hash: hash(0x60, number),
        by: account_id(1),
        role: AccountRole::Member,
        note: "for a friend".to_owned(),
        created: NOW + Millis::from(number),
        expires,
    }
}

pub fn grant(number: u32, toy: u32, to: u32, expires: Option<Millis>) -> Grant {
    Grant {
        id: GrantId(bytes(0xf0, number)),
        toy: toy_id(toy),
        account: account_id(to),
        role: GrantRole::Viewer,
        created: NOW + Millis::from(number),
        expires,
    }
}

pub fn movement(number: u32, toy: Option<u32>, state: MoveState) -> Move {
    let envelope = if state == MoveState::Leaving { b"the pet".to_vec() } else { Vec::new() };
    Move { id: move_id(number), account: account_id(1), toy: toy.map(toy_id), state, envelope, at: NOW }
}

pub fn audit(number: u32) -> NewAudit {
    NewAudit {
        at: NOW + Millis::from(number),
        account: (!number.is_multiple_of(3)).then(|| account_id(number % 3)),
        what: format!("deed {number}"),
        toy: number.is_multiple_of(2).then(|| toy_id(1)),
        from: "2001:db8::/64".to_owned(),
    }
}

/// A house with accounts 1 and 2, the program's own ROM 1, and toys of account 1.
pub fn furnish(store: &impl Store, toys: u32) {
    for number in [1, 2] {
        store.add_account(&account(number), None, NOW).unwrap();
    }
    store.add_rom(&rom(1, None)).unwrap();
    for number in 1..=toys {
        store.create_toy(&toy(number, 1), &snapshot(number, 1, 0, NOW), None).unwrap();
    }
}
