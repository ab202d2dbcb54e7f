//! What is asked of a daycare, and what a refusal says: the same whoever carries it there.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::{ClientError, Web};

/// A request and its answer take no longer, unless the caller says so.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
pub(super) const LONGEST: usize = 1 << 20;
/// The title of a refusal after which giving the password once more helps.
const AGAIN: &str = "Sign in again";

/// How it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

/// What goes with a request.
pub(super) enum Body<'a> {
    None,
    Json(Zeroizing<Vec<u8>>),
    Bytes(&'a [u8]),
}

impl Body<'_> {
    pub(super) fn json(value: &impl Serialize) -> Result<Body<'static>, ClientError> {
        let bytes = serde_json::to_vec(value).map_err(|error| ClientError::System(error.to_string()))?;
        Ok(Body::Json(Zeroizing::new(bytes)))
    }
}

/// Whether this request gives a password: a wrong one is no session that ended.
pub(super) fn enters(method: Method, path: &str) -> bool {
    method == Method::Post && matches!(path, "/session" | "/session/again" | "/join")
}

impl Web {
    /// Asks and reads the answer as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<T, ClientError> {
        let bytes = self.call(method, path, body, self.patience).await?;
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Answer { url: self.address.url() })
    }

    /// Asks for something that may not be there, of which the answer is nothing.
    pub(super) async fn ask_for<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<Option<T>, ClientError> {
        let bytes = self.call(method, path, body, self.patience).await?;
        if bytes.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&bytes).map(Some).map_err(|_| ClientError::Answer { url: self.address.url() })
    }

    /// Asks for something that has no answer.
    pub(super) async fn tell(&self, method: Method, path: &str, body: Body<'_>) -> Result<(), ClientError> {
        self.call(method, path, body, self.patience).await.map(|_| ())
    }

    /// The same of something that takes its time.
    pub(super) async fn tell_within(
        &self,
        limit: Duration,
        method: Method,
        path: &str,
        body: Body<'_>,
    ) -> Result<(), ClientError> {
        self.call(method, path, body, limit).await.map(|_| ())
    }
}

/// What a daycare says when it refuses (RFC 9457), cleaned for the player; `after` in seconds.
pub(super) fn refusal(status: u16, body: &[u8], after: Option<u64>) -> ClientError {
    #[derive(serde::Deserialize)]
    struct Problem {
        #[serde(default)]
        title: String,
        #[serde(default)]
        detail: String,
    }
    let problem: Option<Problem> = serde_json::from_slice(body).ok();
    let again = status == 403 && problem.as_ref().is_some_and(|problem| problem.title == AGAIN);
    let words = problem.map(|problem| if problem.detail.is_empty() { problem.title } else { problem.detail });
    let words = words.filter(|words| !words.trim().is_empty());
    let words = words.unwrap_or_else(|| format!("the daycare refuses, with the status {status} and no reason"));
    let detail = words.chars().map(|one| if one.is_control() { ' ' } else { one }).take(300).collect();
    if again {
        return ClientError::Again { detail };
    }
    ClientError::Refused { status, detail, after: after.map(Duration::from_secs) }
}
