//! Engines and acts by chance.

use proptest::prelude::*;

use crate::player::{Act, LINES, SIZES, Setup};

impl Arbitrary for Setup {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), 0..600_u32)
            .prop_map(|(strict, hold_on, rate, yields, chosen)| Self { strict, hold_on, rate, yields, chosen })
            .boxed()
    }
}

impl Arbitrary for Act {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let chunk = (0..SIZES.len(), 0..3_usize, 0..3_u8, prop::bool::weighted(0.2), 0..2_u32).prop_flat_map(
            |(size, index, kind, set, session)| {
                let flip = prop::option::of((0..4112_usize, 1..=255_u8));
                (flip, prop_oneof![4 => Just(9999), 1 => 0..4112_usize]).prop_map(move |(flip, keep)| Act::Chunk {
                    size: SIZES[size],
                    index,
                    kind,
                    set,
                    session,
                    flip,
                    keep,
                })
            },
        );
        let edges = [1, 49_999, 50_000, 100_000, 500_000, 1_999_999, 2_000_000, 4_500_000, 5_000_000, 7_000_000];
        let time = prop_oneof![prop::sample::select(edges.to_vec()), 0..3_000_000_u64, 0..40_000_000_u64];
        prop_oneof![
            1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Act::Bytes),
            12 => (0..LINES.len()).prop_map(Act::Line),
            3 => chunk,
            6 => Just(Act::Due),
            1 => Just(Act::DueTwice),
            6 => (time, any::<bool>()).prop_map(|(time, told)| Act::Time(time, told)),
            1 => Just(Act::Backwards),
            1 => prop::bool::weighted(0.3).prop_map(|lost| if lost { Act::Lost } else { Act::Reset }),
            4 => (0..3_u8, 0..SIZES.len(), prop::bool::weighted(0.2)).prop_map(|(kind, size, set)| Act::Send(kind, size, set)),
            6 => (0..3_u8, 0..3_u8, any::<bool>()).prop_map(|(kind, hold, small)| Act::Listen(kind, hold, small)),
            2 => Just(Act::Echo),
            1 => Just(Act::Say),
            3 => prop::bool::weighted(0.8).prop_map(Act::Answer),
            2 => Just(Act::Cancel),
        ]
        .boxed()
    }
}
