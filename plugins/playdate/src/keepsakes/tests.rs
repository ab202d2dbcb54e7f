#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use std::io;
use std::sync::{Arc, Mutex};

/// Memory that can fail.
#[derive(Clone, Default)]
struct Shelf {
    bytes: Arc<Mutex<Option<Vec<u8>>>>,
    full: Arc<Mutex<bool>>,
}

impl Keep for Shelf {
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        Ok(self.bytes.lock().unwrap().clone())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if *self.full.lock().unwrap() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *self.bytes.lock().unwrap() = Some(bytes.to_vec());
        Ok(())
    }
}

fn open(shelf: &Shelf) -> Keepsakes {
    Keepsakes::open(Box::new(shelf.clone()), 77).unwrap()
}

fn bell() -> Decoration {
    Decoration::new(3).unwrap()
}

fn count(keepsakes: &Keepsakes, decoration: Decoration) -> usize {
    keepsakes.pieces().iter().filter(|piece| piece.decoration == decoration).count()
}

const ME: Key = [1; 32];
const YOU: Key = [2; 32];
const X: GiftId = GiftId([7; 16]);

#[test]
fn a_gift_goes_from_hand_to_hand() {
    let (here, there) = (Shelf::default(), Shelf::default());
    let (mut mine, mut yours) = (open(&here), open(&there));
    mine.give(X, bell(), YOU, 10).unwrap();
    assert_eq!((count(&mine, bell()), mine.onway_to(YOU).collect::<Vec<_>>()), (0, vec![X]));
    let name = Name::new("Pip").unwrap();
    yours.take(X, bell(), ME, &name, 11).unwrap();
    yours.take(X, bell(), ME, &name, 11).unwrap();
    assert_eq!((count(&yours, bell()), yours.worn(), yours.told(X, ME)), (2, vec![bell()], Some(true)));
    // Nobody else can say that it arrived, or ask for it.
    assert_eq!((mine.learn(X, ME, true).unwrap(), yours.told(X, YOU)), (None, None));
    assert_eq!(mine.learn(X, YOU, true).unwrap(), Some(bell()));
    yours.forget(X, ME).unwrap();
    assert!(mine.onway().is_empty() && yours.marks().is_empty());
    assert_eq!((count(&open(&here), bell()), count(&open(&there), bell())), (0, 2));
    assert!(matches!(mine.give(X, bell(), YOU, 12), Err(KeepError::None(_))));
}

#[test]
fn a_giver_whose_file_is_put_back_does_not_get_the_gift_again() {
    let (here, there) = (Shelf::default(), Shelf::default());
    let (mut mine, mut yours) = (open(&here), open(&there));
    mine.give(X, bell(), YOU, 10).unwrap();
    let copy = here.bytes.lock().unwrap().clone();
    let name = Name::new("Pip").unwrap();
    yours.take(X, bell(), ME, &name, 11).unwrap();
    mine.learn(X, YOU, true).unwrap();
    yours.forget(X, ME).unwrap();
    *here.bytes.lock().unwrap() = copy;
    let (mut mine, mut yours) = (open(&here), open(&there));
    assert_eq!((mine.onway().len(), yours.marks().len()), (1, 0));
    let told = yours.settle(&[X], ME).unwrap();
    assert_eq!((&told[..], yours.marks().len()), (&[(X, true)][..], 0));
    mine.learn(X, YOU, told[0].1).unwrap();
    assert_eq!((count(&mine, bell()), count(&yours, bell())), (0, 2));
    // Once more over the prongs is once more of nothing.
    yours.take(X, bell(), ME, &name, 12).unwrap();
    assert_eq!(count(&yours, bell()), 2);
    // It is kept for long, not for ever.
    for n in 0..GOT as u64 {
        let gift = GiftId::new(n, 1, 2);
        yours.take(gift, bell(), ME, &name, 13).unwrap();
        yours.forget(gift, ME).unwrap();
        let other = GiftId::new(n, 2, 1);
        yours.give(other, bell(), ME, 13).unwrap();
        yours.learn(other, ME, true).unwrap();
    }
    assert_eq!((yours.told(X, ME), yours.told(GiftId::new(0, 1, 2), ME)), (None, Some(true)));
    assert_eq!(open(&there).told(GiftId::new(0, 1, 2), ME), Some(true));
}

#[test]
fn what_never_comes_is_back_as_it_was() {
    let (mut mine, mut yours) = (open(&Shelf::default()), open(&Shelf::default()));
    let before = mine.pieces().to_vec();
    mine.give(X, bell(), YOU, 10).unwrap();
    assert_eq!(yours.settle(&[X], ME).unwrap(), [(X, false)]);
    let late = yours.take(X, bell(), ME, &Name::new("Pip").unwrap(), 11);
    assert!(matches!(late, Err(KeepError::Never)));
    assert_eq!(mine.learn(X, YOU, false).unwrap(), Some(bell()));
    assert_eq!((mine.pieces().len(), count(&mine, bell()), count(&yours, bell())), (before.len(), 1, 1));
}

#[test]
fn what_cannot_be_written_has_not_happened() {
    let shelf = Shelf::default();
    let mut mine = open(&shelf);
    *shelf.full.lock().unwrap() = true;
    assert!(matches!(mine.give(X, bell(), YOU, 10), Err(KeepError::Write(_))));
    assert!(matches!(mine.take(X, bell(), YOU, &Name::new("Pip").unwrap(), 1), Err(KeepError::Write(_))));
    assert!(matches!(mine.settle(&[X], YOU), Err(KeepError::Write(_))));
    assert_eq!((count(&mine, bell()), mine.told(X, YOU), mine.onway().len()), (1, None, 0));
    assert!(matches!(
        Keepsakes::open(Box::new(Shelf { full: shelf.full, ..Shelf::default() }), 1),
        Err(KeepError::Write(_))
    ));
}

#[test]
fn there_is_an_end_to_everything() {
    let mut mine = open(&Shelf::default());
    let gift = |n: usize| GiftId([n as u8; 16]);
    let name = Name::new("Pip").unwrap();
    // What never came makes room, what is here does not.
    let asked: Vec<GiftId> = (100..100 + MARKS_OF_ONE).map(gift).collect();
    assert!(mine.settle(&asked, YOU).unwrap().iter().all(|(_, have)| !have));
    for n in 0..MARKS_OF_ONE {
        assert_eq!((mine.marks().len(), mine.has_room(YOU).is_ok()), (MARKS_OF_ONE, true));
        mine.take(gift(n), bell(), YOU, &name, 1).unwrap();
    }
    assert!(matches!(mine.has_room(YOU), Err(KeepError::TooManyMarks)));
    assert!(matches!(mine.take(gift(99), bell(), YOU, &name, 1), Err(KeepError::TooManyMarks)));
    assert_eq!(mine.settle(&[gift(3), gift(100)], YOU).unwrap(), [(gift(3), true), (gift(100), false)]);
    assert!(mine.marks().iter().all(|mark| mark.have) && mine.has_room(ME).is_ok());
    let mut mine = open(&Shelf::default());
    for n in 0..Decoration::COUNT {
        mine.give(gift(n), Decoration::new(n as u8).unwrap(), YOU, 1).unwrap();
    }
    assert!(mine.pieces().is_empty());
    for n in 0..TIES as u32 + 3 {
        mine.played(player(n), n, &name, 9, 1, u64::from(n)).unwrap();
    }
    assert_eq!((mine.ties().len(), mine.ties()[0].pet, mine.ties()[0].friendship), (TIES, 3, 4));
}

fn player(number: u32) -> Key {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&number.to_le_bytes());
    key
}

#[test]
fn who_says_much_makes_nobody_forgotten() {
    let (mut mine, name) = (open(&Shelf::default()), Name::new("Pip").unwrap());
    for n in 0..100 {
        mine.played(player(n), n, &name, 2, 1, 1).unwrap();
    }
    let words = |pet| TieWords { mine: pet, yours: 77, friendship: 4, visits: 9, since: 1 };
    for n in 1000..2000 {
        mine.hear(player(n), &name, &words(n), 1).unwrap();
        mine.hear(YOU, &name, &words(n), 1).unwrap();
    }
    let of_one = mine.ties().iter().filter(|tie| tie.key == YOU).count();
    assert_eq!((mine.ties().len(), of_one), (TIES, TIES_OF_ONE));
    assert!((0..100).all(|n| mine.tie(player(n), n).is_some()));
    // Who is met takes the place of one who was only told of.
    for n in 0..TIES as u32 - 100 {
        mine.played(player(3000 + n), n, &name, 2, 1, 1).unwrap();
    }
    assert!((0..100).all(|n| mine.tie(player(n), n).is_some()));
    // One player's pets take each other's place.
    for n in 0..1000 {
        mine.played(player(3000), n, &name, 2, 1, 1).unwrap();
    }
    assert!((TIES_OF_ONE as u32..100).all(|n| mine.tie(player(n), n).is_some()));
}

#[test]
fn two_tables_do_not_write_one_pets_things() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keepsakes.json");
    let keep = || Box::new(FileKeep::new(path.clone()));
    let mut mine = Keepsakes::open(keep(), 9).unwrap();
    let error = Keepsakes::open(keep(), 9).unwrap_err();
    assert!(error.to_string().contains("another table"), "{error}");
    mine.give(X, bell(), YOU, 10).unwrap();
    drop(mine);
    assert_eq!(Keepsakes::open(keep(), 9).unwrap().onway().len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        Keepsakes::open(keep(), 9).unwrap().settle(&[GiftId([9; 16])], YOU).unwrap();
        assert_eq!(mode(), 0o600);
    }
}

#[test]
fn the_worn_come_newest_first_and_once() {
    let mut mine = open(&Shelf::default());
    let name = Name::new("Pip").unwrap();
    for (n, decoration) in [3, 5, 3, 9].into_iter().enumerate() {
        mine.take(GiftId([n as u8; 16]), Decoration::new(decoration).unwrap(), YOU, &name, 1).unwrap();
    }
    assert_eq!(mine.worn().iter().map(|worn| worn.number()).collect::<Vec<_>>(), [9, 3, 5]);
}

#[test]
fn a_visit_that_one_side_missed_is_made_good() {
    let mut mine = open(&Shelf::default());
    let name = Name::new("Pip").unwrap();
    let words = TieWords { mine: 5, yours: 77, friendship: 2, visits: 1, since: 90 };
    mine.hear(YOU, &name, &TieWords { yours: 78, ..words }, 100).unwrap();
    mine.hear(YOU, &name, &TieWords { visits: 0, ..words }, 100).unwrap();
    assert!(mine.tie(YOU, 5).is_none());
    mine.hear(YOU, &name, &words, 100).unwrap();
    let tie = mine.tie(YOU, 5).unwrap();
    assert_eq!((tie.visits, tie.friendship, tie.since), (1, 2, 90));
    // There is an end to boasting.
    mine.hear(YOU, &name, &TieWords { visits: u32::MAX, ..words }, 100).unwrap();
    assert_eq!(mine.tie(YOU, 5).unwrap().visits, 1 + MISSED);
    mine.played(YOU, 5, &name, 3, 2 + MISSED, 120).unwrap();
    mine.hear(YOU, &name, &words, 130).unwrap();
    let tie = mine.tie(YOU, 5).unwrap();
    assert_eq!((tie.visits, tie.friendship, tie.since, tie.last), (2 + MISSED, 3, 90, 120));
}

#[test]
fn files_come_back_and_damage_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keepsakes.json");
    let keep = || Box::new(FileKeep::new(path.clone()));
    let mut mine = Keepsakes::open(keep(), 9).unwrap();
    mine.give(X, bell(), YOU, 10).unwrap();
    mine.settle(&[GiftId([9; 16])], YOU).unwrap();
    mine.played(YOU, 5, &Name::new("Zoë").unwrap(), 3, 1, 120).unwrap();
    let record = mine.record.clone();
    drop(mine);
    assert_eq!(Keepsakes::open(keep(), 10).unwrap().record, record);
    let whole = std::fs::read(&path).unwrap();
    for end in 0..whole.len() - 2 {
        assert!(matches!(Record::decode(&whole[..end]), Err(KeepError::Damaged(_))), "{end}");
    }
    let text = String::from_utf8(whole).unwrap();
    for (from, to) in
        [("\"decoration\": 0", "\"decoration\": 16"), ("0202", "02"), ("\"friendship\": 3", "\"friendship\": 5")]
    {
        assert!(text.contains(from));
        assert!(matches!(Record::decode(text.replacen(from, to, 1).as_bytes()), Err(KeepError::Damaged(_))), "{to}");
    }
    let newer = text.replacen("\"version\": 1", "\"version\": 2, \"more\": []", 1);
    assert!(matches!(Record::decode(newer.as_bytes()), Err(KeepError::Newer(2))));
    std::fs::write(&path, vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(matches!(Keepsakes::open(keep(), 10), Err(KeepError::Read(_))));
}
