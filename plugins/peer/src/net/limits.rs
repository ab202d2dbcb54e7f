//! How much of everything a stranger may use.

use std::time::Duration;

/// The limits of an endpoint. The defaults are those of the project's network description (service.md §3.1); tests
/// take shorter times. quinn's own defaults would let a stranger hold unlimited memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one connection may have on its way to us or unread, all streams together. 256 KiB.
    pub receive_window: u32,
    /// The same for one stream. 64 KiB.
    pub stream_window: u32,
    /// Bytes that one connection keeps until they are acknowledged. 256 KiB.
    pub send_window: u32,
    /// Bidirectional streams that the other side may have open. 4; an endpoint uses one, a line all.
    pub bidi_streams: u32,
    /// Unidirectional streams that the other side may open. 2, of which none is used.
    pub uni_streams: u32,
    /// Bytes of QUIC datagrams that are kept, in each direction; of more the oldest are dropped. 64 KiB.
    pub datagram_buffer: usize,
    /// Connection attempts at once, begun or not, before new ones are dropped. 32.
    pub incoming: usize,
    /// Handshakes that one address, or IPv6 network of 64 bits, may begin in a minute; more are told that we are busy,
    /// which costs one packet. Counted when the address is proven. 10.
    pub handshakes: u32,
    /// Bytes kept of an attempt that has not begun. 16 KiB.
    pub incoming_buffer: u64,
    /// The same for all attempts together. 2 MiB.
    pub incoming_buffer_total: u64,
    /// Greeted connections at once; more are told that we are busy. 16: with `incoming`, at most 24 MiB in windows.
    pub connections: usize,
    /// Calls that wait for [`Endpoint::accept`](crate::Endpoint::accept) or
    /// [`Meeting::accept`](crate::Meeting::accept); more are told that we are busy. 4.
    pub backlog: usize,
    /// Silence after which we ask whether the other side is there. 10 s.
    pub keep_alive: Duration,
    /// Silence after which the other side is taken for gone. 30 s; at most 2^62 ms.
    pub idle: Duration,
    /// Round trip that is assumed before one was measured; the first repetition comes after about three. 100 ms.
    pub initial_rtt: Duration,
    /// Time that a caller has for the handshake, and again for the stream and its hello after it. 5 s.
    pub greeting: Duration,
    /// How long a write, flush or finish waits for the other side, unless
    /// [`Writer::set_limit`](crate::Writer::set_limit) says otherwise. 5 s.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            receive_window: 256 << 10,
            stream_window: 64 << 10,
            send_window: 256 << 10,
            bidi_streams: 4,
            uni_streams: 2,
            datagram_buffer: 64 << 10,
            incoming: 32,
            handshakes: 10,
            incoming_buffer: 16 << 10,
            incoming_buffer_total: 2 << 20,
            connections: 16,
            backlog: 4,
            keep_alive: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            initial_rtt: Duration::from_millis(100),
            greeting: Duration::from_secs(5),
            write: Duration::from_secs(5),
        }
    }
}
