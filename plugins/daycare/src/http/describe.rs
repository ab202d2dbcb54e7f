//! What the OpenAPI document says of identifiers and of refusals.

use super::Problem;
use crate::id::{AccountId, ClientId, GrantId, MoveId, RomKey, SessionId, ToyId};
use std::collections::BTreeMap;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

macro_rules! described {
    ($($id:ident: $what:literal,)*) => {$(
        impl PartialSchema for $id {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!("Calls ", $what, ": 32 hexadecimal digits.")))
                    .pattern(Some("^[0-9a-f]{32}$"))
                    .examples(["00112233445566778899aabbccddeeff"])
                    .into()
            }
        }

        impl ToSchema for $id {}
    )*};
}

described! {
    ToyId: "a toy",
    AccountId: "an account",
    RomKey: "a ROM in a vault",
    GrantId: "a grant",
    MoveId: "one attempt to carry a pet; the one who carries makes it up",
    SessionId: "a session",
    ClientId: "a player's program; it makes it up, and keeps it when it connects again",
}

/// A file that is uploaded or handed out.
#[derive(Clone, Copy, Debug)]
pub struct Octets;

impl PartialSchema for Octets {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary)))
            .into()
    }
}

impl ToSchema for Octets {}

fn refusals(list: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let refusal = |text: &str| {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
        RefOr::T(ResponseBuilder::new().description(text).content(Problem::TYPE, content).build())
    };
    list.iter().map(|(status, text)| (status.to_string(), refusal(text))).collect()
}

macro_rules! sets {
    ($($(#[$doc:meta])* $name:ident: $list:expr,)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                refusals(&$list)
            }
        }
    )*};
}

sets! {
    /// What any address may answer.
    Always: [
        (403, "Not allowed; with the title \"Sign in again\": the password is needed once more"),
        (421, "The daycare is not known under this name"),
        (429, "Too often; see Retry-After"),
        (500, "The daycare made a mistake"),
        (503, "Not set up yet, closing, busy, or nothing can be written down; nothing has changed"),
        (504, "It took too long"),
    ],
    /// Where one must be signed in.
    SignedIn: [(401, "Nobody is signed in")],
    /// Where something is named.
    Named: [(404, "There is no such thing, or not for this caller")],
    /// Where the query may be wrong.
    Queried: [(400, "The query cannot be understood")],
    /// Where a body is sent.
    Bodied: [
        (400, "The body is not what it says it is"),
        (408, "The body came too slowly"),
        (413, "The body is too large"),
        (415, "The body is of another media type"),
        (422, "The body is well formed and cannot be used; the detail says why"),
    ],
    /// Where the state of things may forbid it.
    Clash: [(409, "As things are it cannot be done; the detail says why")],
    /// Where the toy or its save may forbid it.
    Unfit: [(422, "It cannot be used; the detail says why")],
}
