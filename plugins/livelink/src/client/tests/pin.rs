//! First contact, pins, and strangers.

use std::io::Write;
use std::net::{TcpListener, TcpStream};

use super::*;
use house::Reply;

const HELLO: &str = r#"{"version":"0.1.0","name":"Egghouse","set_up":true,"secure":true}"#;

fn polite() -> Behaviour {
    Behaviour::new(|asked| match asked.line.as_str() {
        "GET /api/v1/hello HTTP/1.1" => Reply::json(200, HELLO),
        other => panic!("{other} is not expected"),
    })
}

fn pins() -> (tempfile::TempDir, Arc<Pins>) {
    let folder = tempfile::tempdir().unwrap();
    let pins = Arc::new(Pins::new(folder.path()));
    (folder, pins)
}

#[test]
fn a_daycare_is_met_confirmed_and_remembered() {
    let house = House::start(polite());
    let (folder, pins) = pins();
    let address = house.address();
    let unknown = Daycare::open(&address, pins.clone()).unwrap_err();
    assert_eq!(unknown, ClientError::Unconfirmed { url: address.url() });

    let met = first_contact(&address).unwrap();
    assert_eq!((&met.authority, met.fingerprint), (&house.authority(), house.authority().fingerprint()));
    assert_eq!((met.hello.name.as_str(), met.expected), ("Egghouse", false));
    assert!(pins.known().unwrap().is_empty(), "nothing is kept before the player has confirmed");

    pins.confirm(&address, &met.authority).unwrap();
    assert_eq!(pins.known().unwrap(), [(address.clone(), None)]);
    let again = Arc::new(Pins::new(folder.path()));
    assert_eq!(now(Daycare::open(&address, again.clone()).unwrap().hello()).unwrap().name, "Egghouse");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(Pins::FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    again.forget(&address).unwrap();
    assert!(Daycare::open(&address, pins).is_err());
}

#[test]
fn a_fingerprint_in_the_address_is_held_against_what_is_shown() {
    let house = House::start(polite());
    let right = house.authority().fingerprint();
    let with =
        |fingerprint: Fingerprint| -> Address { format!("{}#{fingerprint}", house.address().url()).parse().unwrap() };
    assert!(first_contact(&with(right)).unwrap().expected);
    let wrong = Fingerprint([7; 32]);
    let error = first_contact(&with(wrong)).unwrap_err();
    let url = house.address().url();
    assert_eq!(error, ClientError::Fingerprint { url, expected: wrong, shown: right });
    assert_eq!(right.to_string().parse(), Ok(right));
    assert_eq!(right.to_string().replace(':', "").to_lowercase().parse(), Ok(right));
}

#[test]
fn another_authority_is_refused_before_anything_is_said() {
    let Known { house, daycare, .. } = known(polite());
    now(daycare.hello()).unwrap();
    // Somebody else between: the same answers, another authority.
    let other = House::start(polite());
    let (_folder, pins) = pins();
    pins.confirm(&other.address(), &house.authority()).unwrap();
    let daycare = Daycare::open(&other.address(), pins.clone()).unwrap();
    let error = now(daycare.sign_in("Anna", "a secret of hers")).unwrap_err();
    let url = other.address().url();
    assert_eq!(error, ClientError::Stranger { url, pinned: house.authority().fingerprint() });
    assert!(error.to_string().contains("another certificate than the one you confirmed"), "{error}");
    assert!(error.to_string().contains(&house.authority().fingerprint().to_string()));
    assert!(other.asked().is_empty(), "no word reached the stranger");
    // It was set up anew, says the player.
    pins.confirm(&other.address(), &first_contact(&other.address()).unwrap().authority).unwrap();
    now(Daycare::open(&other.address(), pins).unwrap().hello()).unwrap();
}

#[test]
fn a_certificate_for_others_or_of_the_past_is_refused() {
    let names = Behaviour { names: vec!["elsewhere.example".to_owned()], ..polite() };
    let error = now(known(names).daycare.hello()).unwrap_err();
    assert!(
        matches!(&error, ClientError::Certificate { reason, .. } if reason == "it is for other names"),
        "{error:?}"
    );
    let past = Behaviour { until: 2001, ..polite() };
    let error = now(known(past).daycare.hello()).unwrap_err();
    assert!(matches!(&error, ClientError::Certificate { reason, .. } if reason == "it has expired"), "{error:?}");
}

#[test]
fn who_is_no_daycare_is_told_apart() {
    // Some other server, which says so at once.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let as_tls: Address = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        // Until the client goes: a reset could overtake the answer.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let error = first_contact(&as_tls).unwrap_err();
    assert!(matches!(&error, ClientError::Unreachable { reason, .. } if reason.contains("TLS")), "{error:?}");
    // Nobody.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let nobody: Address = format!("https://127.0.0.1:{port}").parse().unwrap();
    let error = first_contact(&nobody).unwrap_err();
    assert!(matches!(&error, ClientError::Unreachable { reason, .. } if reason == "nobody listens there"), "{error:?}");
    assert!(error.is_unknown());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn only_one_certificate_makes_an_authority() {
    let house = House::start(polite());
    let der = house.authority().der().to_vec();
    for bad in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xFF\x00"] {
        assert_eq!(Authority::from_pem(bad), None);
    }
    assert_eq!(Authority::from_der(der[1..].to_vec()), None);
    let mut pem = house::pem(&house.authority());
    assert_eq!(Authority::from_pem(&pem), Some(house.authority()));
    pem.extend_from_within(..);
    assert_eq!(Authority::from_pem(&pem), None);
}

#[test]
fn a_damaged_file_is_named_and_not_overwritten() {
    let (folder, pins) = pins();
    let path = folder.path().join(Pins::FILE);
    let house = House::start(polite());
    for damaged in [&b"session = = secret"[..], b"\xFF", &vec![b' '; (1 << 20) + 1]] {
        std::fs::write(&path, damaged).unwrap();
        let error = pins.confirm(&house.address(), &house.authority()).unwrap_err();
        assert!(matches!(&error, ClientError::File(_)) && !error.to_string().contains("secret"), "{error}");
        assert!(error.to_string().contains("daycares.toml") && std::fs::read(&path).unwrap() == damaged);
    }
    std::fs::write(&path, "[daycare.\"https://egg\"]\nauthority = \"AAAA\"\n").unwrap();
    let error = Daycare::open(&"https://egg".parse().unwrap(), pins).unwrap_err();
    assert!(error.to_string().contains("a certificate that is none"), "{error}");
}
