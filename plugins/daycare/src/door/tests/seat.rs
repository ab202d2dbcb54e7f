use super::*;

async fn watching(fixture: &Fixture, cookie: &str, toy: ToyId, ip: &str) -> Result<Seat, NoSeat> {
    let caller = fixture.caller(cookie).await;
    let (_, standing) = fixture.door().may(&caller, toy, Action::Watch).await.unwrap();
    let ticket = fixture.door().ticket(caller.signed_in().unwrap(), toy, standing).unwrap();
    let redeemed = fixture.door().redeem(&ticket).unwrap();
    fixture.door().seat(&redeemed, ip.parse().unwrap()).await
}

struct Company {
    fixture: Fixture,
    ada: String,
    bob: String,
    toy: ToyId,
}

/// Ada's toy; Bob watches it for an hour.
async fn company() -> Company {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let bob = fixture.member(&ada, "Bob").await;
    let toy = fixture.toy("Ada").await;
    fixture.grant(toy, "Bob", GrantRole::Viewer, Some(60 * MINUTE)).await;
    Company { fixture, ada, bob, toy }
}

#[tokio::test]
async fn a_ticket_is_good_once_within_half_a_minute() {
    let Company { fixture, ada, toy, .. } = company().await;
    let door = fixture.door();
    let caller = fixture.caller(&ada).await;
    let who = caller.signed_in().unwrap();
    let ticket = door.ticket(who, toy, Standing::Owner).unwrap();
    let redeemed = door.redeem(&ticket).unwrap();
    assert_eq!((redeemed.account, redeemed.toy, redeemed.standing), (who.account, toy, Standing::Owner));
    assert_eq!(redeemed.session, who.session);
    assert_eq!(door.redeem(&ticket), None, "a second time");
    assert_eq!(door.redeem(&[0; 16]), None);

    let ticket = door.ticket(who, toy, Standing::Owner).unwrap();
    fixture.clock.step(Duration::from_secs(30));
    assert_eq!(door.redeem(&ticket), None, "too late");
    let ticket = door.ticket(who, toy, Standing::Owner).unwrap();
    fixture.clock.step(milliseconds(29_999));
    assert!(door.redeem(&ticket).is_some());
}

#[tokio::test]
async fn a_revoked_ticket_is_good_no_more() {
    let Company { fixture, ada, toy, .. } = company().await;
    let door = fixture.door();
    let caller = fixture.caller(&ada).await;
    let who = caller.signed_in().unwrap();
    let (session, account) = (who.session, who.account);
    for (what, ends) in [
        (Revoked::Session(session), true),
        (Revoked::Account(account), true),
        (Revoked::Toy(toy), true),
        (Revoked::Grant { toy, account }, true),
        (Revoked::Session([0; 32]), false),
        (Revoked::Toy(ToyId([0; 16])), false),
        (Revoked::Grant { toy, account: AccountId([0; 16]) }, false),
        (Revoked::Grant { toy: ToyId([0; 16]), account }, false),
    ] {
        let ticket = door.ticket(who, toy, Standing::Owner).unwrap();
        door.revoke(what);
        assert_eq!(door.redeem(&ticket).is_none(), ends, "{what:?}");
    }
    let ticket = door.ticket(who, toy, Standing::Owner).unwrap();
    door.revoke(Revoked::Renewed { old: session, new: [9; 32] });
    assert_eq!(door.redeem(&ticket).unwrap().session, [9; 32]);
}

#[tokio::test]
async fn an_account_has_sixteen_tickets_at_most() {
    let Company { fixture, ada, toy, .. } = company().await;
    let door = fixture.door();
    let caller = fixture.caller(&ada).await;
    let who = caller.signed_in().unwrap();
    let tickets: Vec<_> = (0..17)
        .map(|_| {
            fixture.clock.step(milliseconds(1));
            door.ticket(who, toy, Standing::Owner).unwrap()
        })
        .collect();
    assert!(door.redeem(&tickets[0]).is_none(), "the oldest made room");
    assert!(tickets[1..].iter().all(|ticket| door.redeem(ticket).is_some()));
}

#[tokio::test]
async fn eight_sockets_an_account_and_thirty_two_an_address() {
    let Company { fixture, ada, bob, toy } = company().await;
    let mut seats = Vec::new();
    for _ in 0..8 {
        seats.push(watching(&fixture, &ada, toy, "203.0.113.1").await.unwrap());
    }
    assert!(matches!(watching(&fixture, &ada, toy, "198.51.100.1").await, Err(NoSeat::TooMany)));
    seats.pop();
    seats.push(watching(&fixture, &ada, toy, "203.0.113.1").await.unwrap());
    assert_eq!(fixture.door().seats(), 8);
    seats.clear();
    assert_eq!(fixture.door().seats(), 0);

    let mut people = vec![bob];
    for n in 0..4 {
        let name = format!("Guest {n}");
        people.push(fixture.member(&ada, &name).await);
        fixture.grant(toy, &name, GrantRole::Viewer, None).await;
    }
    for n in 0..32 {
        seats.push(watching(&fixture, &people[n / 7], toy, &format!("2001:db8::{n:x}")).await.unwrap());
    }
    assert!(matches!(watching(&fixture, &people[4], toy, "2001:db8::ffff").await, Err(NoSeat::TooMany)), "the /64");
    seats.push(watching(&fixture, &people[4], toy, "2001:db8:0:1::1").await.unwrap());
}

#[tokio::test]
async fn what_ends_closes_the_socket_at_once() {
    let Company { fixture, ada, bob, toy } = company().await;
    let watch = async || watching(&fixture, &bob, toy, "203.0.113.1").await.unwrap();
    let account = fixture.account("Bob").await;

    let mut seat = watch().await;
    fixture.door().revoke(Revoked::Grant { toy, account: fixture.account("Ada").await });
    fixture.door().revoke(Revoked::Toy(ToyId([1; 16])));
    assert!(waits(seat.ended()).await, "this does not concern it");
    fixture.door().revoke(Revoked::Grant { toy, account });
    let ended = seat.ended().await;
    assert_eq!((ended, ended.code()), (Ended::Grant, 4403));

    let mut seat = watch().await;
    fixture.door().revoke(Revoked::Toy(toy));
    let ended = seat.ended().await;
    assert_eq!((ended, ended.code()), (Ended::Toy, 4404));

    let mut seat = watch().await;
    assert_eq!(fixture.ask("DELETE", "/session").cookie(&bob).send().await.status, 204);
    let ended = seat.ended().await;
    assert_eq!((ended, ended.code()), (Ended::Session, 4401));

    let bob = fixture.sign_in("Bob").await.cookie.unwrap();
    let mut seat = watching(&fixture, &bob, toy, "203.0.113.1").await.unwrap();
    let disable = fixture.ask("PATCH", &format!("/accounts/{account}")).cookie(&ada).json(&json!({"disabled": true}));
    assert_eq!(disable.send().await.status, OK);
    assert_eq!(seat.ended().await, Ended::Session);
}

#[tokio::test]
async fn giving_the_password_again_closes_nothing() {
    let Company { fixture, bob, toy, .. } = company().await;
    let mut seat = watching(&fixture, &bob, toy, "203.0.113.1").await.unwrap();
    let again = fixture.post("/session/again").cookie(&bob).json(&json!({"password": PASSWORD})).send().await;
    let bob = again.cookie.unwrap();
    assert!(waits(seat.ended()).await);
    assert_eq!(fixture.ask("DELETE", "/session").cookie(&bob).send().await.status, 204);
    assert_eq!(seat.ended().await, Ended::Session, "the seat stands on the new cookie");
}

#[tokio::test]
async fn an_expired_grant_closes_the_socket() {
    let Company { fixture, bob, toy, .. } = company().await;
    let mut seat = watching(&fixture, &bob, toy, "203.0.113.1").await.unwrap();
    fixture.clock.step(60 * MINUTE - milliseconds(1));
    fixture.door().sweep().await;
    assert!(waits(seat.ended()).await);
    fixture.clock.step(milliseconds(1));
    fixture.door().sweep().await;
    assert_eq!(seat.ended().await, Ended::Grant);
    let caller = fixture.caller(&bob).await;
    assert!(matches!(fixture.door().may(&caller, toy, Action::See).await, Err(DoorError::NotFound("toy"))));
}

#[tokio::test]
async fn an_expired_session_closes_the_socket_however_it_is_used() {
    let Company { fixture, ada, toy, .. } = company().await;
    let mut seat = watching(&fixture, &ada, toy, "203.0.113.1").await.unwrap();
    for _ in 0..29 {
        fixture.clock.step(DAY);
        fixture.door().sweep().await;
        fixture.door().sweep_thoroughly().await;
        assert!(waits(seat.ended()).await);
    }
    assert_eq!(fixture.get("/session").cookie(&ada).send().await.status, OK, "a live socket is use");
    fixture.clock.step(DAY);
    fixture.door().sweep().await;
    assert_eq!(seat.ended().await, Ended::Session);
}

/// Between the ticket and the socket the right may have ended.
#[tokio::test]
async fn a_seat_is_given_on_what_holds_now() {
    let Company { fixture, ada, bob, toy } = company().await;
    let redeem = async |cookie: &str| {
        let caller = fixture.caller(cookie).await;
        let ticket = fixture.door().ticket(caller.signed_in().unwrap(), toy, Standing::Viewer).unwrap();
        fixture.door().redeem(&ticket).unwrap()
    };
    let ip = "203.0.113.1".parse().unwrap();
    let redeemed = redeem(&bob).await;
    let grant = fixture.store.grants_of_toy(toy).unwrap()[0].id;
    fixture.store.delete_grant(grant).unwrap();
    assert!(matches!(fixture.door().seat(&redeemed, ip).await, Err(NoSeat::Ended(Ended::Grant))));
    fixture.grant(toy, "Bob", GrantRole::Viewer, None).await;
    assert!(fixture.door().seat(&redeemed, ip).await.is_ok());
    fixture.ask("DELETE", "/session").cookie(&bob).send().await;
    assert!(matches!(fixture.door().seat(&redeemed, ip).await, Err(NoSeat::Ended(Ended::Session))));
    let redeemed = redeem(&ada).await;
    fixture.store.delete_toy(toy).unwrap();
    assert!(matches!(fixture.door().seat(&redeemed, ip).await, Err(NoSeat::Ended(Ended::Toy))));
    assert_eq!(fixture.door().seats(), 0, "who gets no seat takes none");
}

#[tokio::test]
async fn who_has_missed_something_looks_again() {
    let Company { fixture, ada, bob, toy } = company().await;
    let mut hers = watching(&fixture, &ada, toy, "203.0.113.1").await.unwrap();
    let mut his = watching(&fixture, &bob, toy, "203.0.113.1").await.unwrap();
    let again = fixture.post("/session/again").cookie(&ada).json(&json!({"password": PASSWORD})).send().await;
    assert_eq!(again.status, OK);
    fixture.door().revoke(Revoked::Grant { toy, account: fixture.account("Bob").await });
    let grant = fixture.store.grants_of_toy(toy).unwrap()[0].id;
    fixture.store.delete_grant(grant).unwrap();
    for _ in 0..super::super::REVOCATIONS + 1 {
        fixture.door().revoke(Revoked::Toy(ToyId([1; 16])));
    }
    for _ in 0..3 {
        waits(his.ended()).await;
    }
    assert_eq!(his.ended().await, Ended::Grant, "although it was dropped while it asked");
    fixture.door().revoke(Revoked::Toy(toy));
    assert_eq!(hers.ended().await, Ended::Toy, "her renewed session went on");
}
