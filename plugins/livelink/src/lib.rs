//! The wire between a daycare and its viewers.
