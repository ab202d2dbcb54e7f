//! The files that are part of the program; the build script names them (`build.rs`).

include!(concat!(env!("OUT_DIR"), "/embedded_web.rs"));
