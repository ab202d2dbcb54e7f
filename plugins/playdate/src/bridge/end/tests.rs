#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use super::*;

const NOW: Duration = Duration::ZERO;

/// Two ends, what is on its way between them, and what their toys were told.
struct Two {
    ends: [End; 2],
    ways: [VecDeque<Vec<u8>>; 2],
    told: [Vec<Act>; 2],
    now: Duration,
}

impl Two {
    fn new(one: Result<Guard, Off>, two: Result<Guard, Off>) -> Two {
        let end = |own| End::new(Seat::HOST, own, NOW);
        let mut two = Two {
            ends: [end(one), end(two)],
            ways: [const { VecDeque::new() }; 2],
            told: [const { Vec::new() }; 2],
            now: NOW,
        };
        two.ends[0].open();
        two.act(0);
        two
    }

    /// Puts what an end says on its way.
    fn act(&mut self, who: usize) {
        while let Some(act) = self.ends[who].act() {
            match act {
                Act::Write(bytes) => self.ways[who].push_back(bytes),
                act => self.told[who].push(act),
            }
        }
    }

    /// The oldest thing on the way to somebody arrives.
    fn arrive(&mut self, at: usize) -> bool {
        let Some(bytes) = self.ways[1 - at].pop_front() else { return false };
        self.ends[at].receive(&bytes, self.now).unwrap();
        self.act(at);
        true
    }

    fn settle(&mut self) {
        while self.arrive(0) | self.arrive(1) {}
    }

    fn told(&mut self, who: usize) -> Vec<Act> {
        std::mem::take(&mut self.told[who])
    }
}

fn friend(toy: Result<Guard, Off>) -> Act {
    Act::Friend(Friend { seat: Seat::HOST, toy })
}

#[test]
fn both_are_told_when_both_are_on_and_when_one_is_not() {
    let mut two = Two::new(Ok(Guard::Secret), Err(Off::Switched));
    two.settle();
    assert_eq!(two.told(0), [friend(Err(Off::Switched))]);
    assert_eq!(two.told(1), [friend(Ok(Guard::Secret))]);
    two.ends[1].set(Ok(Guard::Blind));
    two.act(1);
    two.settle();
    assert_eq!(two.told(0), [friend(Ok(Guard::Blind)), Act::Joined]);
    assert_eq!(two.told(1), [Act::Joined]);
    two.ends[0].send(b"ECHO REQ\r\n");
    two.act(0);
    two.settle();
    assert_eq!(two.told(1), [Act::Bytes(b"ECHO REQ\r\n".to_vec())]);
    two.ends[0].set(Err(Off::Unplugged));
    two.act(0);
    two.settle();
    assert_eq!(two.told(0), [Act::Lost(Loss::Here)]);
    assert_eq!(two.told(1), [friend(Err(Off::Unplugged)), Act::Lost(Loss::Friend(Off::Unplugged))]);
    two.ends[0].set(Ok(Guard::Secret));
    two.act(0);
    two.settle();
    assert_eq!((two.told(0), two.told(1)), (vec![Act::Joined], vec![friend(Ok(Guard::Secret)), Act::Joined]));
}

#[test]
fn who_begins_anew_voids_what_is_on_its_way() {
    let mut two = Two::new(Ok(Guard::Raw), Ok(Guard::Raw));
    two.settle();
    two.told = [const { Vec::new() }; 2];
    two.ends[0].send(b"old");
    two.ends[1].send(b"old");
    two.ends[0].anew();
    (0..2).for_each(|who| two.act(who));
    assert_eq!((two.ends[0].room(), two.ends[1].room()), (0, WINDOW - 3));
    two.settle();
    assert_eq!(two.told(0), [Act::Joined]);
    assert_eq!(two.told(1), [Act::Bytes(b"old".to_vec()), Act::Lost(Loss::Anew), Act::Joined]);
    // Both at once.
    two.ends.iter_mut().for_each(End::anew);
    (0..2).for_each(|who| two.act(who));
    two.settle();
    assert_eq!((two.told(0), two.told(1)), (vec![Act::Joined], vec![Act::Joined]));
    assert_eq!(two.ends.each_ref().map(End::room), [WINDOW; 2]);
}

#[test]
fn no_more_is_on_its_way_than_the_window() {
    let mut two = Two::new(Ok(Guard::Raw), Ok(Guard::Raw));
    two.settle();
    let mut got = 0;
    for round in 0..100 {
        let room = two.ends[0].room();
        two.ends[0].send(&vec![7; room]);
        two.act(0);
        two.settle();
        let came =
            two.told(1).iter().map(|act| if let Act::Bytes(bytes) = act { bytes.len() } else { 0 }).sum::<usize>();
        assert_eq!(came, room);
        got += came;
        // The toy takes what came, in odd pieces and never the last of it.
        for piece in [1000, 3000, 7001, round] {
            two.ends[1].taken(piece);
        }
        two.act(1);
        two.settle();
        assert!(round > 90 || two.ends[0].room() > 0);
    }
    assert!(got > 50 * WINDOW / 4, "{got}");
    let over = Word::Bytes(&[0; PIECE]).to_bytes().repeat(5);
    assert_eq!(two.ends[1].receive(&over, NOW), Err(Nonsense));
}

#[test]
fn what_was_never_sent_is_never_taken_and_nobody_begins_anew_for_ever() {
    let joined = || {
        let mut two = Two::new(Ok(Guard::Raw), Ok(Guard::Raw));
        two.settle();
        two
    };
    assert_eq!(joined().ends[0].receive(&Word::Taken(1).to_bytes(), NOW), Err(Nonsense));
    let mut two = joined();
    let on = |mine| Word::On { mine, yours: 1, guard: Guard::Raw }.to_bytes();
    let taken = (2..100).take_while(|mine| two.ends[0].receive(&on(*mine), NOW).is_ok()).count();
    assert!((10..30).contains(&taken), "{taken}");
    let mut two = joined();
    two.act(0);
    for _ in 0..100 {
        two.ends[0].receive(&Word::Stopped { mine: true, why: Stop::Flash }.to_bytes(), NOW).unwrap();
    }
    two.told(0);
    two.act(0);
    assert_eq!(two.told(0), [const { Act::Stopped(false, Stop::Flash) }; 4]);
}

/// Whatever both do, and however late all is: what a toy gets is what the other sent since they were joined, from its
/// beginning and without a gap.
#[test]
fn nothing_old_ever_arrives() {
    let (mut joinings, mut bytes) = (0, 0);
    for seed in 0..300_u64 {
        let mut chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut draw = |below: u64| {
            chance = chance.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            (chance >> 33) % below
        };
        let mut two = Two::new(Ok(Guard::Raw), Err(Off::Switched));
        // What each sent last, and expects next; of one joining all bytes are its number and then count up.
        let (mut next, mut due) = ([0_u8; 2], [None; 2]);
        for _ in 0..400 {
            let who = draw(2) as usize;
            two.now += Duration::from_millis(draw(400));
            match draw(9) {
                0..4 => drop(two.arrive(who)),
                4..7 if two.ends[who].room() > 0 => {
                    let count = draw(300.min(two.ends[who].room() as u64)) as usize;
                    let first = next[who];
                    next[who] = first.wrapping_add(count as u8);
                    let piece: Vec<u8> = (0..count).map(|n| first.wrapping_add(n as u8)).collect();
                    two.ends[who].send(&piece);
                }
                7 if draw(4) == 0 => {
                    let own = [Ok(Guard::Raw), Ok(Guard::Raw), Ok(Guard::Secret), Err(Off::Switched)];
                    two.ends[who].set(own[draw(4) as usize]);
                }
                8 if draw(4) == 0 => two.ends[who].anew(),
                _ => {}
            }
            two.act(who);
            for at in 0..2 {
                for act in two.told(at) {
                    match act {
                        Act::Joined => {
                            joinings += 1;
                            (next[at], due[at]) = (draw(256) as u8, None);
                        }
                        Act::Bytes(came) => {
                            for byte in &came {
                                assert!(due[at].is_none_or(|due| due == *byte), "seed {seed}");
                                due[at] = Some(byte.wrapping_add(1));
                            }
                            bytes += came.len();
                            two.ends[at].taken(came.len());
                            two.act(at);
                        }
                        _ => {}
                    }
                }
            }
        }
        two.ends.iter_mut().for_each(|end| end.set(Ok(Guard::Blind)));
        (0..2).for_each(|who| two.act(who));
        two.now += Duration::from_secs(60);
        two.settle();
        assert_eq!(two.ends.each_ref().map(End::is_joined), [true; 2], "seed {seed}");
    }
    assert!(joinings > 1000 && bytes > 100_000, "{joinings} {bytes}");
}
