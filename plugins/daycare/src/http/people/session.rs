//! Coming in, being known, going out.

use super::super::describe::{Always, Bodied, Clash, Named, SignedIn};
use super::super::take::{At, Read};
use super::{Device, Problem, Session, Welcome, welcome};
use crate::House;
use crate::door::{Action, Caller, Cookie, Password};
use crate::id::{Millis, SessionId};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default()
        .routes(routes!(hello))
        .routes(routes!(set_up))
        .routes(routes!(show, sign_in, sign_out))
        .routes(routes!(again))
        .routes(routes!(list))
        .routes(routes!(end))
}

/// What anybody may know of the daycare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hello {
    /// The program's version.
    version: &'static str,
    /// What the daycare calls itself.
    name: String,
    /// Somebody has set it up.
    set_up: bool,
    /// It is reached by TLS.
    secure: bool,
    /// The game for browsers is at `/play/`.
    play: bool,
}

/// What anybody may know of the daycare.
#[utoipa::path(get, path = "/hello", tag = "people",
    responses((status = 200, description = "Hello", body = Hello), Always))]
async fn hello(State(house): State<Arc<House>>) -> Json<Hello> {
    Json(Hello {
        version: env!("CARGO_PKG_VERSION"),
        name: house.name.clone(),
        set_up: house.door.is_set_up(),
        secure: house.secure,
        play: house.web.is_some(),
    })
}

/// The token from the terminal, and the admin's account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// 26 letters and digits.
    #[schema(min_length = 26, max_length = 64)]
    token: String,
    /// What to sign in with, 1 to 40 characters.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// 8 to 256 characters.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 256)]
    password: Password,
}

/// Sets the daycare up: makes the first account, an admin's, and signs it in. Works once.
#[utoipa::path(post, path = "/setup", tag = "people", request_body = SetUp,
    responses((status = 201, description = "Set up and signed in", body = Session), Bodied, Clash, Always))]
async fn set_up(
    State(house): State<Arc<House>>,
    caller: Caller,
    Device(device): Device,
    Read(new): Read<SetUp>,
) -> Result<(StatusCode, Welcome), Problem> {
    let entered = house.door.set_up(&caller, &new.token, &new.name, new.password, &device).await?;
    Ok((StatusCode::CREATED, welcome(&house, &entered)))
}

/// A name and its password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The account's name; its case does not matter.
    #[schema(max_length = 40)]
    name: String,
    /// Its password.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Password,
}

/// Signs in. The session's cookie is always a new one; the session that the browser had ends.
#[utoipa::path(post, path = "/session", tag = "people", request_body = SignIn,
    responses((status = 200, description = "Signed in", body = Session),
        (status = 401, description = "Name and password do not belong together", body = Problem,
            content_type = "application/problem+json"),
        Bodied, Always))]
async fn sign_in(
    State(house): State<Arc<House>>,
    caller: Caller,
    Device(device): Device,
    Read(given): Read<SignIn>,
) -> Result<Welcome, Problem> {
    let entered = house.door.sign_in(&caller, &given.name, given.password, &device).await?;
    Ok(welcome(&house, &entered))
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "people",
    responses((status = 200, description = "The caller", body = Session), SignedIn, Always))]
async fn show(caller: Caller) -> Result<Json<Session>, Problem> {
    Ok(Json(Session::from(caller.signed_in()?)))
}

/// Signs out. Live links of the session close.
#[utoipa::path(delete, path = "/session", tag = "people",
    responses((status = 204, description = "Signed out"), SignedIn, Always))]
async fn sign_out(
    State(house): State<Arc<House>>,
    caller: Caller,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    house.door.sign_out(&caller).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, Cookie::clear(house.secure))]))
}

/// A password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Again {
    /// The caller's.
    #[schema(value_type = String, format = Password, max_length = 256)]
    password: Password,
}

/// Gives the password again: for 5 minutes the dangerous things are allowed. The session gets a new cookie.
#[utoipa::path(post, path = "/session/again", tag = "people", request_body = Again,
    responses((status = 200, description = "Known again", body = Session), Bodied, SignedIn, Always))]
async fn again(
    State(house): State<Arc<House>>,
    caller: Caller,
    Device(device): Device,
    Read(given): Read<Again>,
) -> Result<Welcome, Problem> {
    let entered = house.door.again(&caller, given.password, &device).await?;
    Ok(welcome(&house, &entered))
}

/// One of the caller's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionOf {
    /// What it is called here.
    id: SessionId,
    /// Since when, in milliseconds since 1970 UTC.
    since: Millis,
    /// When it was last used, to five minutes.
    seen: Millis,
    /// With what, and from where: a truncated address.
    from: String,
    /// It is the one that asks.
    current: bool,
}

/// Where the caller is signed in.
#[utoipa::path(get, path = "/sessions", tag = "people",
    responses((status = 200, description = "The newest first", body = Vec<SessionOf>), SignedIn, Always))]
async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Vec<SessionOf>>, Problem> {
    let current = house.door.may_house(&caller, Action::Enter)?.session;
    let rows = house.door.sessions(&caller).await?;
    let shown = rows.into_iter().map(|(id, row)| SessionOf {
        id,
        since: row.created,
        seen: row.seen,
        from: row.from,
        current: row.hash == current,
    });
    Ok(Json(shown.collect()))
}

/// Ends one of the caller's sessions. Its live links close.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "people",
    params(("id" = SessionId, Path, description = "Which session")),
    responses((status = 204, description = "It has ended"), Named, SignedIn, Always))]
async fn end(State(house): State<Arc<House>>, caller: Caller, At(id): At<SessionId>) -> Result<StatusCode, Problem> {
    house.door.end_session(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
