//! Keys and QUIC.
