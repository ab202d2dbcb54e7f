use super::*;

async fn set_up(fixture: &Fixture, token: &str) -> Reply {
    let body = json!({"token": token, "name": "Ada", "password": PASSWORD});
    fixture.post("/setup").json(&body).send().await
}

#[tokio::test]
async fn before_it_nothing_else_is_answered() {
    let fixture = Fixture::fresh(true, generous());
    for (method, path) in [
        ("GET", "/session"),
        ("POST", "/session"),
        ("POST", "/join"),
        ("GET", "/toys"),
        ("GET", "/audit"),
        ("GET", "/openapi.json"),
        ("GET", "/live"),
        ("GET", "/nothing"),
        ("POST", "/hello/"),
    ] {
        let reply = fixture.ask(method, path).send().await;
        assert_eq!((reply.status, reply.title()), (503, "Not available"), "{method} {path}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    let hello = fixture.get("/hello").send().await;
    assert_eq!(hello.status, OK);
    assert_eq!((&hello.body["set_up"], &hello.body["name"]), (&json!(false), &json!("Nest")));
    assert_eq!(fixture.ask_at("GET", "/healthz").send().await.status, OK);
    assert_ne!(fixture.ask_at("GET", "/").send().await.status, 503);
}

#[tokio::test]
async fn the_first_visitor_is_admin_and_signed_in() {
    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    let reply = set_up(&fixture, &token).await;
    assert_eq!(reply.status, 201, "{:?}", reply.body);
    assert_eq!((&reply.body["role"], &reply.body["strong"]), (&json!("admin"), &json!(true)));
    let session = fixture.get("/session").cookie(reply.cookie.as_deref().unwrap()).send().await;
    assert_eq!((session.status, &session.body["name"]), (OK, &json!("Ada")));
    assert_eq!(fixture.get("/hello").send().await.body["set_up"], true);

    assert!(fixture.door().set_up_token().is_none(), "used");
    let again = set_up(&fixture, &token).await;
    assert_eq!((again.status, again.title()), (409, "Conflict"));
}

#[tokio::test]
async fn five_guesses_void_the_token_and_a_restart_makes_a_new_one() {
    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    for guess in ["A".repeat(26), "wrong".into(), String::new(), token[1..].to_owned()] {
        let reply = set_up(&fixture, &guess).await;
        assert_eq!((reply.status, reply.cookie), (403, None), "{guess}");
        assert!(fixture.door().set_up_token().is_some());
    }
    assert_eq!(set_up(&fixture, "B").await.status, 403);
    assert!(fixture.door().set_up_token().is_none(), "the fifth guess voids it");
    let right = set_up(&fixture, &token).await;
    assert_eq!(right.status, 403, "not even the right one");
    assert!(right.body["detail"].as_str().unwrap().contains("restart"), "{:?}", right.body);
    assert!(fixture.store.accounts().unwrap().is_empty());

    let restarted = fixture.restarted();
    let new = restarted.set_up_token().unwrap();
    assert_ne!(*new, *token);
    let caller = Caller::at("203.0.113.9".parse().unwrap(), None);
    restarted.set_up(&caller, &new, "Ada", Password::new(PASSWORD), "").await.unwrap();
    let third = fixture.restarted();
    assert!(third.set_up_token().is_none() && third.is_set_up(), "with an account no token is made");
}

#[tokio::test]
async fn the_token_is_good_for_half_an_hour() {
    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    fixture.clock.step(30 * MINUTE);
    assert_eq!(set_up(&fixture, &token).await.status, 403);
    assert!(fixture.door().set_up_token().is_none());

    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    fixture.clock.step(30 * MINUTE - milliseconds(1));
    assert_eq!(set_up(&fixture, &token).await.status, 201);
}

#[tokio::test]
async fn what_was_mistyped_does_not_spend_it() {
    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    for (name, password) in
        [("", PASSWORD), ("a/b", PASSWORD), ("Ada", "short"), ("Ada", "password1"), ("Ada", "12345678")]
    {
        for _ in 0..2 {
            let body = json!({"token": *token, "name": name, "password": password});
            assert_eq!(fixture.post("/setup").json(&body).send().await.status, 422, "{name} {password}");
        }
    }
    assert_eq!(set_up(&fixture, &token.to_lowercase()).await.status, 201, "small letters will do");
}

#[tokio::test]
async fn of_two_with_the_right_token_one_gets_in() {
    let fixture = Fixture::fresh(true, generous());
    let token = fixture.door().set_up_token().unwrap();
    let (one, other) = tokio::join!(set_up(&fixture, &token), set_up(&fixture, &token));
    let mut both = [one.status, other.status];
    both.sort_unstable();
    assert_eq!(both, [201, 409]);
    assert_eq!(fixture.store.accounts().unwrap().len(), 1);
}
