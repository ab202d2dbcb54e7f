#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const WAIT: Duration = Duration::from_secs(10);

fn counted() -> (Pipe, Plug, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let calls = count.clone();
    let call = Box::new(move || {
        calls.fetch_add(1, Ordering::Relaxed);
        true
    });
    let (pipe, plug) = pipe(Clock::start(), call);
    (pipe, plug, count)
}

fn bytes(arrival: Option<Arrival>) -> Vec<u8> {
    let Some(Arrival::Bytes { bytes, .. }) = arrival else { panic!("{arrival:?}") };
    bytes
}

#[test]
fn it_is_a_line_while_it_is_joined() {
    let (mut pipe, plug, calls) = counted();
    assert!(matches!(pipe.send(b"x"), Err(TransportError::Gone(_))));
    assert_eq!(pipe.next(Duration::ZERO).unwrap(), None);
    plug.join();
    assert!(matches!(pipe.next(WAIT).unwrap(), Some(Arrival::Back { .. })));
    pipe.send(b"ECHO ").unwrap();
    pipe.send(b"REQ\r\n").unwrap();
    assert_eq!((pipe.waiting(), calls.load(Ordering::Relaxed)), (10, 1));
    plug.look();
    assert_eq!(plug.fetch(4), (b"ECHO".to_vec(), true));
    assert_eq!(plug.fetch(100), (b" REQ\r\n".to_vec(), false));
    pipe.flush(WAIT).unwrap();
    plug.give(&[7; 5000]);
    assert_eq!(bytes(pipe.next(WAIT).unwrap()).len(), AT_ONCE);
    assert_eq!((plug.taken(), plug.taken()), (AT_ONCE, 0));
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    while pipe.send(&[0; 4096]).is_ok() {}
    assert!(matches!(pipe.send(&[0; 4096]), Err(TransportError::Clogged(QUEUE))));
}

#[test]
fn what_is_lost_is_lost_with_what_was_under_way_and_nothing_else() {
    let (mut pipe, plug, _) = counted();
    plug.join();
    pipe.next(WAIT).unwrap();
    plug.give(b"old");
    pipe.send(b"old").unwrap();
    plug.lose("pulled".into());
    assert_eq!(plug.fetch(100), (vec![], false));
    plug.join();
    plug.give(b"new");
    assert!(matches!(pipe.next(WAIT).unwrap(), Some(Arrival::Lost { reason, .. }) if reason == "pulled"));
    // As a bridge does when it hears of a loss.
    pipe.purge();
    assert!(matches!(pipe.next(WAIT).unwrap(), Some(Arrival::Back { .. })));
    assert_eq!(bytes(pipe.next(WAIT).unwrap()), b"new");
    plug.give(b"more");
    pipe.purge();
    assert_eq!((plug.taken(), pipe.next(Duration::ZERO).unwrap()), (7, None));
    assert!(pipe.hang_up() && !pipe.hang_up());
    assert!(plug.hung() && !plug.hung());
    assert!(matches!(pipe.next(WAIT).unwrap(), Some(Arrival::Lost { .. })));
}

#[test]
fn the_end_comes_after_the_loss_and_news_wait() {
    let (mut pipe, plug, _) = counted();
    let post = pipe.post();
    (0..100).for_each(|n| post.tell(News::Failed(n.to_string())));
    let news = plug.look();
    assert_eq!((news.len(), news.last()), (NEWS, Some(&News::Failed("99".into()))));
    post.passed(true, 3);
    post.passed(false, 5);
    assert_eq!(plug.passed(), [3, 5]);
    plug.join();
    pipe.next(WAIT).unwrap();
    drop(plug);
    assert!(post.is_closed());
    assert!(matches!(pipe.next(WAIT).unwrap(), Some(Arrival::Lost { .. })));
    assert!(matches!(pipe.next(WAIT), Err(TransportError::Gone(_))));
}
