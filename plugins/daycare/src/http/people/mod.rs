//! People's routes: set-up, sessions, accounts, invitations, the list of who did what.

mod account;
mod audit;
mod invitation;
mod session;

use super::Problem;
use crate::House;
use crate::door::{Entered, Who};
use crate::id::{AccountId, Millis};
use crate::store::AccountRole;
use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;

/// All of them, without `/api/v1` in front.
pub fn routes() -> OpenApiRouter<Arc<House>> {
    session::routes().merge(account::routes()).merge(invitation::routes()).merge(audit::routes())
}

/// What an account may do in the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(rename_all = "lowercase")]
pub enum Role {
    /// Invites, looks after the house.
    Admin,
    /// Has toys.
    Member,
}

impl From<AccountRole> for Role {
    fn from(role: AccountRole) -> Role {
        match role {
            AccountRole::Admin => Role::Admin,
            AccountRole::Member => Role::Member,
        }
    }
}

impl From<Role> for AccountRole {
    fn from(role: Role) -> AccountRole {
        match role {
            Role::Admin => AccountRole::Admin,
            Role::Member => AccountRole::Member,
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Session {
    /// The account.
    account: AccountId,
    /// Its name.
    name: String,
    /// What it may do in the house.
    role: Role,
    /// The password was given within the last 5 minutes: the dangerous things are allowed.
    strong: bool,
    /// Since when, in milliseconds since 1970 UTC.
    since: Millis,
}

impl From<&Who> for Session {
    fn from(who: &Who) -> Session {
        let Who { account, name, role, strong, since, .. } = who;
        Session { account: *account, name: name.clone(), role: (*role).into(), strong: *strong, since: *since }
    }
}

/// The answer to somebody who has come in: the session, and its cookie in a header.
type Welcome = ([(HeaderName, HeaderValue); 1], Json<Session>);

fn welcome(house: &House, entered: &Entered) -> Welcome {
    ([(header::SET_COOKIE, entered.cookie.set(house.secure))], Json(Session::from(&entered.who)))
}

/// What a list of sessions calls the program at the other end: `Firefox on Linux`. Only words from here are kept.
#[derive(Clone, Debug, Default)]
struct Device(String);

impl Device {
    fn of(agent: &str) -> Device {
        let first =
            |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, word)| *word);
        let program = first(&[
            ("Eggtooth", "Eggtooth"),
            ("Edg", "Edge"),
            ("OPR/", "Opera"),
            ("SamsungBrowser", "Samsung Internet"),
            ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"),
            ("CriOS", "Chrome"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
            ("curl", "curl"),
        ]);
        let system = first(&[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS X", "macOS"),
            ("CrOS", "ChromeOS"),
            ("Linux", "Linux"),
        ]);
        Device(match (program, system) {
            (Some(program), Some(system)) => format!("{program} on {system}"),
            (Some(word), None) | (None, Some(word)) => word.to_owned(),
            (None, None) => String::new(),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Device {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Device, Infallible> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Ok(agent.map(Device::of).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_short_names() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
            ("<script>", ""),
        ] {
            assert_eq!(Device::of(agent).0, name);
        }
    }
}
