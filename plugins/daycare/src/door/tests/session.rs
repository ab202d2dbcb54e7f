use super::*;

#[tokio::test]
async fn a_cookie_from_before_is_never_adopted() {
    let (fixture, _) = Fixture::with_admin(generous()).await;
    let planted = format!("__Host-egg={}", "ab".repeat(32));
    let body = json!({"name": "Ada", "password": PASSWORD});
    let reply = fixture.post("/session").cookie(&planted).json(&body).send().await;
    assert_eq!(reply.status, OK);
    let cookie = reply.cookie.unwrap();
    assert_ne!(cookie, planted);
    assert_eq!(fixture.get("/session").cookie(&planted).send().await.status, 401);
    assert_eq!(fixture.get("/session").cookie(&cookie).send().await.status, OK);
}

#[tokio::test]
async fn signing_in_over_another_session_ends_that_one() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let body = json!({"name": "Ada", "password": PASSWORD});
    let reply = fixture.post("/session").cookie(&bob).json(&body).send().await;
    let cookie = reply.cookie.unwrap();
    assert_eq!(fixture.get("/session").cookie(&cookie).send().await.body["name"], "Ada");
    assert_eq!(fixture.get("/session").cookie(&bob).send().await.status, 401);
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, OK, "her other session goes on");
}

#[tokio::test]
async fn only_the_hash_of_a_cookie_is_kept() {
    let (fixture, cookie) = Fixture::with_admin(generous()).await;
    let digits = cookie.split_once('=').unwrap().1;
    let raw: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
    let hash = super::super::secret::digest(&raw);
    assert!(fixture.store.session(&hash).unwrap().is_some());
    let mut read = 0;
    for file in std::fs::read_dir(fixture.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        read += bytes.len();
        for secret in [raw.as_slice(), digits.as_bytes(), PASSWORD.as_bytes()] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        }
    }
    assert!(read > 4096, "the store was among what was read");
}

#[tokio::test]
async fn it_ends_after_a_week_without_use_and_after_thirty_days_at_all() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let status = async |cookie: &str| fixture.get("/session").cookie(cookie).send().await.status;
    let unused = fixture.sign_in("Ada").await.cookie.unwrap();
    fixture.clock.step(7 * DAY - MINUTE);
    assert_eq!(status(&ada).await, OK);
    fixture.clock.step(MINUTE);
    assert_eq!((status(&ada).await, status(&unused).await), (OK, 401));
    for _ in 0..3 {
        fixture.clock.step(7 * DAY - 10 * MINUTE);
        assert_eq!(status(&ada).await, OK);
    }
    fixture.clock.step(2 * DAY + 29 * MINUTE);
    assert_eq!(status(&ada).await, OK, "30 days less a minute");
    fixture.clock.step(MINUTE);
    assert_eq!(status(&ada).await, 401, "30 days");
}

#[tokio::test]
async fn going_on_with_the_password_does_not_prolong_it() {
    let (fixture, mut ada) = Fixture::with_admin(generous()).await;
    for _ in 0..5 {
        fixture.clock.step(6 * DAY - MINUTE);
        if let Some(cookie) =
            fixture.post("/session/again").cookie(&ada).json(&json!({"password": PASSWORD})).send().await.cookie
        {
            ada = cookie;
        }
    }
    fixture.clock.step(5 * MINUTE);
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, 401);
}

#[tokio::test]
async fn strong_lasts_five_minutes_and_the_cookie_changes() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let strong = async |cookie: &str| fixture.get("/session").cookie(cookie).send().await.body["strong"].clone();
    assert_eq!(strong(&ada).await, true, "just signed in");
    fixture.clock.step(5 * MINUTE);
    assert_eq!(strong(&ada).await, false);

    let wrong = fixture.post("/session/again").cookie(&ada).json(&json!({"password": "wrong one"})).send().await;
    assert_eq!((wrong.status, wrong.cookie), (401, None));
    assert_eq!(strong(&ada).await, false);
    let right = fixture.post("/session/again").cookie(&ada).json(&json!({"password": PASSWORD})).send().await;
    assert_eq!((right.status, &right.body["strong"]), (OK, &json!(true)));
    let new = right.cookie.unwrap();
    assert_ne!(new, ada);
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, 401, "the old cookie is worth nothing");
    fixture.clock.step(5 * MINUTE - milliseconds(1));
    assert_eq!(strong(&new).await, true);
    fixture.clock.step(milliseconds(1));
    assert_eq!(strong(&new).await, false);
    let nobody = fixture.post("/session/again").json(&json!({"password": PASSWORD})).send().await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    fixture.clock.step(MINUTE);
    let body = json!({"name": "ada", "password": PASSWORD});
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    let phone = fixture.post("/session").at("2001:db8:1:2:3::4").header("user-agent", agent).json(&body).send().await;
    let phone = phone.cookie.unwrap();

    let list = fixture.get("/sessions").cookie(&ada).send().await;
    let list = list.body.as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!(list[0]["from"], "Firefox on Linux, 2001:db8:1:2::/64");
    assert_eq!(list[1]["from"], "203.0.113.0/24");
    assert_eq!((&list[0]["current"], &list[1]["current"]), (&json!(false), &json!(true)));

    let id = list[0]["id"].as_str().unwrap();
    let others = fixture.ask("DELETE", &format!("/sessions/{id}")).cookie(&bob).send().await;
    assert_eq!(others.status, 404, "not for somebody else");
    assert_eq!(fixture.get("/session").cookie(&phone).send().await.status, OK);
    assert_eq!(fixture.ask("DELETE", &format!("/sessions/{id}")).cookie(&ada).send().await.status, 204);
    assert_eq!(fixture.get("/session").cookie(&phone).send().await.status, 401);
    assert_eq!(fixture.ask("DELETE", &format!("/sessions/{id}")).cookie(&ada).send().await.status, 404);
    assert_eq!(fixture.ask("DELETE", "/sessions/x").cookie(&ada).send().await.status, 404);
}

#[tokio::test]
async fn signing_out_ends_it_and_takes_the_cookie_away() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let out = fixture.ask("DELETE", "/session").cookie(&ada).send().await;
    assert_eq!(out.status, 204);
    assert_eq!(out.set.as_deref(), Some("__Host-egg=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"));
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, 401);
    assert_eq!(fixture.ask("DELETE", "/session").cookie(&ada).send().await.status, 401);
}

#[tokio::test]
async fn an_account_has_at_most_32_sessions() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    for _ in 0..31 {
        fixture.clock.step(milliseconds(1));
        assert_eq!(fixture.sign_in("Ada").await.status, OK);
    }
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, OK);
    fixture.clock.step(milliseconds(1));
    assert_eq!(fixture.sign_in("Ada").await.status, OK);
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, 401, "the oldest has ended");
    assert_eq!(fixture.store.sessions_of(fixture.account("Ada").await).unwrap().len(), 32);
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let other = fixture.sign_in("Ada").await.cookie.unwrap();
    let change = async |old: &str, new: &str| {
        fixture.post("/account/password").cookie(&ada).json(&json!({"old": old, "new": new})).send().await
    };
    assert_eq!(change("wrong one", "another horse").await.status, 401);
    assert_eq!(change(PASSWORD, "short").await.status, 422);
    assert_eq!(fixture.get("/session").cookie(&other).send().await.status, OK);
    let changed = change(PASSWORD, "another horse").await;
    assert_eq!(changed.status, 204);
    for old in [&other, &ada] {
        assert_eq!(fixture.get("/session").cookie(old).send().await.status, 401);
    }
    assert_eq!(fixture.get("/session").cookie(&changed.cookie.unwrap()).send().await.status, OK);
    assert_eq!(fixture.sign_in("Ada").await.status, 401, "the old password");
    let new = json!({"name": "Ada", "password": "another horse"});
    assert_eq!(fixture.post("/session").json(&new).send().await.status, OK);
}

/// Unknown, wrong and disabled are the same answer, word for word.
#[tokio::test]
async fn nobody_learns_which_names_there_are() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    fixture.member(&ada, "Bob").await;
    let bob = fixture.account("Bob").await;
    let disable = fixture.ask("PATCH", &format!("/accounts/{bob}")).cookie(&ada).json(&json!({"disabled": true}));
    assert_eq!(disable.send().await.status, OK);
    let mut answers = Vec::new();
    for (name, password) in
        [("Ada", "wrong one"), ("Bob", PASSWORD), ("Nobody", PASSWORD), ("../..", PASSWORD), ("", "")]
    {
        let reply = fixture.post("/session").json(&json!({"name": name, "password": password})).send().await;
        assert_eq!(reply.cookie, None);
        answers.push((reply.status, reply.body));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let long = json!({"name": "Ada", "password": "x".repeat(10_000)});
    assert_eq!(fixture.post("/session").json(&long).send().await.status, 401);
}

#[tokio::test]
async fn five_attempts_a_minute_by_address() {
    let limits = Limits { login: Limits::default().login, ..generous() };
    let (fixture, _) = Fixture::with_admin(limits).await;
    let attempt = async |ip: &str, name: &str| {
        fixture.post("/session").at(ip).json(&json!({"name": name, "password": "wrong one"})).send().await
    };
    for n in 0..5 {
        assert_eq!(attempt("2001:db8:0:1::1", &format!("name {n}")).await.status, 401);
    }
    let refused = attempt("2001:db8:0:1::2", "another").await;
    assert_eq!(refused.status, 429, "the same /64");
    assert_eq!(refused.headers[header::RETRY_AFTER], "12");
    assert_eq!(attempt("2001:db8:0:2::1", "another").await.status, 401, "another /64");
    fixture.clock.step(Duration::from_secs(12));
    assert_eq!(attempt("2001:db8:0:1::1", "one more").await.status, 401);

    // Who is known where others fail is not counted among them.
    assert_eq!(fixture.sign_in("Ada").await.status, OK);
    for n in 0..6 {
        assert_eq!(attempt("203.0.113.9", "Nobody").await.status, if n < 5 { 401 } else { 429 });
    }
    for _ in 0..4 {
        assert_eq!(fixture.sign_in("Ada").await.status, OK);
    }
    assert_eq!(fixture.sign_in("Ada").await.status, 429, "five a minute all the same");
}

/// Who tries which name how often, from as many addresses; how many attempts are looked at.
#[tokio::test]
async fn a_flood_on_a_name_is_slowed_and_locks_nobody_out() {
    let limits = Limits { login: Limits::default().login, ..generous() };
    let (fixture, ada) = Fixture::with_admin(limits).await;
    fixture.member(&ada, "Bob").await;
    let table = [
        ("one address", "Ada", 100, 1, 5),
        ("the same, the minute after", "Ada", 100, 1, 5),
        ("fifty addresses", "Ada", 500, 50, 250),
        ("whatever the case", " ADA ", 100, 10, 50),
        ("a name that nobody has", "Nobody", 500, 50, 250),
    ];
    for (who, name, tries, addresses, looked_at) in table {
        fixture.clock.step(MINUTE);
        let wrong = json!({"name": name, "password": "wrong one"});
        let mut statuses = Vec::new();
        for n in 0..tries {
            let ip = format!("198.51.100.{}", n % addresses);
            statuses.push(fixture.post("/session").at(&ip).json(&wrong).send().await.status);
        }
        let seen = statuses.iter().filter(|status| **status == 401).count();
        // In one run of fifty two of fifty addresses share one of the 65,536 buckets.
        assert!(seen <= looked_at && seen + addresses / 5 >= looked_at, "{who}: {seen} of {looked_at}");
        assert!(statuses.iter().all(|status| [401, 429].contains(status)), "{who}");
        for (owner, ip) in [("Ada", "203.0.113.9"), ("Ada", "192.0.2.1"), ("Bob", "192.0.2.2")] {
            let right = json!({"name": owner, "password": PASSWORD});
            let reply = fixture.post("/session").at(ip).json(&right).send().await;
            assert_eq!(reply.status, OK, "{owner} from {ip} after {who}");
        }
    }
}

/// With a wait that no test outlasts: who does wait, and who does not.
#[tokio::test]
async fn who_is_known_does_not_wait_for_what_others_tried() {
    let limits = Limits { slowest: DAY, ..generous() };
    let (fixture, ada) = Fixture::with_admin(limits).await;
    for name in ["Ada", "Nobody"] {
        for _ in 0..50 {
            fixture.door().inner.slow.wait(&name.to_lowercase(), fixture.clock.real());
        }
    }
    let at = |ip: &str, name: &str| fixture.post("/session").at(ip).json(&json!({"name": name, "password": PASSWORD}));
    let soon = async |ask: Ask<'_>| tokio::time::timeout(milliseconds(300), ask.send()).await.ok();
    assert!(soon(at("192.0.2.1", "Ada")).await.is_none(), "a stranger's address");
    assert!(soon(at("203.0.113.9", "Nobody")).await.is_none(), "a name that nobody has");
    assert_eq!(at("203.0.113.9", "Ada").send().await.status, OK, "where she was let in before");
    let known = at("192.0.2.2", "Ada").cookie(&ada).send().await;
    assert_eq!(known.status, OK, "whose browser she is");
    assert_eq!(at("192.0.2.2", "Ada").send().await.status, OK, "an address from which she was let in since");
    fixture.get("/session").at("192.0.2.3").cookie(&known.cookie.unwrap()).send().await;
    assert_eq!(at("192.0.2.3", "Ada").send().await.status, OK, "an address at which she is signed in");
}

#[tokio::test]
async fn cookies_with_and_without_tls() {
    let (fixture, _) = Fixture::with_admin(generous()).await;
    let set = fixture.sign_in("Ada").await.set.unwrap();
    let (name, rest) = set.split_once('=').unwrap();
    assert_eq!((name, &rest[64..]), ("__Host-egg", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"));

    let plain = Fixture::fresh(false, generous());
    let token = plain.door().set_up_token().unwrap();
    let body = json!({"token": *token, "name": "Ada", "password": PASSWORD});
    let reply = plain.post("/setup").json(&body).send().await;
    let set = reply.set.unwrap();
    let (name, rest) = set.split_once('=').unwrap();
    assert_eq!((name, &rest[64..]), ("egg", "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"));
    assert_eq!(plain.get("/session").cookie(&reply.cookie.unwrap()).send().await.status, OK);
}

/// Of a hundred attempts at once those that find no place in the queue are sent away, whoever asks for something else
/// does not wait behind the others, and those are served in the end.
#[tokio::test]
async fn a_flood_of_sign_ins_is_bounded_and_holds_nobody_else_up() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let fixture = Arc::new(fixture);
    let busy = fixture.door().inner.hasher.occupied().await;
    let mut flood = tokio::task::JoinSet::new();
    for n in 0..100 {
        let fixture = Arc::clone(&fixture);
        flood.spawn(async move {
            let body = json!({"name": format!("name {n}"), "password": "wrong one"});
            let reply = fixture.post("/session").at(&format!("198.51.100.{n}")).json(&body).send().await;
            (reply.status, reply.headers.get(header::RETRY_AFTER).is_some())
        });
    }
    for _ in 0..34 {
        assert_eq!(flood.join_next().await.unwrap().unwrap(), (429, true));
    }
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, OK);
    assert_eq!(flood.len(), 66, "2 at work and 64 that wait");
    let known = Arc::clone(&fixture);
    let known = tokio::spawn(async move { known.sign_in("Ada").await.status });
    while !known.is_finished() && fixture.door().inner.hasher.reserved() == 0 {
        tokio::task::yield_now().await;
    }
    drop(busy);
    assert_eq!(known.await.unwrap(), OK, "who is known has a place all the same");
    assert!(flood.join_all().await.iter().all(|reply| *reply == (401, false)));
    assert_eq!(fixture.sign_in("Ada").await.status, OK);
}
