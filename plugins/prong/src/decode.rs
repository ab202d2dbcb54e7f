//! What passed on a line, in words: follows both directions of a link without taking part in it.
//!
//! An [`Observer`] is given pieces of both streams in the order of their times, live or from a capture that may begin
//! anywhere, and says what they were. It follows PKT and ACK to know where chunks are; where it does not know, bytes that
//! are no line are kept until the other side answers, and then tried as a chunk. It has no input or output, and
//! holds at most two packets of data and two chunks.

mod entry;
mod follow;
mod side;

pub use entry::{Awaited, Entry, Verdict, What};
pub use follow::Observer;
