//! The journal, snapshots and what is kept of them, diaries.

use crate::world::*;
use eggtooth_daycare::Millis;
use eggtooth_daycare::store::{DiaryKind, DiaryRow, Entry, KeyChange, NewDiary, Snapshot, Store, StoreError};
use eggtooth_toy::Button;

pub fn line(toy: u32, at: Millis, text: &str) -> NewDiary {
    NewDiary { toy: toy_id(toy), life: 1, tick: at / 7, kind: DiaryKind::Pet, at, text: text.to_owned() }
}

pub fn a_batch_is_appended_whole_or_not_at_all(store: &impl Store) {
    furnish(store, 3);
    store.append(&[]).unwrap();
    store.append(&[entry(1, 1, 1, 10), entry(2, 1, 1, 20), entry(1, 1, 2, 30)]).unwrap();
    let kept = store.journal(toy_id(1), 1, 0).unwrap();
    assert_eq!(kept, [entry(1, 1, 1, 10), entry(1, 1, 2, 30)]);
    let fault = |entries: &[Entry]| store.append(entries).unwrap_err();
    assert!(matches!(fault(&[entry(3, 1, 1, 5), entry(1, 1, 2, 40)]), StoreError::Conflict(_)));
    assert!(matches!(fault(&[entry(3, 1, 1, 5), entry(77, 1, 1, 40)]), StoreError::Missing("toy")));
    let mut none = entry(3, 1, 2, 9);
    none.changes.clear();
    assert!(matches!(fault(&[entry(3, 1, 1, 5), none]), StoreError::Conflict(_)));
    let mut falling = entry(3, 1, 2, 9);
    falling.changes.reverse();
    assert!(matches!(fault(&[entry(3, 1, 1, 5), falling]), StoreError::Conflict(_)));
    let mut many = entry(3, 1, 2, 9);
    many.changes = vec![many.changes[0]; 17];
    assert!(matches!(fault(&[entry(3, 1, 1, 5), many]), StoreError::Conflict(_)));
    let mut endless = entry(3, 1, 2, 9);
    endless.changes[1].tick = u64::MAX;
    assert!(matches!(fault(&[entry(3, 1, 1, 5), endless]), StoreError::Conflict(_)));
    assert!(store.journal(toy_id(3), 1, 0).unwrap().is_empty(), "nothing of a batch that failed");
    assert_eq!(store.journal(toy_id(1), 1, 0).unwrap(), kept);
}

pub fn all_of_an_entry_comes_back(store: &impl Store) {
    furnish(store, 1);
    let mut full = entry(1, 1, 7, 1000);
    full.changes = (0..16_u64)
        .map(|n| KeyChange {
            tick: 1000 + n / 2,
            button: Button::ALL[usize::try_from(n % 4).unwrap()],
            down: n % 3 == 0,
        })
        .collect();
    full.client = bytes(0x11, 4);
    full.client_seq = u32::MAX;
    full.by = account_id(2);
    full.at = NOW + 123;
    store.append(std::slice::from_ref(&full)).unwrap();
    assert_eq!(store.journal(toy_id(1), 1, 0).unwrap(), [full]);
}

pub fn the_journal_begins_with_what_still_lies_ahead(store: &impl Store) {
    furnish(store, 1);
    // Down at 100, 200, …, each up 3,000 ticks later.
    store.append(&(1..=50).map(|n| entry(1, 1, n, n * 100)).collect::<Vec<_>>()).unwrap();
    let seqs = |from| store.journal(toy_id(1), 1, from).unwrap().iter().map(|entry| entry.seq).collect::<Vec<_>>();
    assert_eq!(seqs(0), (1..=50).collect::<Vec<_>>());
    assert_eq!(seqs(3100), (1..=50).collect::<Vec<_>>(), "the release of the first is at that tick");
    assert_eq!(seqs(3101), (2..=50).collect::<Vec<_>>());
    assert_eq!(seqs(8000), [50]);
    assert!(seqs(8001).is_empty() && seqs(u64::MAX).is_empty());
    assert!(store.journal(toy_id(1), 2, 0).unwrap().is_empty() && store.journal(toy_id(9), 1, 0).unwrap().is_empty());
}

fn kept(store: &impl Store, toy: u32) -> Vec<(u32, u64, Millis)> {
    store.snapshots(toy_id(toy)).unwrap().iter().map(|row| (row.life, row.tick, row.at)).collect()
}

pub fn the_newest_two_and_a_week_of_days_are_kept(store: &impl Store) {
    furnish(store, 2);
    // Every six hours for twelve days; the first was made with the toy.
    for step in 1..=48_u64 {
        let at = NOW + step * DAY / 4;
        store.snapshot(&[snapshot(1, 1, step * 10, at)]).unwrap();
    }
    // The last of a day is the one at 18 h; the clock began at noon.
    let mut wanted = vec![(1, 480, NOW + 12 * DAY), (1, 470, NOW + 12 * DAY - DAY / 4)];
    wanted.extend((0..7).map(|back| {
        let step = 45 - 4 * back;
        (1, step * 10, NOW + step * DAY / 4)
    }));
    assert_eq!(kept(store, 1), wanted);
    assert_eq!(kept(store, 2), [(1, 0, NOW)], "the neighbour's stay");
}

pub fn the_journal_is_kept_from_the_second_newest_snapshot_on(store: &impl Store) {
    furnish(store, 2);
    for toy in [1, 2] {
        store.append(&(1..=40).map(|n| entry(toy, 1, n, n * 1000)).collect::<Vec<_>>()).unwrap();
    }
    let first = |toy| store.journal(toy_id(toy), 1, 0).unwrap().first().map(|entry| entry.seq);
    store.snapshot(&[snapshot(1, 1, 20_000, NOW + 1)]).unwrap();
    assert_eq!(first(1), Some(1), "the first snapshot is the second newest");
    store.snapshot(&[snapshot(1, 1, 30_000, NOW + 2)]).unwrap();
    assert_eq!(first(1), Some(17), "released at 20,000");
    assert_eq!(first(2), Some(1));
    let numbers = store.numbers().unwrap();
    assert_eq!(numbers.entries, 24 + 40);
}

pub fn the_end_of_an_earlier_life_is_kept_for_a_week(store: &impl Store) {
    furnish(store, 1);
    store.append(&[entry(1, 1, 1, 100)]).unwrap();
    store.snapshot(&[snapshot(1, 1, 50, NOW + 1)]).unwrap();
    let mut row = toy(1, 1);
    for life in 2..=3 {
        row.life = life;
        store.begin_life(&row, &snapshot(1, life, 0, NOW + u64::from(life) * 10)).unwrap();
        store.append(&[entry(1, life, 1, 10)]).unwrap();
        store.snapshot(&[snapshot(1, life, 60, NOW + u64::from(life) * 10 + 5)]).unwrap();
    }
    assert_eq!(kept(store, 1), [(3, 60, NOW + 35), (3, 0, NOW + 30), (2, 60, NOW + 25), (1, 50, NOW + 1)]);
    assert!(store.journal(row.id, 1, 0).unwrap().is_empty() && store.journal(row.id, 2, 0).unwrap().is_empty());
    assert_eq!(store.journal(row.id, 3, 0).unwrap().len(), 1);
    store.snapshot(&[snapshot(1, 3, 70, NOW + 8 * DAY), snapshot(1, 3, 80, NOW + 9 * DAY)]).unwrap();
    assert_eq!(kept(store, 1), [(3, 80, NOW + 9 * DAY), (3, 70, NOW + 8 * DAY)]);
}

pub fn a_batch_of_snapshots_is_whole_or_not_at_all(store: &impl Store) {
    furnish(store, 2);
    let batch = [snapshot(1, 1, 10, NOW + 1), snapshot(77, 1, 10, NOW + 1)];
    assert!(matches!(store.snapshot(&batch), Err(StoreError::Missing("toy"))));
    assert_eq!(kept(store, 1), [(1, 0, NOW)]);
    store.snapshot(&[snapshot(1, 1, 10, NOW + 1), snapshot(2, 1, 20, NOW + 1), snapshot(1, 1, 30, NOW + 2)]).unwrap();
    assert_eq!(kept(store, 1), [(1, 30, NOW + 2), (1, 10, NOW + 1)], "of the same day the last two");
    assert_eq!(kept(store, 2), [(1, 20, NOW + 1), (1, 0, NOW)]);
}

pub fn a_snapshot_with_another_digest_is_listed_and_has_no_state(store: &impl Store) {
    furnish(store, 1);
    let mut wrong: Snapshot = snapshot(1, 1, 10, NOW + 1);
    wrong.envelope[3] ^= 1;
    store.snapshot(std::slice::from_ref(&wrong)).unwrap();
    let listed = store.snapshots(toy_id(1)).unwrap();
    assert!(listed[0].number > listed[1].number && listed[1].number > 0);
    assert_eq!(unnumbered(listed.clone()), [wrong, snapshot(1, 1, 0, NOW)]);
    assert_eq!(listed[0].state(), None);
    assert_eq!(listed[1].state(), Some(&*snapshot(1, 1, 0, NOW).envelope));
}

fn lines(rows: Vec<DiaryRow>) -> Vec<NewDiary> {
    rows.into_iter().map(|row| row.line).collect()
}

pub fn a_diary_is_read_backwards_and_does_not_grow_for_ever(store: &impl Store) {
    furnish(store, 2);
    // Seven lines of each millisecond, so that nothing can be told by it.
    let rows: Vec<NewDiary> =
        (0..4200).map(|n| NewDiary { tick: n, ..line(1, NOW + n / 7, &format!("line {n}")) }).collect();
    store.write_diary(&rows).unwrap();
    store.write_diary(&[line(2, NOW, "another's")]).unwrap();
    let newest = store.diary(toy_id(1), u64::MAX, 3).unwrap();
    let mut read = newest.clone();
    while let Some(last) = read.last().filter(|_| read.len() < 10_000) {
        let more = store.diary(toy_id(1), last.number, 3).unwrap();
        if more.is_empty() {
            break;
        }
        read.extend(more);
    }
    assert!(read.is_sorted_by(|a, b| a.number > b.number));
    assert_eq!(lines(read), rows[104..].iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(lines(store.diary(toy_id(2), u64::MAX, 10_000).unwrap()), [line(2, NOW, "another's")]);
    assert!(matches!(store.write_diary(&[line(1, NOW, "a"), line(77, NOW, "b")]), Err(StoreError::Missing("toy"))));
    assert_eq!(store.diary(toy_id(1), u64::MAX, 3).unwrap(), newest);
}

pub fn what_is_lived_again_is_not_told_again(store: &impl Store) {
    furnish(store, 2);
    let first = line(1, NOW, "It hatched.");
    let told = |life| store.told(toy_id(1), life).unwrap();
    assert_eq!(told(1), None);
    store.write_diary(&[first.clone(), first.clone()]).unwrap();
    store.write_diary(&[NewDiary { at: NOW + 9, text: "It hatched again.".to_owned(), ..first.clone() }]).unwrap();
    assert_eq!(lines(store.diary(toy_id(1), u64::MAX, 9).unwrap()), std::slice::from_ref(&first));
    // Of another tick, kind, life or toy it is another line.
    let others = [
        NewDiary { tick: first.tick + 1, ..first.clone() },
        NewDiary { tick: first.tick + 9, kind: DiaryKind::Outage, ..first.clone() },
        NewDiary { tick: first.tick, kind: DiaryKind::Outage, ..first.clone() },
        NewDiary { tick: 3, life: 2, ..first.clone() },
    ];
    store.write_diary(&others).unwrap();
    store.write_diary(&[NewDiary { toy: toy_id(2), ..first.clone() }]).unwrap();
    assert_eq!(store.diary(toy_id(1), u64::MAX, 9).unwrap().len(), 5);
    assert_eq!(lines(store.diary(toy_id(2), u64::MAX, 9).unwrap()).len(), 1);
    assert_eq!((told(1), told(2), told(3)), (Some(first.tick + 1), Some(3), None));
}
