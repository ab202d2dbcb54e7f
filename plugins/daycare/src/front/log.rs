//! What happens, on standard error: text for people at a terminal, JSON lines for everything else.
//!
//! Nothing secret is ever an event's field: no token, password, cookie, key or ROM. Requests are logged by route, never
//! by address, for addresses may hold what people typed.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As text at a terminal, as JSON elsewhere.
    #[default]
    Auto,
    /// One line of text each.
    Text,
    /// One JSON object a line.
    Json,
}

/// Which events: the variable has the form of `RUST_LOG`.
pub const VARIABLE: &str = "EGGTOOTH_LOG";
/// What is worth reading where nothing is said.
const USUAL: &str = "info";

/// Begins to log; a second call in a process changes nothing. A filter that cannot be read is said, and the usual one
/// is used.
pub fn start(format: Format) {
    let mut unread = None;
    let filter = match std::env::var(VARIABLE) {
        Ok(text) => EnvFilter::try_new(&text).unwrap_or_else(|error| {
            unread = Some(error.to_string());
            EnvFilter::new(USUAL)
        }),
        Err(_) => EnvFilter::new(USUAL),
    };
    // What libraries trace may hold headers and bytes of connections, so they are kept to their warnings.
    let filter = ["h2", "hyper", "hyper_util", "rustls", "tungstenite", "tower_http", "axum"]
        .iter()
        .filter_map(|library| format!("{library}=warn").parse::<Directive>().ok())
        .fold(filter, EnvFilter::add_directive);
    let is_terminal = std::io::stderr().is_terminal();
    let json = match format {
        Format::Auto => !is_terminal,
        Format::Text => false,
        Format::Json => true,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    } else {
        builder.with_ansi(is_terminal).with_target(false).try_init()
    };
    if started.is_err() {
        return;
    }
    if json {
        // A panic would otherwise be the only line that is no JSON.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
            tracing::error!(place, thread, "{}", panic.payload_as_str().unwrap_or("a fault in the program"));
        }));
    }
    if let Some(error) = unread {
        tracing::warn!("{VARIABLE} cannot be read ({error}); the usual events are logged");
    }
}
