//! The list of friends: its file, and who comes in because of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::thread;

use eggtooth_peer::{Admitted, Friends, FriendsError, Meeting, Name, PeerError, PeerKey, Whom};
use support::LONG;
use support::tables::{START, Table, guest, name};

fn addr(port: u16) -> SocketAddr {
    ([192, 0, 2, 1], port).into()
}

fn key(number: u16) -> PeerKey {
    let mut key = [0; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    PeerKey(key)
}

fn file(folder: &Path) -> std::path::PathBuf {
    folder.join("friends.json")
}

#[test]
fn what_is_written_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new");
    let friends = Friends::open(&folder).unwrap();
    assert!(friends.list().is_empty() && !folder.exists());
    friends.befriend(key(1), &name("Anna"), &[addr(1), addr(2)], START).unwrap();
    friends.rename(key(1), &name("My sister")).unwrap();
    for port in 3..6 {
        assert!(friends.seen(key(1), &name("Anna K."), Some(addr(port)), START + u64::from(port)).unwrap());
    }
    assert!(!friends.seen(key(2), &name("Nobody"), None, START).unwrap());
    friends.block(key(3), true).unwrap();
    // An address that nobody can call is not kept, a known one comes to the front.
    friends.seen(key(1), &name("Anna K."), Some(([0, 0, 0, 0], 9).into()), START).unwrap();
    friends.seen(key(1), &name("Anna K."), Some(addr(4)), START).unwrap();
    let anna = friends.get(key(1)).unwrap();
    assert_eq!((anna.name.as_str(), anna.their_name.as_str()), ("My sister", "Anna K."));
    assert_eq!((anna.added, anna.last_seen, anna.blocked), (Some(START), Some(START + 5), false));
    assert_eq!(anna.addresses, [addr(4), addr(5), addr(3), addr(1)]);
    assert_eq!(Friends::open(&folder).unwrap().list(), friends.list());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file(&folder)).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }
    // Nothing but the list and its lock is left behind.
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    // What changes nothing writes nothing.
    let before = std::fs::metadata(file(&folder)).unwrap().modified().unwrap();
    friends.seen(key(1), &name("Anna K."), Some(addr(4)), START).unwrap();
    assert_eq!(std::fs::metadata(file(&folder)).unwrap().modified().unwrap(), before);
}

#[test]
fn everybody_has_one_state() {
    let folder = tempfile::tempdir().unwrap();
    let friends = Friends::open(folder.path()).unwrap();
    let state = |at: u16| (friends.allows(key(at)), friends.is_blocked(key(at)), friends.get(key(at)).is_some());
    // A stranger who is blocked and allowed again does not become a friend by it.
    friends.block(key(1), true).unwrap();
    assert_eq!((state(1), friends.get(key(1)).unwrap().name.as_str()), ((false, true, true), "00010000"));
    let error = friends.befriend(key(1), &name("Eve"), &[], START).unwrap_err();
    assert!(matches!(&error, FriendsError::Blocked(name) if name.as_str() == "00010000"), "{error}");
    friends.block(key(1), false).unwrap();
    assert_eq!(state(1), (false, false, false));
    friends.befriend(key(1), &name("Eve"), &[], START).unwrap();
    friends.block(key(1), true).unwrap();
    assert_eq!(state(1), (false, true, true));
    friends.block(key(1), false).unwrap();
    assert_eq!(state(1), (true, false, true));
    // Again: the own name and the day stay.
    friends.rename(key(1), &name("E")).unwrap();
    friends.befriend(key(1), &name("Eva"), &[], START + 9).unwrap();
    let eve = friends.get(key(1)).unwrap();
    assert_eq!((eve.name.as_str(), eve.their_name.as_str(), eve.added), ("E", "Eva", Some(START)));
    friends.forget(key(1)).unwrap();
    assert_eq!(state(1), (false, false, false));
    for error in [friends.forget(key(1)), friends.rename(key(1), &name("x")), friends.block(key(1), false)] {
        assert!(matches!(error, Err(FriendsError::Unknown(unknown)) if unknown == key(1)));
    }
}

#[test]
fn a_thousand_are_enough() {
    let folder = tempfile::tempdir().unwrap();
    let friends = Friends::open(folder.path()).unwrap();
    let longest = name(&"𝄞".repeat(Name::LONGEST));
    friends.befriend(key(0), &longest, &[addr(1), addr(2), addr(3), addr(4)], START).unwrap();
    // The rest by hand: a thousand syncs would take long.
    let entry = std::fs::read_to_string(file(folder.path())).unwrap();
    let (head, rest) = entry.split_once('[').unwrap();
    let one = rest.rsplit_once(']').unwrap().0;
    let all: Vec<_> = (0..1000).map(|at| one.replace(&key(0).to_string(), &key(at).to_string())).collect();
    std::fs::write(file(folder.path()), format!("{head}[{}]}}", all.join(","))).unwrap();
    assert_eq!(friends.list().len(), Friends::MOST);
    assert!(matches!(friends.befriend(key(1000), &longest, &[], START), Err(FriendsError::Full)));
    assert!(matches!(friends.block(key(1000), true), Err(FriendsError::Full)));
    friends.forget(key(999)).unwrap();
    friends.befriend(key(1000), &longest, &[], START).unwrap();
    assert_eq!(Friends::open(folder.path()).unwrap().list().len(), Friends::MOST);
}

#[test]
fn what_is_no_list_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let friends = Friends::open(folder.path()).unwrap();
    friends.befriend(key(1), &name("Anna"), &[addr(1)], START).unwrap();
    friends.block(key(2), true).unwrap();
    let path = file(folder.path());
    let good = std::fs::read_to_string(&path).unwrap();
    let mut cases: Vec<String> = (0..good.trim_end().len()).map(|len| good[..len].into()).collect();
    let changes = [
        ("\"Anna\"", "\"An\\nna\""),
        ("\"Anna\"", "7"),
        ("\"added\"", "\"Added\""),
        ("192.0.2.1:1", "here"),
        ("\"0001", "\"0002"),
        ("\"0001", "\"001"),
        ("\"version\": 1", "\"version\": 2"),
        ("\"version\": 1", "\"version\": 1, \"more\": 1"),
    ];
    cases.extend(changes.map(|(from, to)| good.replace(from, to)));
    cases.push(format!("{good}{{}}"));
    cases.push(good.replace("192.0.2.1:1\"", &["192.0.2.1:1\""; 5].join(",\"")));
    cases.push("[".repeat(1 << 20));
    cases.push(format!("{good}{}", " ".repeat(4 << 20)));
    for bad in cases {
        std::fs::write(&path, &bad).unwrap();
        let error = Friends::open(folder.path()).unwrap_err();
        let version = matches!(error, FriendsError::Version { version: 2, .. });
        assert!(matches!(error, FriendsError::Damaged { .. }) || version, "{error}");
        assert!(!error.to_string().contains('\n') && error.to_string().len() < 400, "{error}");
        assert!(friends.befriend(key(3), &name("Bert"), &[], START).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), bad, "nothing may be written over it");
        // Whoever knew the list goes by what it said.
        assert!(friends.allows(key(1)) && friends.is_blocked(key(2)));
    }
    std::fs::write(&path, &good).unwrap();
    friends.befriend(key(3), &name("Bert"), &[], START).unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(Friends::open(folder.path()), Err(FriendsError::Damaged { .. })));
}

#[test]
fn several_programs_share_a_list() {
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for writer in 0..8 {
            let path = folder.path();
            scope.spawn(move || {
                // Each its own, as another program would.
                let friends = Friends::open(path).unwrap();
                for number in 0..5 {
                    friends.befriend(key(writer * 5 + number), &name("Anna"), &[], START).unwrap();
                }
            });
        }
    });
    let (one, two) = (Friends::open(folder.path()).unwrap(), Friends::open(folder.path()).unwrap());
    assert_eq!(one.list().len(), 40);
    one.block(key(7), true).unwrap();
    assert!(two.is_blocked(key(7)) && !two.allows(key(7)));
    two.forget(key(7)).unwrap();
    assert!(one.get(key(7)).is_none());
}

#[test]
fn a_friend_comes_without_an_invite() {
    let table = Table::new();
    let (anna, name) = (guest(), name("Anna"));
    let first = anna.join(&table.invite(), LONG).unwrap();
    table.friends.befriend(anna.key(), &name, &[], START).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hers = Friends::open(folder.path()).unwrap();
    hers.befriend(first.peer(), first.their_name(), &[first.remote()], START).unwrap();
    drop((table.host.accept(LONG), first));
    let host = hers.get(table.host.key()).unwrap();
    let again = anna.join(&host, LONG).unwrap();
    let at_host = table.host.accept(LONG).unwrap().unwrap();
    assert_eq!((again.how(), at_host.how(), at_host.peer()), (Admitted::Friend, Admitted::Friend, anna.key()));
    // A friend with an invite uses it up, and does it no harm with another one.
    let (invite, wrong) = (table.invite(), table.strange_invite());
    for _ in 0..4 {
        let _line = anna.join(&wrong, LONG).unwrap();
        assert_eq!(table.host.accept(LONG).unwrap().unwrap().how(), Admitted::Friend);
    }
    assert!(table.guests.is_live(&invite));
    anna.join(&invite, LONG).unwrap();
    assert!(!table.guests.is_live(&invite));
    let nowhere = Whom::Friend { key: table.host.key(), addresses: &[] };
    assert_eq!(anna.join(nowhere, LONG).unwrap_err(), PeerError::NoAddress);
}

/// What a call as a friend comes to.
fn called(table: &Table, guest: &Meeting) -> PeerError {
    table.call(guest).unwrap_err()
}

#[test]
fn who_is_blocked_does_not_get_through_the_handshake() {
    let table = Table::new();
    let eve = guest();
    table.befriend(&eve);
    table.call(&eve).unwrap();
    table.friends.block(eve.key(), true).unwrap();
    let refused = PeerError::Refused { addr: table.host.local_addr(), own: eve.key() };
    assert_eq!(called(&table, &eve), refused);
    let refusal = table.refusal();
    assert_eq!((refusal.key, &*refusal.reason), (Some(eve.key()), "its key is not among those allowed"));
    // Neither an invite nor a seat helps, and the invite is not used up.
    let invite = table.invite();
    table.guests.keep(eve.key());
    assert_eq!(called(&table, &eve), refused);
    assert_eq!(eve.join(&invite, LONG).unwrap_err(), PeerError::InviteOver);
    assert!(table.guests.is_live(&invite));
    table.friends.block(eve.key(), false).unwrap();
    table.call(&eve).unwrap();
}

/// A shelf in memory that can be made to fail.
#[derive(Clone, Default)]
struct Board(std::sync::Arc<std::sync::Mutex<(Option<Vec<u8>>, bool)>>);

impl eggtooth_peer::Shelf for Board {
    fn read(&self) -> std::io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().0.clone())
    }

    fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        let mut board = self.0.lock().unwrap();
        if board.1 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        board.0 = Some(bytes.to_vec());
        Ok(())
    }
}

#[test]
fn a_list_may_be_on_a_shelf() {
    let board = Board::default();
    let friends = Friends::shelved(Box::new(board.clone())).unwrap();
    let (anna, key) = (Name::new("Anna").unwrap(), PeerKey([7; 32]));
    friends.befriend(key, &anna, &["192.0.2.1:7".parse().unwrap()], 5).unwrap();
    assert!(friends.clone().allows(key));
    let again = Friends::shelved(Box::new(board.clone())).unwrap();
    assert_eq!(again.list(), friends.list());
    // What cannot be written does not count.
    board.0.lock().unwrap().1 = true;
    assert!(friends.block(key, true).is_err() && friends.allows(key));
    board.0.lock().unwrap().0 = Some(b"photo".to_vec());
    assert!(Friends::shelved(Box::new(board)).is_err());
}
