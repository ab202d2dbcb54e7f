//! `eggtooth serve`: one daycare, from an empty folder to the last snapshot.
mod announce;
mod ca;
mod connections;
mod error;
mod folder;
pub mod log;
mod names;
mod tls;

pub use error::ServeError;
