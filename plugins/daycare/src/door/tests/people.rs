use super::*;

/// Each route × nobody, a member, an admin whose password is minutes old, one who has just given it.
#[tokio::test]
async fn who_may_use_which_route() {
    let (fixture, weak) = Fixture::with_admin(generous()).await;
    let member = fixture.member(&weak, "Bob").await;
    fixture.clock.step(5 * MINUTE);
    let strong = fixture.sign_in("Ada").await.cookie.unwrap();
    let bob = format!("/accounts/{}", fixture.account("Bob").await);
    let missing = "0".repeat(32);
    let (session, invitation) = (format!("/sessions/{missing}"), format!("/invitations/{missing}"));
    let member_invited = json!({"role": "member", "hours": 1});
    let admin_invited = json!({"role": "admin", "hours": 1});
    let wrong = json!({"old": "wrong one", "new": "another horse"});
    let none = Value::Null;
    //       method, path, body,                                      nobody, member, admin, strong admin
    let table: &[(&'static str, &str, &Value, [u16; 4])] = &[
        ("GET", "/hello", &none, [200, 200, 200, 200]),
        ("GET", "/session", &none, [401, 200, 200, 200]),
        ("GET", "/sessions", &none, [401, 200, 200, 200]),
        ("DELETE", &session, &none, [401, 404, 404, 404]),
        ("POST", "/account/password", &wrong, [401, 401, 401, 401]),
        ("GET", "/accounts", &none, [401, 403, 200, 200]),
        ("PATCH", &bob, &json!({"toys": 5}), [401, 403, 403, 200]),
        ("GET", "/invitations", &none, [401, 403, 200, 200]),
        ("POST", "/invitations", &member_invited, [401, 403, 201, 201]),
        ("POST", "/invitations", &admin_invited, [401, 403, 403, 201]),
        ("DELETE", &invitation, &none, [401, 403, 404, 404]),
        ("GET", "/audit", &none, [401, 200, 200, 200]),
        ("GET", "/audit?all=true", &none, [401, 403, 200, 200]),
        ("GET", "/audit?all=perhaps", &none, [400, 400, 400, 400]),
    ];
    for (method, path, body, expected) in table {
        for (cookie, expected) in [None, Some(&member), Some(&weak), Some(&strong)].into_iter().zip(expected) {
            let mut ask = fixture.ask(method, path);
            if let Some(cookie) = cookie {
                ask = ask.cookie(cookie);
            }
            if !body.is_null() {
                ask = ask.json(body);
            }
            let reply = ask.send().await;
            assert_eq!(reply.status, *expected, "{method} {path} {cookie:?}: {:?}", reply.body);
        }
    }
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_its_sessions_stay_ended() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let path = format!("/accounts/{}", fixture.account("Bob").await);
    let disable = async |disabled: bool| {
        fixture.ask("PATCH", &path).cookie(&ada).json(&json!({"disabled": disabled})).send().await
    };
    assert_eq!(disable(true).await.body["disabled"], true);
    assert_eq!(fixture.get("/session").cookie(&bob).send().await.status, 401);
    assert_eq!(fixture.sign_in("Bob").await.status, 401);
    assert_eq!(disable(false).await.status, OK);
    assert_eq!(fixture.get("/session").cookie(&bob).send().await.status, 401, "it must sign in again");
    assert_eq!(fixture.sign_in("Bob").await.status, OK);
}

#[tokio::test]
async fn a_role_changes_with_a_new_session_and_never_ones_own() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let (his, hers) = (fixture.account("Bob").await, fixture.account("Ada").await);
    let change = async |cookie: &str, id: AccountId, body: Value| {
        fixture.ask("PATCH", &format!("/accounts/{id}")).cookie(cookie).json(&body).send().await
    };
    assert_eq!(change(&ada, hers, json!({"role": "member"})).await.status, 422);
    assert_eq!(change(&ada, his, json!({"toys": 10_001})).await.status, 422);
    assert_eq!(change(&ada, his, json!({"password": "x"})).await.status, 422, "nothing else can be changed");
    assert_eq!(change(&ada, AccountId([0; 16]), json!({"toys": 1})).await.status, 404);
    let changed = change(&ada, his, json!({"toys": 9})).await;
    assert_eq!((changed.status, &changed.body["toys"]), (OK, &json!(9)));
    assert_eq!(fixture.get("/session").cookie(&bob).send().await.status, OK, "a quota ends no session");

    assert_eq!(change(&ada, his, json!({"role": "admin"})).await.body["role"], "admin");
    assert_eq!(fixture.get("/session").cookie(&bob).send().await.status, 401);
    let bob = fixture.sign_in("Bob").await.cookie.unwrap();

    let (one, other) =
        tokio::join!(change(&ada, his, json!({"role": "member"})), change(&bob, hers, json!({"role": "member"})));
    assert!(one.status == OK || other.status == OK);
    let admins =
        fixture.store.accounts().unwrap().iter().filter(|a| a.role == crate::store::AccountRole::Admin).count();
    assert_eq!(admins, 1, "one of two who take each other's role keeps it");
}

#[tokio::test]
async fn who_did_what_is_written_down() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let id = fixture.account("Bob").await;
    fixture.post("/session").json(&json!({"name": "bob", "password": "wrong one"})).send().await;
    fixture.post("/session").json(&json!({"name": "Nobody", "password": PASSWORD})).send().await;
    fixture.post("/session/again").cookie(&bob).json(&json!({"password": "wrong one"})).send().await;
    let again = fixture.post("/session/again").cookie(&bob).json(&json!({"password": PASSWORD})).send().await;
    let bob = again.cookie.unwrap();
    let new = json!({"old": PASSWORD, "new": "another horse"});
    let bob = fixture.post("/account/password").cookie(&bob).json(&new).send().await.cookie.unwrap();
    let own = fixture.get("/audit").cookie(&bob).send().await;
    fixture.ask("DELETE", "/session").cookie(&bob).send().await;
    for body in [json!({"toys": 7}), json!({"role": "admin", "disabled": true})] {
        fixture.ask("PATCH", &format!("/accounts/{id}")).cookie(&ada).json(&body).send().await;
    }

    let whats = |reply: &Reply| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        reply.body.as_array().unwrap().iter().rev().map(|row| (text(&row["who"]), text(&row["what"]))).collect()
    };
    let expected = [
        ("Ada", "set up"),
        ("Ada", "invite"),
        ("Bob", "join"),
        ("Bob", "sign in failed"),
        ("-", "sign in failed"),
        ("Bob", "password wrong"),
        ("Bob", "sign in again"),
        ("Bob", "password change"),
        ("Bob", "sign out"),
        ("Ada", "account toys 7: Bob"),
        ("Ada", "account role admin: Bob"),
        ("Ada", "account disable: Bob"),
    ]
    .map(|(who, what)| (who.to_owned(), what.to_owned()));
    let all = fixture.get("/audit?all=true").cookie(&ada).send().await;
    assert_eq!(whats(&all), expected);
    assert_eq!(all.body[0]["from"], "203.0.113.0/24");
    let own_expected: Vec<_> = expected[..8].iter().filter(|(who, _)| who == "Bob").cloned().collect();
    assert_eq!(whats(&own), own_expected);
    let part = fixture.get("/audit?all=true&before=3").cookie(&ada).send().await;
    assert_eq!(whats(&part), expected[..2]);
    assert_eq!(fixture.store.verify_audit().unwrap(), None);
    let text = all.body.to_string();
    assert!(!text.contains(PASSWORD) && !text.contains("another horse") && !text.contains("Nobody"));
}

#[tokio::test]
async fn who_did_what_is_forgotten_after_400_days_and_the_list_says_so() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    fixture.post("/session/again").cookie(&bob).json(&json!({"password": "wrong one"})).send().await;
    fixture.door().sweep_thoroughly().await;
    let list = async |path: &str, cookie: &str| {
        let reply = fixture.get(path).cookie(cookie).send().await;
        let row = |row: &Value| (row["number"].as_u64().unwrap(), row["what"].as_str().unwrap().to_owned());
        reply.body.as_array().unwrap().iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(list("/audit?all=true", &ada).await.len(), 4);

    fixture.clock.step(400 * DAY + milliseconds(1));
    let ada = fixture.sign_in("Ada").await.cookie.unwrap();
    let bob = fixture.sign_in("Bob").await.cookie.unwrap();
    fixture.door().sweep_thoroughly().await;
    let gone = (4, super::super::audit::GONE.to_owned());
    let all = list("/audit?all=true", &ada).await;
    assert_eq!(all, [(6, "sign in".into()), (5, "sign in".into()), gone.clone()]);
    assert_eq!(list("/audit", &bob).await, [(6, "sign in".into()), gone.clone()]);
    assert_eq!(list("/audit?all=true&before=5", &ada).await, [gone]);
    assert_eq!(list("/audit?all=true&before=4", &ada).await, [], "said once");
    assert_eq!(fixture.store.verify_audit().unwrap(), None);
}

#[tokio::test]
async fn standing_is_owner_grant_or_nothing() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let toy = fixture.toy("Bob").await;
    let (ada, bob) = (fixture.caller(&ada).await, fixture.caller(&bob).await);
    let door = fixture.door();
    let missing = |result: Result<_, DoorError>| matches!(result, Err(DoorError::NotFound("toy")));

    assert_eq!(door.may(&bob, toy, Action::Delete).await.unwrap().1, Standing::Owner);
    assert!(missing(door.may(&ada, toy, Action::See).await), "an admin has no rights on others' toys");
    assert!(missing(door.may(&bob, ToyId([0; 16]), Action::See).await));
    let nobody = Caller::at("203.0.113.9".parse().unwrap(), None);
    for toy in [toy, ToyId([0; 16])] {
        assert!(matches!(door.may(&nobody, toy, Action::See).await, Err(DoorError::SignIn)));
    }
    fixture.grant(toy, "Ada", GrantRole::Viewer, None).await;
    assert_eq!(door.may(&ada, toy, Action::Watch).await.unwrap().1, Standing::Viewer);
    assert!(matches!(door.may(&ada, toy, Action::Press).await, Err(DoorError::Forbidden)));
    fixture.grant(toy, "Ada", GrantRole::Caretaker, Some(MINUTE)).await;
    assert_eq!(door.may(&ada, toy, Action::Press).await.unwrap().1, Standing::Caretaker);
    assert!(matches!(door.may(&ada, toy, Action::Delete).await, Err(DoorError::Forbidden)));
    fixture.clock.step(MINUTE);
    assert!(missing(door.may(&ada, toy, Action::See).await), "an expired grant is none");

    fixture.clock.step(5 * MINUTE);
    let bob = fixture.caller(&fixture.sign_in("Bob").await.cookie.unwrap()).await;
    let weak = Caller { who: bob.who.clone().map(|who| Who { strong: false, ..who }), ..bob.clone() };
    assert!(matches!(door.may(&weak, toy, Action::Delete).await, Err(DoorError::Again)));
    let (own, hers) = (bob.signed_in().unwrap().account, ada.signed_in().unwrap().account);
    assert!(door.may_own(&bob, own, Action::ExportRom, "ROM").is_ok());
    assert!(matches!(door.may_own(&weak, own, Action::ExportRom, "ROM"), Err(DoorError::Again)));
    assert!(matches!(door.may_own(&bob, hers, Action::ExportRom, "ROM"), Err(DoorError::NotFound("ROM"))));
}

#[tokio::test]
async fn presses_and_uploads_are_counted() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let caller = fixture.caller(&ada).await;
    let (account, door) = (caller.signed_in().unwrap().account, fixture.door());
    let (one, other) = (ToyId([1; 16]), ToyId([2; 16]));
    assert_eq!((0..30).filter(|_| door.limit_press(account, one).is_ok()).count(), 20);
    assert!(door.limit_press(account, other).is_ok());
    fixture.clock.step(milliseconds(1000));
    assert_eq!((0..30).filter(|_| door.limit_press(account, one).is_ok()).count(), 20);
    assert_eq!((0..9).filter(|_| door.limit_upload(&caller).is_ok()).count(), 6);
    fixture.clock.step(milliseconds(10_000));
    assert_eq!((0..9).filter(|_| door.limit_upload(&caller).is_ok()).count(), 1);
}

#[tokio::test]
async fn grants_begin_and_end_by_the_doors_clock() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    fixture.member(&ada, "Bob").await;
    let path = format!("/toys/{}/grants", fixture.toy("Ada").await);
    let now = fixture.clock.wall();
    let body = json!({"name": "Bob", "role": "viewer", "hours": 2});
    let grant = fixture.post(&path).cookie(&ada).json(&body).send().await;
    assert_eq!((grant.status, &grant.body["created"]), (201, &json!(now)), "{:?}", grant.body);
    assert_eq!(grant.body["expires"], json!(now + 2 * 3_600_000));
    let listed = async || fixture.get(&path).cookie(&ada).send().await.body.as_array().unwrap().len();
    fixture.clock.step(119 * MINUTE);
    assert_eq!(listed().await, 1);
    fixture.clock.step(MINUTE);
    assert_eq!(listed().await, 0);
}
