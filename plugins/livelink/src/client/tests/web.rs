//! Requests: sessions, errors, and answers that are none.

use super::*;
use house::{Asked, Reply};
use std::time::Instant;

const SESSION: &str =
    r#"{"account":"00112233445566778899aabbccddeeff","name":"Anna","role":"member","strong":true,"since":1}"#;

fn cookie(asked: &Asked) -> Option<String> {
    asked.header("cookie").map(str::to_owned)
}

fn signing_in() -> Behaviour {
    Behaviour::new(|asked| match asked.line.as_str() {
        "POST /api/v1/session HTTP/1.1" if asked.json()["password"] == "wrong" => {
            Reply::problem(401, r#"{"title":"Unauthorized","detail":"the name or the password is wrong"}"#)
        }
        "POST /api/v1/session HTTP/1.1" => Reply::Answer(
            200,
            "set-cookie: other=1; Path=/\r\nset-cookie: __Host-egg=first; Secure; HttpOnly; Path=/\r\n",
            SESSION.into(),
        ),
        "POST /api/v1/session/again HTTP/1.1" => {
            Reply::Answer(200, "set-cookie: __Host-egg=second; Secure; HttpOnly; Path=/\r\n", SESSION.into())
        }
        "GET /api/v1/session HTTP/1.1" if asked.header("cookie").is_none() => Reply::problem(401, "{}"),
        "GET /api/v1/session HTTP/1.1" => Reply::json(200, SESSION),
        "DELETE /api/v1/session HTTP/1.1" => {
            Reply::Answer(204, "set-cookie: __Host-egg=; Max-Age=0; Secure; HttpOnly; Path=/\r\n", vec![])
        }
        "GET /api/v1/toys HTTP/1.1" => Reply::problem(401, r#"{"detail":"sign in"}"#),
        other => panic!("{other} is not expected"),
    })
}

#[test]
fn a_session_is_kept_renewed_and_ended() {
    let Known { house, daycare, pins, _folder } = known(signing_in());
    assert_eq!(now(daycare.session()), Ok(None));
    let refused = now(daycare.sign_in("Anna", "wrong")).unwrap_err();
    assert_eq!((refused.status(), refused.to_string().as_str()), (Some(401), "the name or the password is wrong"));

    assert_eq!(now(daycare.sign_in("Anna", "right")).unwrap().name, "Anna");
    let asked = house.last();
    assert_eq!(asked.json(), serde_json::json!({"name": "Anna", "password": "right"}));
    assert_eq!((asked.header("x-eggtooth"), cookie(&asked)), (Some("1"), None));
    assert_eq!((asked.header("origin"), asked.header("referer")), (None, None));

    now(daycare.session()).unwrap().unwrap();
    assert_eq!(cookie(&house.last()).as_deref(), Some("__Host-egg=first"));
    now(daycare.sign_in_again("right")).unwrap();
    assert_eq!(house.last().json(), serde_json::json!({"password": "right"}));
    // The next start of the program.
    let daycare = Daycare::open(&house.address(), pins.clone()).unwrap();
    now(daycare.session()).unwrap().unwrap();
    assert_eq!(cookie(&house.last()).as_deref(), Some("__Host-egg=second"));
    assert_eq!(pins.known().unwrap(), [(house.address(), Some("Anna".to_owned()))]);
    for shown in [format!("{daycare:?}"), format!("{pins:?}"), format!("{:?}", daycare.live(Id([1; 16])).unwrap())] {
        assert!(!shown.contains("second"), "{shown}");
    }

    now(daycare.sign_out()).unwrap();
    assert_eq!(now(daycare.session()), Ok(None));
    assert_eq!(cookie(&house.last()), None);
    assert!(!std::fs::read_to_string(_folder.path().join(Pins::FILE)).unwrap().contains("second"));
}

#[test]
fn a_session_that_the_daycare_ended_is_forgotten() {
    let Known { house, daycare, pins, _folder } = known(signing_in());
    now(daycare.sign_in("Anna", "right")).unwrap();
    let error = now(daycare.toys()).unwrap_err();
    assert_eq!(error, ClientError::SignedOut { url: house.address().url() });
    assert!(pins.session(&house.address()).unwrap().is_none());
    // And a new authority ends a session, too.
    now(daycare.sign_in("Anna", "right")).unwrap();
    let other = House::start(signing_in());
    pins.confirm(&house.address(), &other.authority()).unwrap();
    assert!(pins.session(&house.address()).unwrap().is_none());
}

#[test]
fn a_strange_cookie_is_not_kept() {
    for bad in ["__Host-egg=a\tb", "__Host-egg=\"a\"", "__Host-egg=a,b"] {
        let line: &'static str = Box::leak(format!("set-cookie: {bad}; Path=/\r\n").into_boxed_str());
        let Known { house, daycare, pins, _folder } =
            known(Behaviour::new(move |_| Reply::Answer(200, line, SESSION.into())));
        assert_eq!(
            now(daycare.sign_in("Anna", "right")),
            Err(ClientError::Answer { url: house.address().url() }),
            "{bad}"
        );
        assert!(pins.session(&house.address()).unwrap().is_none());
    }
}

#[test]
fn without_tls_only_this_machine_is_asked_and_its_cookie_has_another_name() {
    let plain = Behaviour::new(|_| Reply::Answer(200, "set-cookie: egg=plain; HttpOnly; Path=/\r\n", SESSION.into()));
    let Known { house, daycare, pins, _folder } = known(Behaviour { tls: false, ..plain });
    now(daycare.sign_in("Anna", "right")).unwrap();
    assert_eq!(pins.session(&house.address()).unwrap().unwrap().as_str(), "egg=plain");
    assert_eq!(house.last().header("x-eggtooth"), Some("1"));
}

#[test]
fn toys_are_read_and_asked_for() {
    let toy = r#"{"id":"000102030405060708090a0b0c0d0e0f","name":"Pip","owner":"Anna","standing":"owner",
        "rom":{"key":"ff0102030405060708090a0b0c0d0e0f","name":"Pip"},"model":"E0C6S46","theme":"meadow","sound":true,
        "mercy_hours":8,"created":5,"tick":32768,"news":1,"condition":{"running":true,"catching_up":false,
        "calling":true,"asleep":false,"broken":false,"leaving":false,"watchers":2}}"#;
    let of_others = toy.replace("owner\",\n", "viewer\",\n").replace(r#""mercy_hours":8"#, r#""mercy_hours":null"#);
    let both = format!("[{toy},{of_others}]");
    let Known { house, daycare, .. } = known(Behaviour::new(move |asked| match asked.line.as_str() {
        "GET /api/v1/toys HTTP/1.1" => Reply::json(200, &both),
        "POST /api/v1/toys HTTP/1.1" => Reply::json(201, toy),
        line if line.starts_with("POST /api/v1/roms?name=") => {
            Reply::json(201, r#"{"key":"ff0102030405060708090a0b0c0d0e0f","name":"x","created":1,"known":null}"#)
        }
        _ => Reply::Answer(204, "", vec![]),
    }));
    let toys = now(daycare.toys()).unwrap();
    assert_eq!(toys[0].standing, crate::message::Standing::Owner);
    assert_eq!((toys[1].standing, toys[1].mercy_hours), (crate::message::Standing::Viewer, None));
    assert_eq!((toys[0].mercy_hours, toys[0].condition.calling, toys[0].tick), (Some(8), true, 32_768));

    let id = toys[0].id;
    let made = now(daycare.create(&NewToy { name: "Pip".to_owned(), rom: None, theme: None })).unwrap();
    assert_eq!((made.id, house.last().json()), (id, serde_json::json!({"name": "Pip"})));
    now(daycare.change(id, &Change { sound: Some(false), ..Change::default() })).unwrap();
    assert_eq!(house.last().json(), serde_json::json!({"sound": false}));
    now(daycare.run(id, true)).unwrap();
    now(daycare.run(id, false)).unwrap();
    now(daycare.reset(id)).unwrap();
    now(daycare.set_clock(id)).unwrap();
    now(daycare.delete(id)).unwrap();
    now(daycare.add_rom("Ä b/c", &[0; 3])).unwrap();
    let asked = house.asked();
    let lines: Vec<&str> = asked[2..].iter().map(|asked| asked.line.trim_end_matches(" HTTP/1.1")).collect();
    let path = "/api/v1/toys/000102030405060708090a0b0c0d0e0f";
    assert_eq!(
        lines,
        [
            format!("PATCH {path}"),
            format!("POST {path}/start"),
            format!("POST {path}/pause"),
            format!("POST {path}/reset"),
            format!("POST {path}/clock"),
            format!("DELETE {path}"),
            "POST /api/v1/roms?name=%C3%84%20b%2Fc".to_owned(),
        ]
    );
    assert_eq!(
        (house.last().header("content-type"), house.last().body),
        (Some("application/octet-stream"), vec![0; 3])
    );
    assert!(asked.iter().all(|asked| asked.header("x-eggtooth") == Some("1")));
}

#[test]
fn a_refusal_is_the_daycares_own_sentence() {
    let says = |status, headers, body: &'static str| {
        let error = now(known(Behaviour::new(move |_| Reply::Answer(status, headers, body.into()))).daycare.toys());
        error.unwrap_err()
    };
    let error = says(429, "retry-after: 12\r\n", r#"{"title":"Too many","detail":"wait a little"}"#);
    let after = Some(Duration::from_secs(12));
    assert_eq!(error, ClientError::Refused { status: 429, detail: "wait a little".to_owned(), after });
    assert_eq!(says(403, "", r#"{"title":"Sign in again"}"#).to_string(), "Sign in again");
    assert_eq!(says(404, "", r#"{"detail":"\u001b[2Jno\u0000"}"#).to_string(), " [2Jno ");
    let (nothing, error) = ("the daycare refuses, with the status 500 and no reason", says(500, "", "<html>"));
    assert_eq!((error.to_string().as_str(), error.is_unknown()), (nothing, true));
    assert!(!says(409, "", "{}").is_unknown());
    // Another place is no answer, and nobody goes there.
    assert_eq!(says(302, "location: https://elsewhere.example/\r\n", "").status(), Some(302));
    let long: &'static str = Box::leak(format!(r#"{{"detail":"{}"}}"#, "x".repeat(5000)).into_boxed_str());
    assert_eq!(says(400, "", long).to_string().len(), 300);
}

#[test]
fn answers_that_are_none_are_refused() {
    let toys = |reply: fn() -> Reply| now(known(Behaviour::new(move |_| reply())).daycare.toys()).unwrap_err();
    for reply in [
        || Reply::json(200, "[{}]"),
        || Reply::json(200, "{"),
        || Reply::Raw(b"SSH-2.0-garbage\r\n\r\n".to_vec()),
        || Reply::Answer(200, "", vec![b' '; (1 << 20) + 2]),
        || Reply::Answer(200, Box::leak(format!("x: {}\r\n", "y".repeat(40_000)).into_boxed_str()), vec![]),
    ] {
        let error = toys(reply);
        assert!(matches!(error, ClientError::Answer { .. }), "{error:?}");
    }
    for reply in [|| Reply::Raw(vec![]), || Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n[".to_vec())] {
        let error = toys(reply);
        assert!(matches!(error, ClientError::Unreachable { .. } | ClientError::Answer { .. }), "{error:?}");
        assert!(error.is_unknown());
    }
}

#[test]
fn a_daycare_that_hangs_is_left() {
    for said in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-len", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n["] {
        let hangs = Behaviour::new(move |_| Reply::Hang(said.to_vec()));
        let Known { daycare, .. } = &known_with(hangs, Duration::from_millis(300));
        let start = Instant::now();
        let error = now(daycare.toys()).unwrap_err();
        assert!(
            matches!(&error, ClientError::Unreachable { reason, .. } if reason == "no answer in time"),
            "{error:?}"
        );
        assert!(start.elapsed() < LONG);
    }
    // Not even TLS.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address: Address = format!("https://{}", listener.local_addr().unwrap()).parse().unwrap();
    let Known { house, pins, _folder, .. } = known(signing_in());
    pins.confirm(&address, &house.authority()).unwrap();
    let daycare = Daycare::open_with(&address, pins, Duration::from_millis(300)).unwrap();
    let error = now(daycare.toys()).unwrap_err();
    assert!(matches!(&error, ClientError::Unreachable { reason, .. } if reason == "no answer in time"), "{error:?}");
}

#[test]
fn setting_a_clock_may_take_longer_than_anything_else() {
    use std::sync::{Mutex, mpsc};
    let ((came, comes), (go, gone)) = (mpsc::channel(), mpsc::channel::<()>());
    let gone = Mutex::new(gone);
    let behaviour = Behaviour::new(move |asked| match asked.line.as_str() {
        line if line.ends_with("/clock HTTP/1.1") => {
            came.send(()).unwrap();
            gone.lock().unwrap().recv_timeout(LONG).unwrap();
            Reply::Answer(204, "", vec![])
        }
        _ => Reply::Hang(vec![]),
    });
    let Known { daycare, house: _house, .. } = known_with(behaviour, std::time::Duration::from_millis(300));
    let other = daycare.clone();
    let setting = std::thread::spawn(move || now(other.set_clock(Id([1; 16]))));
    comes.recv_timeout(LONG).unwrap();
    // Asked later, given up earlier.
    assert!(matches!(now(daycare.toys()), Err(ClientError::Unreachable { .. })));
    go.send(()).unwrap();
    assert_eq!(setting.join().unwrap(), Ok(()));
}

#[test]
fn a_password_that_is_wanted_once_more_is_an_error_of_its_own() {
    let titled = |title: &str| {
        let body = serde_json::json!({"title": title, "status": 403, "detail": "the password once more"}).to_string();
        let known = known(Behaviour::new(move |_| Reply::problem(403, &body)));
        now(known.daycare.leave(Id([1; 16]), Id([2; 16]))).unwrap_err()
    };
    let error = titled("Sign in again");
    assert_eq!(error, ClientError::Again { detail: "the password once more".to_owned() });
    assert_eq!((error.status(), error.is_unknown()), (Some(403), false));
    assert!(matches!(titled("Not allowed"), ClientError::Refused { status: 403, .. }));
}
