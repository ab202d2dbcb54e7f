use super::*;

async fn invite(fixture: &Fixture, cookie: &str, role: &str, hours: u32) -> Reply {
    fixture.post("/invitations").cookie(cookie).json(&json!({"role": role, "note": "Eve", "hours": hours})).send().await
}

async fn join(fixture: &Fixture, token: &Value, name: &str) -> Reply {
    fixture.post("/join").json(&json!({"token": token, "name": name, "password": PASSWORD})).send().await
}

#[tokio::test]
async fn an_invitation_lets_one_in() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let invited = invite(&fixture, &ada, "member", 2).await;
    assert_eq!(invited.status, 201);
    let token = &invited.body["token"];
    let link = format!("https://egg.example/#join={}", token.as_str().unwrap());
    assert_eq!(invited.body["link"], link);
    assert_eq!(invited.body["expires"], fixture.clock.wall() + 2 * 3_600_000);

    let list = fixture.get("/invitations").cookie(&ada).send().await;
    assert_eq!((list.body.as_array().unwrap().len(), &list.body[0]["note"]), (1, &json!("Eve")));
    assert!(!list.body.to_string().contains(token.as_str().unwrap()), "the token is shown once");

    let joined = join(&fixture, token, "Eve").await;
    assert_eq!((joined.status, &joined.body["role"]), (201, &json!("member")));
    assert_eq!(fixture.get("/session").cookie(&joined.cookie.unwrap()).send().await.body["name"], "Eve");
    let again = join(&fixture, token, "Eve 2").await;
    assert_eq!((again.status, again.title()), (403, "Invitation not valid"));
    assert_eq!(fixture.get("/invitations").cookie(&ada).send().await.body, json!([]));
    assert_eq!(fixture.store.account_named("Eve").unwrap().unwrap().toys, 3, "the quota of new accounts");
}

#[tokio::test]
async fn of_two_with_one_invitation_one_gets_in() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    for round in 0..10 {
        let token = invite(&fixture, &ada, "member", 1).await.body["token"].clone();
        let names = [format!("one {round}"), format!("other {round}")];
        let (one, other) = tokio::join!(join(&fixture, &token, &names[0]), join(&fixture, &token, &names[1]));
        let mut both = [one.status, other.status];
        both.sort_unstable();
        assert_eq!(both, [201, 403]);
    }
    assert_eq!(fixture.store.accounts().unwrap().len(), 11);
}

#[tokio::test]
async fn a_taken_name_does_not_spend_it() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let token = invite(&fixture, &ada, "member", 1).await.body["token"].clone();
    let taken = join(&fixture, &token, "ADA").await;
    assert_eq!((taken.status, taken.cookie), (409, None));
    for bad in ["", "a/b", "\u{202e}abc", &"x".repeat(41)] {
        assert_eq!(join(&fixture, &token, bad).await.status, 422, "{bad}");
    }
    assert_eq!(join(&fixture, &token, "Eve").await.status, 201);
}

#[tokio::test]
async fn it_expires_and_can_be_taken_back() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let token = invite(&fixture, &ada, "member", 1).await.body["token"].clone();
    fixture.clock.step(60 * MINUTE);
    assert_eq!(join(&fixture, &token, "Eve").await.status, 403);

    let token = invite(&fixture, &ada, "member", 1).await.body["token"].clone();
    let id = fixture.get("/invitations").cookie(&ada).send().await.body[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(fixture.ask("DELETE", &format!("/invitations/{id}")).cookie(&ada).send().await.status, 204);
    assert_eq!(join(&fixture, &token, "Eve").await.status, 403);
    assert_eq!(fixture.ask("DELETE", &format!("/invitations/{id}")).cookie(&ada).send().await.status, 404);
    for wrong in [json!("A".repeat(26)), json!("short")] {
        assert_eq!(join(&fixture, &wrong, "Eve").await.status, 403);
    }
    for hours in [0, 721] {
        assert_eq!(invite(&fixture, &ada, "member", hours).await.status, 422);
    }
    let long = json!({"role": "member", "note": "x".repeat(81), "hours": 1});
    assert_eq!(fixture.post("/invitations").cookie(&ada).json(&long).send().await.status, 422);
}

#[tokio::test]
async fn it_ends_with_the_rights_of_who_invited() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let invited = invite(&fixture, &ada, "admin", 1).await.body["token"].clone();
    let bob = join(&fixture, &invited, "Bob").await.cookie.unwrap();
    let path = format!("/accounts/{}", fixture.account("Bob").await);
    let change = async |body: Value| fixture.ask("PATCH", &path).cookie(&ada).json(&body).send().await.status;
    let token = invite(&fixture, &bob, "admin", 1).await.body["token"].clone();
    for (taken, given) in
        [(json!({"disabled": true}), json!({"disabled": false})), (json!({"role": "member"}), json!({"role": "admin"}))]
    {
        assert_eq!(change(taken).await, OK);
        let refused = join(&fixture, &token, "Eve").await;
        assert_eq!((refused.status, refused.title()), (403, "Invitation not valid"));
        assert_eq!(change(given).await, OK);
    }
    assert_eq!(join(&fixture, &token, "Eve").await.status, 201, "it was only asleep");
}

/// A stolen cookie must not make another admin.
#[tokio::test]
async fn inviting_an_admin_needs_the_password() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    fixture.clock.step(5 * MINUTE);
    let refused = invite(&fixture, &ada, "admin", 1).await;
    assert_eq!((refused.status, refused.title()), (403, "Sign in again"));
    assert_eq!(invite(&fixture, &ada, "member", 1).await.status, 201);
    let again = fixture.post("/session/again").cookie(&ada).json(&json!({"password": PASSWORD})).send().await;
    let token = invite(&fixture, &again.cookie.unwrap(), "admin", 1).await.body["token"].clone();
    assert_eq!(join(&fixture, &token, "Eve").await.body["role"], "admin");
}

#[tokio::test]
async fn guesses_are_limited_by_address() {
    let (fixture, _) = Fixture::with_admin(Limits { join: Limits::default().join, ..generous() }).await;
    for _ in 0..5 {
        assert_eq!(join(&fixture, &json!("A".repeat(26)), "Eve").await.status, 403);
    }
    assert_eq!(join(&fixture, &json!("A".repeat(26)), "Eve").await.status, 429);
}
