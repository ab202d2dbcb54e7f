//! What the API says when it does not do something: problem details (RFC 9457).

use crate::host::HostError;
use crate::roms::RomsError;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `application/problem+json`. `detail` is one sentence for a person; what went wrong inside stays in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says which kind of problem it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// Seconds after which another try makes sense; sent as the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// The media type.
    pub const TYPE: &str = "application/problem+json";

    /// A problem with this status; `detail` is one sentence that says what is wrong and what to do.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank".into(),
            title: status.canonical_reason().unwrap_or("Unknown").into(),
            status: status.as_u16(),
            detail: detail.into(),
            retry_after: None,
        }
    }

    /// 400.
    #[must_use]
    pub fn bad(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 404.
    #[must_use]
    pub fn missing(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// 409.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, detail)
    }

    /// 500. What happened is logged, not told.
    #[must_use]
    pub fn inside(what: &dyn std::fmt::Display) -> Problem {
        tracing::error!(problem = %what, "a request failed inside");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the daycare made a mistake; its log says which")
    }

    /// The same, with the seconds after which another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after = Some(seconds);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, Problem::TYPE)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Missing(_) => Problem::missing(error.to_string()),
            StoreError::Conflict(_) => Problem::conflict(error.to_string()),
            StoreError::Write(_) => {
                tracing::error!(problem = %error, "the store refused");
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "the daycare cannot write anything down at the moment, so nothing was changed; try again later",
                )
                .retry_after(10)
            }
            StoreError::Damaged(_) | StoreError::Newer(_) | StoreError::InUse(_) => Problem::inside(&error),
        }
    }
}

impl From<RomsError> for Problem {
    fn from(error: RomsError) -> Problem {
        match error {
            RomsError::Rom(_) | RomsError::TooLarge => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
            RomsError::TooMany => Problem::conflict(error.to_string()),
            RomsError::Store(error) => error.into(),
            _ => Problem::inside(&error),
        }
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Problem {
        match error {
            HostError::NoSuchToy => Problem::missing(error.to_string()),
            HostError::Untouchable(_) | HostError::Paused => Problem::conflict(error.to_string()),
            HostError::Busy | HostError::Closing => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()).retry_after(1)
            }
            HostError::Refused(detail) => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail),
            HostError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_inside_is_not_told() {
        for error in [StoreError::Damaged("page 7 of /srv/x".into()), StoreError::Write("/srv/x: full".into())] {
            let problem = Problem::from(error);
            assert!(problem.status >= 500 && !problem.detail.contains("/srv"), "{problem:?}");
        }
        assert_eq!(Problem::from(HostError::Paused).status, 409);
        assert_eq!(Problem::from(HostError::Store(StoreError::Missing("toy"))).status, 404);
    }

    #[test]
    fn a_problem_is_problem_json_with_its_status() {
        let response = Problem::new(StatusCode::TOO_MANY_REQUESTS, "wait a moment").retry_after(3).into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
    }
}
