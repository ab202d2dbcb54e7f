//! Invitations, and those who come by them.

use super::super::describe::{Always, Bodied, Clash, Named, SignedIn};
use super::super::take::{At, Read};
use super::{Device, Problem, Role, Session, Welcome, welcome};
use crate::House;
use crate::door::{Caller, Password};
use crate::id::{AccountId, Millis, SessionId};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Arc<House>> {
    OpenApiRouter::default().routes(routes!(list, invite)).routes(routes!(take_back)).routes(routes!(join))
}

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InvitationOf {
    /// What it is called here.
    id: SessionId,
    /// Who invited.
    by: AccountId,
    /// What the new account will be.
    role: Role,
    /// For whom it is.
    note: String,
    /// Since when, in milliseconds since 1970 UTC.
    created: Millis,
    /// Until when.
    expires: Millis,
}

/// The invitations that are open, for an admin.
#[utoipa::path(get, path = "/invitations", tag = "people",
    responses((status = 200, description = "The newest first", body = Vec<InvitationOf>), SignedIn, Always))]
async fn list(State(house): State<Arc<House>>, caller: Caller) -> Result<Json<Vec<InvitationOf>>, Problem> {
    let rows = house.door.invitations(&caller).await?.into_iter();
    let shown = rows.map(|(id, row)| InvitationOf {
        id,
        by: row.by,
        role: row.role.into(),
        note: row.note,
        created: row.created,
        expires: row.expires,
    });
    Ok(Json(shown.collect()))
}

/// An invitation that is wanted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// What the new account will be.
    role: Role,
    /// For whom it is, at most 80 characters.
    #[serde(default)]
    #[schema(max_length = 80)]
    note: String,
    /// How long it is good for, 1 to 720 hours.
    #[schema(minimum = 1, maximum = 720)]
    hours: u32,
}

/// An invitation as it is shown this once.
#[derive(Serialize, ToSchema)]
pub struct Invited {
    /// 26 letters and digits.
    token: String,
    /// The address to send; what is behind the `#` reaches no server.
    link: String,
    /// Until when it is good, in milliseconds since 1970 UTC.
    expires: Millis,
}

/// Invites somebody, for an admin; inviting another admin needs the password once more. The token is shown this once.
#[utoipa::path(post, path = "/invitations", tag = "people", request_body = NewInvitation,
    responses((status = 201, description = "Invited", body = Invited), Bodied, Clash, SignedIn, Always))]
async fn invite(
    State(house): State<Arc<House>>,
    caller: Caller,
    headers: HeaderMap,
    Read(new): Read<NewInvitation>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let invited = house.door.invite(&caller, new.role.into(), &new.note, new.hours).await?;
    // The guard has let only known origins through.
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = origin.or(house.origins.first().map(String::as_str)).unwrap_or_default();
    let token = invited.token.to_string();
    let link = format!("{origin}/#join={token}");
    Ok((StatusCode::CREATED, Json(Invited { token, link, expires: invited.expires })))
}

/// Takes an invitation back, for an admin.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "people",
    params(("id" = SessionId, Path, description = "Which invitation")),
    responses((status = 204, description = "It is good no more"), Named, SignedIn, Always))]
async fn take_back(
    State(house): State<Arc<House>>,
    caller: Caller,
    At(id): At<SessionId>,
) -> Result<StatusCode, Problem> {
    house.door.take_back(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The invitation's.
    #[schema(min_length = 26, max_length = 64)]
    token: String,
    /// What to sign in with, 1 to 40 characters.
    #[schema(min_length = 1, max_length = 40)]
    name: String,
    /// 8 to 256 characters.
    #[schema(value_type = String, format = Password, min_length = 8, max_length = 256)]
    password: Password,
}

/// Makes an account by an invitation, once, and signs it in.
#[utoipa::path(post, path = "/join", tag = "people", request_body = Join,
    responses((status = 201, description = "Joined and signed in", body = Session), Bodied, Clash, Always))]
async fn join(
    State(house): State<Arc<House>>,
    caller: Caller,
    Device(device): Device,
    Read(new): Read<Join>,
) -> Result<(StatusCode, Welcome), Problem> {
    let entered = house.door.join(&caller, &new.token, &new.name, new.password, &device).await?;
    Ok((StatusCode::CREATED, welcome(&house, &entered)))
}
