//! E0C6200 source text to words and back
