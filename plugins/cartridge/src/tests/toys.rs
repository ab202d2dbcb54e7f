use crate::{ChipKind, Kind, Source, TOYS, find_toy, models};

/// Every group of facts that an entry has, by name.
fn groups(toy: &crate::Toy) -> Vec<&'static str> {
    let image = toy.image.crc32.is_some() || toy.image.sha1.is_some() || toy.image.sha256.is_some();
    let candidates = [
        (true, "chip"),
        (image, "image checksums"),
        (!toy.patched.is_empty(), "patched copies"),
        (toy.region.is_some(), "code checksum"),
        (toy.first_word.is_some(), "first word"),
        (toy.year.is_some(), "year"),
        (true, "buttons"),
        (true, "LCD"),
        (!toy.wiring.icons[0].is_empty(), "icon meanings"),
        (toy.wiring.model.icons[0].is_some(), "icon pins"),
        (toy.wiring.link.is_some(), "link"),
        (!toy.wiring.lamps.is_empty(), "lamps"),
        (toy.chip == ChipKind::S48, "OSC3 frequency"),
    ];
    candidates.into_iter().filter(|(has, _)| *has).map(|(_, group)| group).collect()
}

#[test]
fn every_group_of_facts_has_a_source_and_one_source_is_marked() {
    for toy in &TOYS {
        for group in groups(toy) {
            assert!(toy.proof(group).is_some(), "{}: who says {group}?", toy.id);
        }
        let mut seen = Vec::new();
        for proof in toy.proofs() {
            assert!(!proof.sources.is_empty(), "{}: {}", toy.id, proof.group);
            assert!(!seen.contains(&proof.group), "{}: {} twice", toy.id, proof.group);
            seen.push(proof.group);
            assert!(proof.unverified || proof.sources.len() > 1, "{}: {}", toy.id, proof.group);
            for (n, source) in proof.sources.iter().enumerate() {
                assert!(!proof.sources[..n].contains(source), "{}: {}", toy.id, proof.group);
            }
        }
    }
}

#[test]
fn what_only_one_source_says_is_marked() {
    let unverified = |id: &str, group: &str| find_toy(id).unwrap().proof(group).unwrap().unverified;
    for toy in TOYS.iter().filter(|toy| toy.first_word.is_some()) {
        assert!(unverified(toy.id, "first word"), "{}", toy.id);
    }
    for id in ["p1-japan", "morino", "umino", "genjintch", "tamaotch", "digimon-2", "p1-test"] {
        assert!(unverified(id, "image checksums"), "{id}");
    }
    for id in ["p1", "p2", "angel", "mothra", "digimon-1"] {
        assert!(!unverified(id, "image checksums"), "{id}");
        assert!(!unverified(id, "LCD"), "{id}");
    }
    for (id, group) in [("yasashii", "chip"), ("yasashii", "LCD"), ("genjintch", "sensor"), ("tamaotch", "icon pins")] {
        assert!(unverified(id, group), "{id}: {group}");
    }
    assert_eq!(find_toy("yasashii").unwrap().proof("LCD").unwrap().sources, [Source::BrickEmuPy]);
    assert!(!unverified("digimon-3", "link") && !unverified("umino", "icon pins"));
}

#[test]
fn the_table_is_sound() {
    let hex = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    for (n, toy) in TOYS.iter().enumerate() {
        assert!(
            !toy.name.is_empty() && toy.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        );
        for other in &TOYS[..n] {
            assert_ne!(toy.id, other.id);
            assert!(toy.image.crc32.is_none() || toy.image.crc32 != other.image.crc32, "{}", toy.id);
            assert!(toy.image.sha1.is_none() || toy.image.sha1 != other.image.sha1, "{}", toy.id);
            assert!(toy.region.is_none() || toy.region != other.region, "{}", toy.id);
        }
        assert!(toy.image.sha1.is_none_or(|sha1| hex(sha1, 40)), "{}", toy.id);
        assert!(toy.image.sha256.is_none_or(|sha256| hex(sha256, 64)), "{}", toy.id);
        assert!(toy.patched.iter().all(|(sha256, how)| hex(sha256, 64) && !how.is_empty()), "{}", toy.id);
        assert!(toy.first_word.is_none_or(|word| word <= 0xfff));
        assert!(toy.year.is_none_or(|year| (1996..=1998).contains(&year)));
        let ram = if toy.chip == ChipKind::S46 { 640 } else { 768 };
        assert_eq!(toy.wiring.model.ram_nibbles, ram, "{}", toy.id);
        assert!(models::find(toy.wiring.model.name).is_some());
    }
    assert_eq!(TOYS.iter().filter(|toy| toy.kind == Kind::Pet).count(), 15);
    assert!(find_toy("p1").is_some() && find_toy("none").is_none());
}
