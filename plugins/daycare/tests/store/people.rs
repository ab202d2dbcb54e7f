//! Accounts, sessions, invitations, grants.

use crate::world::*;
use eggtooth_daycare::GrantId;
use eggtooth_daycare::store::{AccountRole, GrantRole, Store, StoreError};

pub fn names_are_one_without_regard_to_case(store: &impl Store) {
    for (number, name) in [(1, "Zoë"), (2, "bernd"), (3, "Straße")] {
        let mut row = account(number);
        row.name = name.to_owned();
        store.add_account(&row, None, NOW).unwrap();
        assert_eq!(store.account(row.id).unwrap(), row);
    }
    for (number, name) in [(4, "ZOË"), (5, "Bernd"), (6, "STRASSE"), (7, "zoë")] {
        let mut row = account(number);
        row.name = name.to_owned();
        assert!(matches!(store.add_account(&row, None, NOW), Err(StoreError::Conflict(_))), "{name}");
        assert!(matches!(store.account(row.id), Err(StoreError::Missing("account"))));
    }
    assert_eq!(store.account_named("BERND").unwrap().unwrap().id, account_id(2));
    assert_eq!(store.account_named("zoë").unwrap().unwrap().name, "Zoë");
    assert_eq!(store.account_named("nobody").unwrap(), None);
    let names: Vec<String> = store.accounts().unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["bernd", "Straße", "Zoë"]);
}

pub fn an_account_changes_in_what_can_change(store: &impl Store) {
    furnish(store, 0);
    let mut row = account(2);
    row.password = "another".to_owned();
    row.role = AccountRole::Admin;
    row.disabled = true;
    row.toys = 0;
    store.update_account(&row).unwrap();
    assert_eq!(store.account(row.id).unwrap(), row);
    assert_eq!(store.account(account_id(1)).unwrap(), account(1));
    assert!(matches!(store.update_account(&account(9)), Err(StoreError::Missing("account"))));
    assert!(!format!("{row:?}").contains("another"), "no password in a log");
}

pub fn an_invitation_is_good_once_and_for_its_time(store: &impl Store) {
    furnish(store, 0);
    store.add_invitation(&invitation(1, NOW + 100)).unwrap();
    store.add_invitation(&invitation(2, NOW + 100)).unwrap();
    assert_eq!(store.invitations().unwrap(), [invitation(2, NOW + 100), invitation(1, NOW + 100)]);
    let join = |number, invited, at| store.add_account(&account(number), Some(hash(0x60, invited)), at);
    assert!(matches!(join(3, 1, NOW + 100), Err(StoreError::Conflict(_))), "it ends at that moment");
    assert!(matches!(join(3, 9, NOW), Err(StoreError::Conflict(_))), "unknown");
    assert!(matches!(join(2, 1, NOW), Err(StoreError::Conflict(_))), "the name is taken");
    assert_eq!(store.invitations().unwrap().len(), 2, "a failed join uses nothing up");
    join(3, 1, NOW + 99).unwrap();
    assert!(matches!(join(4, 1, NOW), Err(StoreError::Conflict(_))), "used");
    assert_eq!(store.accounts().unwrap().len(), 3);
    store.delete_invitation(&hash(0x60, 2)).unwrap();
    assert!(matches!(store.delete_invitation(&hash(0x60, 2)), Err(StoreError::Missing(_))));
    assert!(store.invitations().unwrap().is_empty());
}

pub fn two_cannot_join_by_one_invitation(store: &impl Store) {
    furnish(store, 0);
    store.add_invitation(&invitation(1, NOW + 100)).unwrap();
    let joined = std::thread::scope(|scope| {
        let join = |number| scope.spawn(move || store.add_account(&account(number), Some(hash(0x60, 1)), NOW).is_ok());
        let joins: Vec<_> = (10..18).map(join).collect();
        joins.into_iter().map(|join| join.join().unwrap()).filter(|joined| *joined).count()
    });
    assert_eq!(joined, 1);
    assert_eq!(store.accounts().unwrap().len(), 3);
}

pub fn sessions_are_found_touched_and_ended(store: &impl Store) {
    furnish(store, 0);
    for number in 1..=3 {
        store.add_session(&session(number, 1, NOW + u64::from(number))).unwrap();
    }
    store.add_session(&session(4, 2, NOW)).unwrap();
    assert!(matches!(store.add_session(&session(4, 2, NOW)), Err(StoreError::Conflict(_))));
    assert!(matches!(store.add_session(&session(5, 77, NOW)), Err(StoreError::Missing(_))));
    let of = |account| -> Vec<_> {
        store.sessions_of(account_id(account)).unwrap().into_iter().map(|row| row.hash).collect()
    };
    assert_eq!(of(1), [hash(0x50, 3), hash(0x50, 2), hash(0x50, 1)]);
    store.touch_session(&hash(0x50, 1), NOW + 500, NOW + 600).unwrap();
    let mut touched = session(1, 1, NOW + 1);
    (touched.seen, touched.strong_until) = (NOW + 500, NOW + 600);
    assert_eq!(store.session(&hash(0x50, 1)).unwrap(), Some(touched));
    assert!(matches!(store.touch_session(&hash(0x50, 9), NOW, NOW), Err(StoreError::Missing(_))));
    store.end_session(&hash(0x50, 1)).unwrap();
    assert!(matches!(store.end_session(&hash(0x50, 1)), Err(StoreError::Missing(_))));
    assert_eq!(store.session(&hash(0x50, 1)).unwrap(), None);
    store.end_sessions(account_id(1), Some(&hash(0x50, 2))).unwrap();
    assert_eq!(of(1), [hash(0x50, 2)]);
    store.end_sessions(account_id(1), None).unwrap();
    assert!(of(1).is_empty());
    assert_eq!(of(2), [hash(0x50, 4)]);
}

pub fn what_has_expired_is_forgotten_and_nothing_else(store: &impl Store) {
    furnish(store, 2);
    let add = |number, created, seen| {
        store.add_session(&session(number, 1, created)).unwrap();
        store.touch_session(&hash(0x50, number), seen, 0).unwrap();
    };
    add(1, NOW - 30 * DAY, NOW);
    add(2, NOW - 30 * DAY + 1, NOW);
    add(3, NOW - 8 * DAY, NOW - 7 * DAY);
    add(4, NOW - 8 * DAY, NOW - 7 * DAY + 1);
    store.add_invitation(&invitation(1, NOW)).unwrap();
    store.add_invitation(&invitation(2, NOW + 1)).unwrap();
    store.add_grant(&grant(1, 1, 2, Some(NOW))).unwrap();
    store.add_grant(&grant(2, 2, 2, Some(NOW + 1))).unwrap();
    assert_eq!(store.forget_expired(NOW).unwrap(), 4);
    assert_eq!(store.forget_expired(NOW).unwrap(), 0);
    let left = store.sessions_of(account_id(1)).unwrap();
    assert_eq!(left.iter().map(|row| row.hash).collect::<Vec<_>>(), [hash(0x50, 4), hash(0x50, 2)]);
    assert_eq!(store.invitations().unwrap(), [invitation(2, NOW + 1)]);
    assert_eq!(store.grants_to(account_id(2)).unwrap(), [grant(2, 2, 2, Some(NOW + 1))]);
    assert_eq!(store.forget_expired(0).unwrap(), 0, "a clock at its beginning");
}

pub fn a_grant_is_one_for_a_toy_and_an_account_and_for_its_time(store: &impl Store) {
    furnish(store, 2);
    store.add_grant(&grant(1, 1, 2, Some(NOW + 10))).unwrap();
    let now = |at| store.grant(toy_id(1), account_id(2), at).unwrap();
    assert_eq!(now(NOW + 9), Some(grant(1, 1, 2, Some(NOW + 10))));
    assert_eq!(now(NOW + 10), None);
    let mut better = grant(2, 1, 2, None);
    better.role = GrantRole::Caretaker;
    store.add_grant(&better).unwrap();
    assert_eq!(now(u64::MAX), Some(better.clone()), "the earlier one is replaced");
    assert!(matches!(store.delete_grant(GrantId(bytes(0xf0, 1))), Err(StoreError::Missing(_))));
    store.add_grant(&grant(3, 2, 2, None)).unwrap();
    assert_eq!(store.grants_of_toy(toy_id(1)).unwrap(), std::slice::from_ref(&better));
    assert_eq!(store.grants_to(account_id(2)).unwrap(), [better.clone(), grant(3, 2, 2, None)]);
    assert_eq!(store.grant(toy_id(2), account_id(1), NOW).unwrap(), None);
    assert_eq!(store.delete_grant(better.id).unwrap(), better);
    assert_eq!(now(NOW), None);
    for (toy, account) in [(77, 2), (1, 77)] {
        assert!(matches!(store.add_grant(&grant(4, toy, account, None)), Err(StoreError::Missing(_))));
    }
    let mut double = grant(3, 1, 1, None);
    double.role = GrantRole::Caretaker;
    assert!(matches!(store.add_grant(&double), Err(StoreError::Conflict(_))), "its identifier is another's");
    assert_eq!(store.grants_of_toy(toy_id(2)).unwrap(), [grant(3, 2, 2, None)]);
}
