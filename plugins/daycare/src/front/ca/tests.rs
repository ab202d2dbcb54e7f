#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

const NOW: Millis = 1_800_000_000_000;

fn wanted(names: &[&str]) -> BTreeSet<Name> {
    names.iter().map(|name| name.parse::<crate::front::names::PublicName>().unwrap().name).collect()
}

fn leaf_facts(pem: &str) -> Facts {
    Facts::read(&CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap()
}

fn made(places: &Places, names: &[&str], now: Millis) -> (Zeroizing<String>, Authority) {
    ready(places, "nest", &wanted(names), now).unwrap()
}

fn empty() -> (tempfile::TempDir, Places) {
    let place = tempfile::tempdir().unwrap();
    let places = Places::new(Some(place.path())).unwrap();
    (place, places)
}

#[test]
fn the_first_start_makes_an_authority_of_ten_years_and_a_certificate_of_one() {
    let (_place, places) = empty();
    let (leaf, authority) = made(&places, &["localhost", "192.0.2.1", "2001:db8::1"], NOW);
    let facts = leaf_facts(&leaf);
    assert_eq!(facts.names, wanted(&["localhost", "192.0.2.1", "2001:db8::1"]));
    assert_eq!((facts.from, facts.until), (NOW - DAY, NOW + YEAR));
    assert!(!facts.is_root);
    let ca = leaf_facts(&authority.pem);
    assert!(ca.is_root && ca.names.is_empty());
    assert_eq!((ca.until - NOW) / DAY, 3653);
    assert_eq!(facts.issuer, ca.subject);
    assert_eq!(authority.fingerprint.len(), 32 * 3 - 1);
    assert!(!authority.pem.contains("PRIVATE"));
    #[cfg(unix)]
    for name in ["ca.key", "leaf.pem"] {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(places.tls().join(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_good_certificate_stays_as_it_is() {
    let (_place, places) = empty();
    let first = made(&places, &["localhost", "nest"], NOW);
    assert_eq!(made(&places, &["localhost"], NOW + YEAR - RENEW), first);
}

#[test]
fn it_is_renewed_before_it_expires_and_when_a_name_is_missing_and_the_authority_stays() {
    let (_place, places) = empty();
    let (first, authority) = made(&places, &["localhost"], NOW);
    let (renewed, same) = made(&places, &["localhost"], NOW + YEAR - RENEW + 1000);
    assert_ne!(renewed, first);
    assert_eq!(same, authority);
    let (other, same) = made(&places, &["localhost", "192.0.2.9"], NOW + YEAR);
    assert_ne!(other, renewed);
    assert_eq!(same, authority);
    assert!(leaf_facts(&other).names.is_superset(&wanted(&["192.0.2.9"])));
}

#[test]
fn it_never_outlives_the_authority_and_is_not_made_anew_at_every_start_of_its_last_month() {
    let (_place, places) = empty();
    let (_, authority) = made(&places, &["localhost"], NOW);
    let end = leaf_facts(&authority.pem).until;
    let (last, _) = made(&places, &["localhost"], end - 10 * DAY);
    assert_eq!(leaf_facts(&last).until, end);
    assert_eq!(made(&places, &["localhost"], end - DAY).0, last);
    let error = ready(&places, "nest", &wanted(&["localhost"]), end + 1000).unwrap_err().to_string();
    assert!(error.contains("expired"), "{error}");
}

#[test]
fn an_interrupted_start_is_finished() {
    let (_place, places) = empty();
    made(&places, &["localhost"], NOW);
    fs::remove_file(places.tls().join("ca.pem")).unwrap();
    let (leaf, authority) = made(&places, &["localhost"], NOW);
    assert_eq!(leaf_facts(&leaf).issuer, leaf_facts(&authority.pem).subject);
    for bytes in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(places.tls().join("leaf.pem"), bytes).unwrap();
        leaf_facts(&made(&places, &["localhost"], NOW).0);
    }
}

#[test]
fn a_certificate_with_another_key_behind_it_is_made_anew() {
    let (_place, places) = empty();
    let (first, _) = made(&places, &["localhost"], NOW);
    let (certificate, _) = first.split_once("-----BEGIN PRIVATE").unwrap();
    fs::write(places.tls().join("leaf.pem"), [certificate, &generate().unwrap().serialize_pem()].concat()).unwrap();
    assert_ne!(made(&places, &["localhost"], NOW).0, first);
}

#[test]
fn an_authority_is_never_replaced_unasked() {
    let (_place, places) = empty();
    made(&places, &["localhost"], NOW);
    let key = fs::read(places.tls().join("ca.key")).unwrap();
    let fails = |why: &str| {
        let error = ready(&places, "nest", &wanted(&["localhost"]), NOW).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    };
    fs::remove_file(places.tls().join("ca.key")).unwrap();
    fails("do not belong together");
    fs::write(places.tls().join("ca.key"), "nonsense").unwrap();
    fails("it is no key");
    fs::write(places.tls().join("ca.key"), generate().unwrap().serialize_pem()).unwrap();
    fails("do not belong together");
    fs::write(places.tls().join("ca.key"), key).unwrap();
    made(&places, &["localhost"], NOW);
}
