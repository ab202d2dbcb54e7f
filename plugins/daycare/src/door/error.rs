//! Why the door stays shut.

use crate::http::Problem;
use crate::store::StoreError;
use axum::http::StatusCode;

/// Why somebody was not let in, or may not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DoorError {
    /// Nobody is signed in.
    #[error("you are not signed in; sign in first")]
    SignIn,
    /// Wrong name, wrong password, or may not sign in: not said which.
    #[error("name and password do not belong together; try again")]
    Credentials,
    /// Signed in, and not allowed.
    #[error("you may not do this; ask whom it belongs to")]
    Forbidden,
    /// Allowed, once the password has been given again.
    #[error("this needs your password once more; sign in again and repeat it")]
    Again,
    /// Not there, or not for this caller: not said which.
    #[error("there is no such {0} for you; look at the list again")]
    NotFound(&'static str),
    /// Over a limit.
    #[error("this is too often; try again in {seconds} s")]
    TooMany {
        /// When it is worth trying again.
        seconds: u64,
    },
    /// As many as there may be.
    #[error("{0}")]
    Full(String),
    /// Nobody has set the daycare up.
    #[error("this daycare is not set up yet; open the address that its terminal shows")]
    NotSetUp,
    /// The set-up token is wrong.
    #[error("this is not the set-up token; copy it whole from the daycare's terminal")]
    BadToken,
    /// It was guessed at, or is too old.
    #[error("the set-up token is no longer valid; restart the daycare, it shows a new one")]
    TokenSpent,
    /// Somebody has set it up.
    #[error("this daycare is set up already; sign in")]
    SetUpAlready,
    /// An invitation that is wrong, used, taken back or too old.
    #[error("this invitation is not valid or no longer; ask for another one")]
    Invitation,
    /// Something that was typed cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// A request that another site's page made, or could have made.
    #[error("this request does not come from the daycare's own page ({0}); open the daycare itself")]
    Foreign(&'static str),
    /// A name under which the daycare is not known.
    #[error("this daycare does not answer under this address; use the one it prints at its start")]
    UnknownHost,
    /// A body of a kind that is not taken.
    #[error("this kind of body is not taken; send application/json or application/octet-stream")]
    MediaType,
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something inside; the log says what.
    #[error("the daycare could not do this; its log says why")]
    Inside,
}

impl DoorError {
    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            DoorError::SignIn | DoorError::Credentials => 401,
            DoorError::Forbidden
            | DoorError::Again
            | DoorError::BadToken
            | DoorError::TokenSpent
            | DoorError::Invitation
            | DoorError::Foreign(_) => 403,
            DoorError::NotFound(_) | DoorError::Store(StoreError::Missing(_)) => 404,
            DoorError::SetUpAlready | DoorError::Full(_) | DoorError::Store(StoreError::Conflict(_)) => 409,
            DoorError::MediaType => 415,
            DoorError::UnknownHost => 421,
            DoorError::Invalid(_) => 422,
            DoorError::TooMany { .. } => 429,
            DoorError::NotSetUp | DoorError::Store(StoreError::Write(_)) => 503,
            DoorError::Store(_) | DoorError::Inside => 500,
        }
    }

    /// The title of the problem. `Sign in again` is what a page tells [`DoorError::Again`] from a refusal by.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            DoorError::SignIn => "Sign in",
            DoorError::Credentials => "Wrong name or password",
            DoorError::Again => "Sign in again",
            DoorError::Invitation => "Invitation not valid",
            DoorError::BadToken | DoorError::TokenSpent => "Set-up token not valid",
            DoorError::Foreign(_) => "Not from here",
            DoorError::UnknownHost => "Unknown address",
            _ => match self.status() {
                403 => "Not allowed",
                404 => "Not found",
                409 => "Conflict",
                415 => "Unsupported media type",
                422 => "Cannot be used",
                429 => "Too many requests",
                503 => "Not available",
                _ => "Internal error",
            },
        }
    }

    /// For the header `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            DoorError::TooMany { seconds } => Some(*seconds),
            DoorError::NotSetUp => Some(60),
            _ => None,
        }
    }
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Problem {
        let (title, retry) = (error.title(), error.retry_after());
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let problem = match error {
            DoorError::Store(error) => return error.into(),
            other => Problem { title: title.to_owned(), ..Problem::new(status, other.to_string()) },
        };
        match retry {
            Some(seconds) => problem.retry_after(seconds),
            None => problem,
        }
    }
}
