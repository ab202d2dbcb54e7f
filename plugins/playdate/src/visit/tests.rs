#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;
use crate::ghost::portrait;
use crate::text::Name;
use eggtooth_cartridge::labels::Labels;
use eggtooth_prong::pump::Seeded;

/// Two sides of a visit, a tenth of a second apart.
struct Pair {
    sides: [Visit; 2],
    wires: [VecDeque<(Duration, Vec<u8>)>; 2],
    waits: [Option<Duration>; 2],
    now: Duration,
    told: [Vec<String>; 2],
    welcome: bool,
}

const WAY: Duration = Duration::from_millis(100);

impl Pair {
    fn new() -> Pair {
        let side = |number: u32| {
            let name = Name::new(["Ada", "Bo"][number as usize]).unwrap();
            let mine = portrait(&name, number, 70 + number, &Labels::default(), &[], &[]);
            Visit::new(number == 0, mine, Duration::from_secs(3), 5, Box::new(Seeded::new(u64::from(number))))
        };
        let (sides, wires) = ([side(0), side(1)], [VecDeque::new(), VecDeque::new()]);
        Pair { sides, wires, waits: [None; 2], now: Duration::ZERO, told: [vec![], vec![]], welcome: true }
    }

    fn turn(&mut self, i: usize) {
        loop {
            let now = self.now;
            let told = match self.sides[i].next(now) {
                Turn::Send(bytes) => {
                    self.wires[1 - i].push_back((now + WAY, bytes));
                    continue;
                }
                Turn::Wait(until) => {
                    self.waits[i] = until;
                    return;
                }
                Turn::Known { pet } => {
                    self.sides[i].known(Some(2), now);
                    format!("known {pet}")
                }
                Turn::Item(item) => {
                    self.sides[i].take(self.welcome, now);
                    format!("item {item:x}")
                }
                Turn::Came(visitor) => format!("came {}", visitor.name),
                Turn::Played(story) => format!("played {} {}", story.friendship, story.came),
                Turn::Gifts(verdict) => format!("gifts {:?} {:x?}", verdict.gave, verdict.got),
                Turn::Over(why) => format!("over: {why}"),
            };
            self.told[i].push(told);
        }
    }

    /// Until nothing more happens by itself, or this time.
    fn run(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        loop {
            self.turn(0);
            self.turn(1);
            let wires = self.wires.iter().filter_map(|wire| wire.front().map(|(at, _)| *at));
            let next = wires.chain(self.waits.iter().flatten().copied()).min();
            let Some(next) = next.filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            for i in 0..2 {
                while let Some((_, bytes)) = self.wires[i].pop_front_if(|(at, _)| *at <= self.now) {
                    self.sides[i].bytes(&bytes, self.now);
                    self.turn(i);
                }
                self.sides[i].time(self.now);
            }
        }
        self.now = end;
    }

    fn told(&mut self) -> [Vec<String>; 2] {
        std::mem::take(&mut self.told)
    }
}

#[test]
fn a_playdate_and_then_gifts_to_and_fro() {
    let mut pair = Pair::new();
    pair.run(30);
    let story = [["came Bo", "known 71", "played 3 true"], ["came Ada", "known 70", "played 3 false"]];
    assert_eq!(pair.told(), story.map(|side| side.map(str::to_owned).to_vec()));
    pair.sides[1].give(0x123);
    pair.run(20);
    assert_eq!(pair.told(), [vec!["item 123", "gifts Yes Some(123)"], vec!["gifts Yes Some(ffff)"]]);
    pair.sides[0].give(0x456);
    pair.run(20);
    assert_eq!(pair.told(), [vec!["gifts Yes Some(ffff)"], vec!["item 456", "gifts Yes Some(456)"]]);
    assert!(!pair.sides[0].is_giving() && !pair.sides[1].is_giving());
}

#[test]
fn both_may_give_at_once() {
    for apart in [0, 50, 150, 450, 1000, 2000] {
        let mut pair = Pair::new();
        pair.run(30);
        pair.told();
        pair.sides[apart as usize % 100 / 50].give(0x111);
        pair.turn(apart as usize % 100 / 50);
        pair.now += Duration::from_millis(apart);
        pair.sides[1 - apart as usize % 100 / 50].give(0x222);
        pair.run(40);
        let items: Vec<String> = pair.told().into_iter().flatten().filter(|told| told.starts_with("item")).collect();
        assert_eq!(items.len(), 2, "{apart}: {items:?}");
    }
}

#[test]
fn what_is_not_welcome_ends_the_exchange_and_nothing_else() {
    let mut pair = Pair::new();
    pair.run(30);
    pair.told();
    pair.welcome = false;
    pair.sides[0].give(0x456);
    pair.run(30);
    let told = pair.told();
    assert_eq!(told[1], ["item 456", "gifts No None"]);
    assert!(matches!(told[0].as_slice(), [one] if one.starts_with("gifts Unknown")), "{told:?}");
    pair.welcome = true;
    pair.sides[0].give(0x789);
    pair.run(30);
    assert_eq!(pair.told()[1], ["item 789", "gifts Yes Some(789)"]);
}

#[test]
fn any_bytes_end_in_words() {
    let mut random = Seeded::new(9);
    for seed in 0..60_u64 {
        let mut pair = Pair::new();
        if seed % 2 == 0 {
            pair.run(30);
            pair.told();
        }
        for _ in 0..40 {
            let bytes: Vec<u8> = match random.below(3) {
                0 => b"PKT 131092\r\n".to_vec(),
                1 => (0..random.below(5000)).map(|_| random.below(256) as u8).collect(),
                _ => [&b"CAN\r\n"[..], b"ECHO REQ\r\n", b"ACK\r\n", b"PKT 2\r\n", b"NAK\r\n"][random.below(5) as usize]
                    .to_vec(),
            };
            pair.sides[1].bytes(&bytes, pair.now);
            pair.turn(1);
            pair.now += Duration::from_millis(u64::from(random.below(9000)));
            pair.sides[1].time(pair.now);
            pair.turn(1);
        }
        assert!(pair.told[1].iter().all(|told| !told.starts_with("played")));
    }
}

#[test]
fn items_say_which_gift_and_what() {
    let gift = GiftId([0xBC, 0xFA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(item(&gift, Decoration::new(5).unwrap()), 0xABC5);
}
