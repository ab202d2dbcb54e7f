//! The description of the API, made from the handlers themselves, and a page to try it; for who is signed in.

use super::Problem;
use super::files::File;
use crate::door::{Action, Caller};
use crate::house::House;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, SecurityRequirement, Server};
use utoipa::{PartialSchema, ToSchema};

/// The document as it is sent.
#[derive(Clone, Debug)]
pub struct Document(Arc<str>);

impl Document {
    /// Finishes what the routes have said.
    ///
    /// # Errors
    /// None that a document of ours can cause.
    pub fn new(mut api: OpenApi) -> Result<Document, serde_json::Error> {
        api.info = InfoBuilder::new()
            .title("Eggtooth daycare")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(
                "What changes something needs the header X-Eggtooth: 1. Identifiers are 32 hexadecimal digits, times \
                 milliseconds since 1970 UTC; refusals are problem details (RFC 9457).",
            ))
            .license(Some(utoipa::openapi::License::new("MIT")))
            .build();
        api.servers = Some(vec![Server::new("/")]);
        let mut components = api.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
        components.schemas.insert(Problem::name().into_owned(), Problem::schema());
        for (name, cookie) in [("cookie", "__Host-egg"), ("plain_cookie", "egg")] {
            let scheme = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookie)));
            components.security_schemes.insert(name.into(), scheme.into());
        }
        api.components = Some(components);
        for (path, item) in &mut api.paths.paths {
            let operations = [
                ("get", &mut item.get),
                ("put", &mut item.put),
                ("post", &mut item.post),
                ("patch", &mut item.patch),
                ("delete", &mut item.delete),
            ];
            for (method, operation) in operations {
                let Some(operation) = operation else { continue };
                // Handlers of different modules share names.
                let words = path.trim_start_matches("/api/v1/").replace(['/', '.'], "_").replace(['{', '}'], "");
                operation.operation_id = Some(format!("{method}_{words}"));
                // The routes that need nobody do not say 401 for want of a session.
                let open = ["/api/v1/hello", "/api/v1/setup", "/api/v1/join", "/api/v1/live", "/api/v1/table"]
                    .contains(&path.as_str())
                    || operation.operation_id.as_deref() == Some("post_session");
                if !open && operation.responses.responses.contains_key("401") && operation.security.is_none() {
                    let schemes = ["cookie", "plain_cookie"];
                    operation.security =
                        Some(schemes.map(|name| SecurityRequirement::new(name, Vec::<String>::new())).into());
                }
            }
        }
        Ok(Document(serde_json::to_string_pretty(&api)?.into()))
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn document(
    State(house): State<Arc<House>>,
    Extension(document): Extension<Document>,
    caller: Caller,
) -> Result<impl IntoResponse, Problem> {
    house.door.may_house(&caller, Action::Enter)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document.0.to_string()))
}

const PAGE: File = File::new("text/html; charset=utf-8", include_bytes!("try/index.html"));
const SCRIPT: File = File::new("text/javascript; charset=utf-8", include_bytes!("try/try.js"));
const STYLE: File = File::new("text/css; charset=utf-8", include_bytes!("try/try.css"));

/// `GET /api`: a form for each route.
pub async fn page(State(house): State<Arc<House>>, caller: Caller, headers: HeaderMap) -> Result<Response, Problem> {
    house.door.may_house(&caller, Action::Enter)?;
    Ok(PAGE.answer(&headers))
}

/// `GET /api/try.js`.
pub async fn script(headers: HeaderMap) -> Response {
    SCRIPT.answer(&headers)
}

/// `GET /api/try.css`.
pub async fn style(headers: HeaderMap) -> Response {
    STYLE.answer(&headers)
}

/// `GET /api/v1/api`: where the page is.
pub async fn there() -> Redirect {
    Redirect::permanent("/api")
}
