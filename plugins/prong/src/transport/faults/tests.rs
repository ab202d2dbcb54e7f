#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use super::super::memory;
use super::*;

fn through(faults: &Faults, seed: u64, bytes: &[u8], piece: usize) -> Vec<u8> {
    let mut lane = Lane::new(faults.clone(), seed);
    let mut out = Vec::new();
    for piece in bytes.chunks(piece) {
        lane.feed(piece, Duration::ZERO);
        while let Some((_, bytes)) = lane.take_due(Duration::MAX) {
            out.extend(bytes);
        }
    }
    out
}

fn bytes(len: usize) -> Vec<u8> {
    let mut random = SplitMix(7);
    (0..len).map(|_| random.next() as u8).collect()
}

fn all() -> Faults {
    Faults { flips: 0.01, bursts: 0.01, losses: 0.01, doubles: 0.01, swaps: 0.01, delays: 0.01, ..Faults::default() }
}

#[test]
fn splitmix_is_the_published_one() {
    // The first three numbers of seed 1234567 in the reference implementation.
    let mut random = SplitMix(1_234_567);
    let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
    assert_eq!([random.next(), random.next(), random.next()], expected);
}

#[test]
fn the_same_seed_and_bytes_give_the_same_line() {
    let sent = bytes(20_000);
    let once = through(&all(), 1, &sent, 20_000);
    assert_ne!(once, sent);
    assert_ne!(once, through(&all(), 2, &sent, 20_000));
    for piece in [1, 7, 4112] {
        assert_eq!(once, through(&all(), 1, &sent, piece));
    }
}

#[test]
fn each_fault_does_what_it_says() {
    let sent = bytes(20_000);
    let none = Faults::default();
    assert_eq!(through(&none, 3, &sent, 100), sent);
    let different = |other: &[u8]| sent.iter().zip(other).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();

    let flipped = through(&Faults { flips: 0.01, ..none.clone() }, 3, &sent, 100);
    assert_eq!(flipped.len(), sent.len());
    assert!((120..300).contains(&different(&flipped)));

    let burst = through(&Faults { bursts: 1e-4, ..none.clone() }, 4, &sent, 100);
    assert!(burst.len() == sent.len() && (2..200).contains(&different(&burst)));

    let lost = through(&Faults { losses: 0.01, ..none.clone() }, 3, &sent, 100);
    assert!(lost.len() < sent.len() - 100);
    let doubled = through(&Faults { doubles: 0.01, ..none.clone() }, 3, &sent, 100);
    assert!(doubled.len() > sent.len() + 100);

    let mut swapped = through(&Faults { swaps: 0.01, ..none.clone() }, 3, &sent, 100);
    assert_ne!(swapped, sent[..swapped.len()]);
    // Nothing is lost but what is still held for a swap.
    assert!(swapped.len() > sent.len() - 32);
    let mut start = sent[..swapped.len() - 32].to_vec();
    let mut counts = [0_i32; 256];
    start.drain(..).for_each(|byte| counts[usize::from(byte)] -= 1);
    swapped.drain(..).for_each(|byte| counts[usize::from(byte)] += 1);
    assert!(counts.iter().sum::<i32>() == 32 && counts.iter().map(|count| count.abs()).sum::<i32>() <= 96);

    let cut = through(&Faults { cut_after: Some(1234), ..none.clone() }, 3, &sent, 100);
    assert_eq!(cut, sent[..1234]);
}

#[test]
fn a_burst_reaches_sixteen_bits_and_no_farther() {
    let mut lengths = std::collections::BTreeSet::new();
    for seed in 0..2000 {
        let mut lane = Lane::new(Faults { bursts: 1.0, ..Faults::default() }, seed);
        lane.feed(&[0], Duration::ZERO);
        lane.faults.bursts = 0.0;
        lane.feed(&[0; 7], Duration::ZERO);
        let got: Vec<u8> = std::iter::from_fn(|| lane.take_due(Duration::MAX)).flat_map(|(_, bytes)| bytes).collect();
        let bits: Vec<usize> = (0..64).filter(|bit| got[bit / 8] >> (bit % 8) & 1 != 0).collect();
        lengths.insert(bits[bits.len() - 1] - bits[0] + 1);
    }
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), (2..=16).collect::<Vec<_>>());
}

#[test]
fn delays_keep_the_order_and_hold_the_bytes_back() {
    let faults = Faults { delays: 0.02, delay: Duration::from_millis(20), ..Faults::default() };
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let mut near = Faulty::new(near, faults.clone(), Faults::default(), 5, clock);
    let sent = bytes(500);
    let mut lane = Lane::new(faults, SplitMix(5).next());
    lane.feed(&sent, Duration::ZERO);
    let shortest = lane.stalled;
    assert!(shortest > Duration::from_millis(10), "{shortest:?}");
    let start = clock.now();
    near.send(&sent).unwrap();
    near.flush(Duration::from_secs(20)).unwrap();
    assert!(clock.now() - start >= shortest);
    let mut got = Vec::new();
    while let Some(Arrival::Bytes { bytes, .. }) = far.next(Duration::ZERO).unwrap() {
        got.extend(bytes);
    }
    assert_eq!(got, sent);
}

#[test]
fn works_in_both_directions_and_a_purge_does_not_move_the_draws() {
    let clock = Clock::start();
    let faults = Faults { flips: 0.05, ..Faults::default() };
    let sent = bytes(1000);
    let mut seeds = SplitMix(9);
    let _ = seeds.next();
    let expected = through(&faults, seeds.next(), &sent, 1000);
    for purge in [0, 300, 600] {
        let (near, mut far) = memory::pair(clock);
        let mut near = Faulty::new(near, Faults::default(), faults.clone(), 9, clock);
        far.send(&sent[..purge]).unwrap();
        near.purge();
        assert_eq!(near.next(Duration::ZERO).unwrap(), None);
        far.send(&sent[purge..]).unwrap();
        let Some(Arrival::Bytes { bytes, .. }) = near.next(Duration::ZERO).unwrap() else { panic!("nothing came") };
        assert_eq!(bytes, expected[purge..]);
    }
}

#[test]
fn a_side_that_never_reads_clogs_and_a_loss_is_told_all_the_same() {
    let clock = Clock::start();
    let (near, mut far) = memory::pair(clock);
    let deaf = Faults { never_read: true, ..Faults::default() };
    let mut near = Faulty::new(near, deaf, Faults::default(), 1, clock);
    assert_eq!((0..100).take_while(|_| near.send(&[0; 4112]).is_ok()).count(), 15);
    assert!(matches!(near.flush(Duration::ZERO), Err(TransportError::Clogged(_))));
    assert_eq!(far.next(Duration::ZERO).unwrap(), None);
    drop(far);
    assert!(matches!(near.next(Duration::ZERO).unwrap(), Some(Arrival::Lost { .. })));
}
