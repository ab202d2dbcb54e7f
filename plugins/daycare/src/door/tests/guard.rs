use super::*;

/// What a request must look like that changes something.
#[tokio::test]
async fn requests_of_other_sites_pages_change_nothing() {
    let (fixture, _) = Fixture::with_admin(generous()).await;
    let json = &json!({"name": "Ada", "password": PASSWORD});
    let sign_in = || fixture.post("/session").json(json);
    let page = "https://egg.example";

    let good = [
        ("no browser", sign_in()),
        ("the page", sign_in().header("origin", page).header("sec-fetch-site", "same-origin")),
        ("an old browser", sign_in().header("origin", page)),
        ("with a charset", sign_in().without("content-type").header("content-type", "application/json; charset=utf-8")),
    ];
    for (who, ask) in good {
        assert_eq!(ask.send().await.status, OK, "{who}");
    }
    let bad = [
        ("another site", 403, sign_in().header("sec-fetch-site", "cross-site")),
        ("another port", 403, sign_in().header("sec-fetch-site", "same-site")),
        ("an address typed", 403, sign_in().header("sec-fetch-site", "none")),
        ("site unheard of", 403, sign_in().header("sec-fetch-site", "self")),
        ("two sites", 403, sign_in().header("sec-fetch-site", "same-origin").header("sec-fetch-site", "cross-site")),
        ("origin", 403, sign_in().header("origin", "https://evil.example")),
        ("origin of http", 403, sign_in().header("origin", "http://egg.example")),
        ("origin of a port", 403, sign_in().header("origin", "https://egg.example:8443")),
        ("no origin", 403, sign_in().header("origin", "null")),
        ("two origins", 403, sign_in().header("origin", page).header("origin", "https://evil.example")),
        ("lying about one", 403, sign_in().header("origin", page).header("sec-fetch-site", "cross-site")),
        ("a form", 403, sign_in().without("x-eggtooth")),
        ("another value", 403, sign_in().without("x-eggtooth").header("x-eggtooth", "0")),
        ("text", 415, sign_in().without("content-type").header("content-type", "text/plain")),
        ("a form's body", 415, {
            sign_in().without("content-type").header("content-type", "application/x-www-form-urlencoded")
        }),
        ("files", 415, sign_in().without("content-type").header("content-type", "multipart/form-data; boundary=x")),
        ("no type", 415, sign_in().without("content-type")),
    ];
    for (who, status, ask) in bad {
        let reply = ask.send().await;
        assert_eq!((reply.status, reply.cookie), (status, None), "{who}");
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/problem+json", "{who}");
    }
}

#[tokio::test]
async fn a_preflight_is_refused_and_nothing_is_shared_with_other_origins() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let preflight = fixture
        .ask("OPTIONS", "/session")
        .without("x-eggtooth")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "x-eggtooth");
    for reply in [preflight.send().await, fixture.get("/session").cookie(&ada).send().await] {
        assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{:?}", reply.headers);
    }
}

#[tokio::test]
async fn other_sites_pages_load_nothing_either() {
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let get = || fixture.get("/session").cookie(&ada);
    for site in ["same-origin", "none"] {
        assert_eq!(get().header("sec-fetch-site", site).send().await.status, OK, "{site}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(get().header("sec-fetch-site", site).send().await.status, 403, "{site}");
        let page = fixture.ask_at("GET", "/").header("sec-fetch-site", site).send().await;
        assert_ne!(page.status, 403, "a link to the page is fine");
    }
    assert_eq!(get().header("origin", "https://evil.example").send().await.status, 403);
    let live = async |origin: &str| fixture.get("/live").header("origin", origin).send().await.status;
    assert_eq!(live("https://evil.example").await, 403);
    assert_ne!(live("https://egg.example").await, 403);
}

#[tokio::test]
async fn only_known_names_are_answered() {
    let (fixture, _) = Fixture::with_admin(generous()).await;
    let hello = |host: &str| fixture.get("/hello").without("host").header("host", host);
    for host in ["egg.example", "EGG.example", "egg.example:443"] {
        assert_eq!(hello(host).send().await.status, OK, "{host}");
    }
    for host in ["evil.example", "egg.example:80", "egg.example.evil.example", "127.0.0.1", "", "egg.example, evil"] {
        assert_eq!(hello(host).send().await.status, 421, "{host}");
    }
    assert_eq!(fixture.get("/hello").without("host").send().await.status, 421);
    assert_eq!(hello("egg.example").header("host", "evil.example").send().await.status, 403, "two names");
    // As HTTP/2 sends it.
    let whole = |uri: &str| fixture.ask_at("GET", uri).without("host");
    assert_eq!(whole("https://egg.example/api/v1/hello").send().await.status, OK);
    assert_eq!(whole("https://evil.example/api/v1/hello").send().await.status, 421);
    let differ = whole("https://egg.example/api/v1/hello").header("host", "evil.example");
    assert_eq!(differ.send().await.status, 421);
    assert_eq!(fixture.ask_at("GET", "/healthz").without("host").send().await.status, 421);
}

#[tokio::test]
async fn twenty_requests_a_second_by_address() {
    let limits = Limits { api: Limits::default().api, ..generous() };
    let (fixture, _) = Fixture::with_admin(limits).await;
    let many = async |ip: &str| {
        let mut passed = 0;
        for _ in 0..70 {
            passed += u32::from(fixture.get("/hello").at(ip).send().await.status == OK);
        }
        passed
    };
    assert_eq!(many("198.51.100.1").await, 60);
    let refused = fixture.get("/hello").at("198.51.100.1").send().await;
    assert_eq!((refused.status, refused.title()), (429, "Too many requests"));
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert_eq!(many("2001:db8::1").await, 60);
    assert_eq!(many("2001:db8::ffff").await, 0, "the same /64");
    assert_eq!(many("2001:db8:0:1::1").await, 60);
    assert_eq!(many("::ffff:198.51.100.1").await, 0, "the same address in the other notation");
    fixture.clock.step(milliseconds(1000));
    assert_eq!(many("198.51.100.1").await, 20);
}

#[tokio::test]
async fn twenty_requests_a_second_by_account() {
    let limits = Limits { api: Limits::default().api, ..generous() };
    let (fixture, ada) = Fixture::with_admin(limits).await;
    let mut passed = 0;
    for n in 0..70 {
        let reply = fixture.get("/session").at(&format!("198.51.100.{n}")).cookie(&ada).send().await;
        passed += u32::from(reply.status == OK);
    }
    assert_eq!(passed, 60, "from 70 addresses");
    assert_eq!(fixture.get("/hello").at("198.51.100.1").send().await.status, OK, "nobody else is held up");
}

#[tokio::test]
async fn without_the_layer_nobody_is_signed_in() {
    use axum::extract::FromRequestParts;
    let (fixture, ada) = Fixture::with_admin(generous()).await;
    let request = Request::builder().header(header::COOKIE, &ada).body(()).unwrap();
    let Ok(caller) = Caller::from_request_parts(&mut request.into_parts().0, &fixture.house).await;
    assert_eq!(caller.who, None);
}
