//! The Bevy face, driven by hand: links to a simulated toy, to a terminal, to a friend.
#![cfg(all(feature = "bevy", feature = "uart", feature = "quic"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use bevy_app::App;
use bevy_ecs::prelude::*;
use eggtooth_prong::face::{
    Asked, Job, Line, LinkNews, LinkRequest, LinkState, Load, News, Offer, Order, Progress, ProngPlugin, SecretFrom,
    TRAFFIC, Task, Traffic, Trouble,
};
use eggtooth_prong::packet::Item;
use eggtooth_prong::talk::{Answer, Outcome, Question};
use eggtooth_prong::transport::pty::Pty;
use eggtooth_prong::transport::{Arrival, Clock, Transport, uart};

/// The longest that anything here may take.
const WAIT: Duration = Duration::from_secs(30);

struct Table {
    app: App,
    link: Entity,
    news: Vec<News>,
}

impl Table {
    fn closed(line: Line) -> Table {
        let mut app = App::new();
        app.add_plugins(ProngPlugin);
        let link = app.world_mut().spawn(line).id();
        app.finish();
        app.cleanup();
        Table { app, link, news: vec![] }
    }

    fn open(line: Line) -> Table {
        let mut table = Table::closed(line);
        table.ask(Order::Open(SecretFrom::Environment));
        table.until(|table| table.news.contains(&News::Opened));
        table
    }

    fn ask(&mut self, order: Order) {
        self.app.world_mut().write_message(LinkRequest { link: self.link, order });
        self.update();
    }

    fn update(&mut self) {
        self.app.update();
        let mut news = self.app.world_mut().resource_mut::<Messages<LinkNews>>();
        self.news.extend(news.drain().map(|news| news.news));
    }

    /// Updates until `done`; the link's thread needs real time.
    fn until(&mut self, done: impl Fn(&Table) -> bool) {
        let end = Instant::now() + WAIT;
        while !done(self) {
            assert!(Instant::now() < end, "it did not come: {:?}", self.news);
            std::thread::sleep(Duration::from_millis(2));
            self.update();
        }
    }

    fn get<T: Component + Clone>(&self) -> T {
        self.app.world().get::<T>(self.link).unwrap().clone()
    }

    fn outcome(&mut self) -> Outcome {
        let has = |news: &News| matches!(news, News::Done(_) | News::Failed(_));
        self.until(|table| table.news.iter().any(has));
        match self.news.drain(..).find(has).unwrap() {
            News::Done(outcome) => *outcome,
            other => panic!("{other:?}"),
        }
    }

    fn trouble(&mut self) -> Trouble {
        let has = |news: &News| matches!(news, News::Done(_) | News::Failed(_));
        self.until(|table| table.news.iter().any(has));
        match self.news.drain(..).find(has).unwrap() {
            News::Failed(trouble) => trouble,
            other => panic!("{other:?}"),
        }
    }

    fn words(&self) -> Vec<String> {
        let arrow = |sent| if sent { ">" } else { "<" };
        self.get::<Traffic>().0.iter().map(|row| format!("{}{}", arrow(row.sent), row.words)).collect()
    }
}

fn item(bytes: usize) -> Item {
    Item::build(&vec![7; bytes], b"sprites", b"strings").unwrap()
}

#[test]
fn nothing_is_opened_unasked() {
    let mut table = Table::closed(Line::Port("/dev/null".into()));
    for _ in 0..20 {
        table.update();
    }
    assert_eq!(table.get::<LinkState>(), LinkState::Closed);
    table.ask(Order::Echo);
    assert!(table.trouble().what.contains("connect first"));
    table.ask(Order::Open(SecretFrom::Environment));
    assert!(table.trouble().what.contains("no serial port"));
    table.until(|table| table.get::<LinkState>() == LinkState::Closed);
    table.ask(Order::Open(SecretFrom::Environment));
    assert!(table.trouble().what.contains("no serial port"), "a link that failed can be tried again");
}

#[test]
fn the_simulated_toy_answers_an_echo() {
    let mut table = Table::open(Line::Simulated);
    assert_eq!(table.get::<LinkState>(), LinkState::Open { packets: true });
    table.ask(Order::Echo);
    assert_eq!(table.outcome(), Outcome::Echo);
    assert_eq!(table.words(), [">ECHO REQ", "<ECHO REP"]);
    table.ask(Order::Close);
    table.until(|table| table.get::<LinkState>() == LinkState::Closed);
    assert!(table.news.contains(&News::Closed));
    table.ask(Order::Open(SecretFrom::Environment));
    table.until(|table| table.get::<LinkState>().is_open());
    assert!(table.words().is_empty(), "a new link has no past");
}

#[test]
fn an_item_is_sent() {
    let mut table = Table::open(Line::Simulated);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hat.arc2");
    std::fs::write(&path, item(10_000).bytes()).unwrap();
    table.ask(Order::Send(Load::File(path)));
    table.until(|table| table.get::<Progress>().0.is_some());
    assert_eq!(table.get::<Task>().0, Some(Job::Send));
    assert_eq!(table.outcome(), Outcome::Sent);
    assert_eq!((table.get::<Progress>().0, table.get::<Task>().0), (None, None));
    let words = table.words();
    let size = item(10_000).bytes().len();
    assert_eq!(words[2..5], [format!(">PKT {size}"), "<ACK".into(), ">chunk 1/3".into()]);
    assert_eq!(words[words.len() - 2..], [">chunk 3/3", "<ACK"]);
}

#[test]
fn progress_has_a_rate_and_an_end() {
    let mut table = Table::open(Line::Simulated);
    table.ask(Order::Send(Load::Bytes(item(16_000).into_bytes())));
    let mut seen = vec![];
    table.until(|table| table.news.iter().any(|news| matches!(news, News::Done(_))));
    for news in &table.news {
        if let News::Progress(transfer) = news {
            seen.push(*transfer);
        }
    }
    assert!(seen.iter().all(|transfer| transfer.sending && transfer.chunks == 4 && transfer.size > 16_000));
    assert!(seen.windows(2).all(|pair| pair[0].done < pair[1].done), "{seen:?}");
    let middle = seen.iter().find(|transfer| transfer.done == 2).unwrap();
    // 46,080 bytes a second are possible.
    assert!((5_000.0..48_000.0).contains(&middle.rate) && middle.left.is_some(), "{middle:?}");
}

#[test]
fn what_is_no_item_or_too_large_is_refused() {
    let mut table = Table::open(Line::Simulated);
    table.ask(Order::Send(Load::Bytes(b"no item at all, but long enough".to_vec())));
    assert!(table.trouble().what.contains("does not begin with ARC2"));
    table.ask(Order::Send(Load::File("/nowhere/hat.arc2".into())));
    assert!(table.trouble().what.contains("cannot be read"));
    // What a toy would write to its flash: there is no way to a permit from here.
    table.ask(Order::Send(Load::Bytes(vec![0; 0x4001])));
    let trouble = table.trouble();
    assert!(trouble.what.contains("permission to write flash"), "{trouble:?}");
    assert!(trouble.check[0].contains("command line"));
    assert!(table.words().is_empty(), "not a byte of it went out");
}

#[test]
fn gifts_change_hands() {
    let mut table = Table::open(Line::Simulated);
    table.ask(Order::Gift(Some(17)));
    let Outcome::Gifts { gave: 17, got: 1..=40 } = table.outcome() else { panic!() };
    // And with a question, which the toy begins.
    table.ask(Order::TakeGift);
    table.until(|table| table.get::<Asked>().0.is_some());
    assert!(matches!(table.get::<Asked>().0, Some(Question::Gift { .. })));
    table.news.clear();
    table.ask(Order::Answer(Answer::Give(5)));
    let Outcome::Gifts { gave: 5, got: 1..=40 } = table.outcome() else { panic!() };
    assert_eq!(table.get::<Asked>().0, None);
    table.ask(Order::Answer(Answer::Give(5)));
    assert!(table.trouble().what.contains("too late"));
}

#[test]
fn pets_meet() {
    for order in [Order::Playdate, Order::AwaitPlaydate] {
        let mut table = Table::open(Line::Simulated);
        table.ask(order);
        let over = |table: &Table| table.news.iter().any(|news| matches!(news, News::Done(_) | News::Failed(_)));
        table.until(|table| over(table) || table.get::<Asked>().0.is_some());
        if table.get::<Asked>().0 == Some(Question::Breed) {
            table.ask(Order::Answer(Answer::Breed(false)));
        }
        let Outcome::Played(played) = table.outcome() else { panic!() };
        assert!(played.friendship <= 4 && !played.bred);
        assert!(table.get::<Traffic>().0.len() == TRAFFIC, "the scope is bounded");
    }
}

#[test]
fn what_goes_on_is_cancelled_by_the_protocol() {
    let mut table = Table::open(Line::Simulated);
    table.ask(Order::Playdate);
    table.until(|table| table.get::<Progress>().0.is_some_and(|transfer| transfer.done > 3));
    table.ask(Order::Echo);
    assert!(table.trouble().what.contains("something else goes on"));
    table.ask(Order::Cancel);
    assert_eq!(table.trouble().what, "given up here");
    table.until(|table| table.words().iter().any(|words| words == ">CAN"));
    // And the link is as good as before, as soon as the toy has noticed: a CAN in the wake of a chunk is lost on it.
    table.news.clear();
    for _ in 0..4 {
        table.ask(Order::Echo);
        table.until(|table| table.news.iter().any(|news| matches!(news, News::Done(_) | News::Failed(_))));
        if table.news.drain(..).any(|news| news == News::Done(Box::new(Outcome::Echo))) {
            return;
        }
    }
    panic!("the toy has not noticed");
}

#[test]
fn despawning_in_the_middle_cancels_and_ends_the_thread() {
    let (link, mut toy) = terminal();
    let mut table = Table::open(Line::Port(link.path().join("toy").display().to_string()));
    table.ask(Order::Echo);
    toy_hears(&mut toy, b"ECHO REQ\r\n");
    let id = table.link;
    table.app.world_mut().despawn(id);
    table.app.update();
    is_left(&link);
}

#[test]
fn dropping_the_app_ends_the_thread() {
    let (link, _toy) = terminal();
    let table = Table::open(Line::Port(link.path().join("toy").display().to_string()));
    assert!(uart::open(link.path().join("toy").to_str().unwrap(), uart::Options::default(), Clock::start()).is_err());
    drop(table);
    is_left(&link);
}

/// A terminal pair with the toy's end in hand.
fn terminal() -> (tempfile::TempDir, Pty) {
    let folder = tempfile::tempdir().unwrap();
    let toy = Pty::create(Some(&folder.path().join("toy")), Clock::start()).unwrap();
    (folder, toy)
}

fn toy_hears(toy: &mut Pty, words: &[u8]) {
    let mut heard = vec![];
    let end = Instant::now() + WAIT;
    while !heard.windows(words.len()).any(|window| window == words) {
        assert!(Instant::now() < end, "{heard:?}");
        if let Some(Arrival::Bytes { bytes, .. }) = toy.next(Duration::from_millis(50)).unwrap() {
            heard.extend(bytes);
        }
    }
}

/// The port is free again.
fn is_left(folder: &tempfile::TempDir) {
    let port = folder.path().join("toy");
    let end = Instant::now() + WAIT;
    while let Err(error) = uart::open(port.to_str().unwrap(), uart::Options::default(), Clock::start()) {
        assert!(Instant::now() < end, "{error}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_toy_that_is_not_there_is_told_with_what_to_check() {
    let (folder, _toy) = terminal();
    let mut table = Table::open(Line::Port(folder.path().join("toy").display().to_string()));
    assert_eq!(table.get::<LinkState>(), LinkState::Open { packets: false }, "nobody has given a secret");
    table.ask(Order::Echo);
    let trouble = table.trouble();
    assert!(trouble.what.contains("nobody answers") && trouble.check[0].contains("TX"), "{trouble:?}");
    table.ask(Order::Gift(Some(1)));
    assert!(table.trouble().check[0].contains("secret"));
}

#[test]
fn a_pulled_plug_is_told() {
    let (folder, toy) = terminal();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, b"prong-dev-secret-A").unwrap();
    let mut table = Table::closed(Line::Port(folder.path().join("toy").display().to_string()));
    table.ask(Order::Open(SecretFrom::File(secret)));
    table.until(|table| table.get::<LinkState>() == LinkState::Open { packets: true });
    table.news.clear();
    table.ask(Order::TakeGift);
    drop(toy);
    let trouble = table.trouble();
    assert!(trouble.what.contains("line is gone") && trouble.check[0].contains("plugged in"), "{trouble:?}");
    table.until(|table| !table.get::<LinkState>().is_open());
}

#[test]
fn an_offer_is_shown_and_forgotten() {
    let (folder, mut toy) = terminal();
    let mut table = Table::open(Line::Port(folder.path().join("toy").display().to_string()));
    toy.send(b"PKT 4\r\n").unwrap();
    table.until(|table| table.get::<Offer>().0 == Some(4));
    table.until(|table| table.get::<Offer>().0.is_none());
}

#[test]
fn friends_swap_gifts() {
    let mut host = Table::closed(Line::Listen { addr: "127.0.0.1:0".into() });
    host.ask(Order::Open(SecretFrom::Environment));
    host.until(|table| matches!(table.get::<LinkState>(), LinkState::Waiting { .. }));
    let LinkState::Waiting { addr, key } = host.get() else { panic!() };
    let mut guest = Table::open(Line::Call { addr, key });
    host.until(|table| table.get::<LinkState>().is_open());
    host.news.clear();
    guest.news.clear();
    host.ask(Order::TakeGift);
    guest.ask(Order::Gift(Some(3)));
    host.until(|table| table.get::<Asked>().0.is_some());
    host.news.clear();
    host.ask(Order::Answer(Answer::Give(9)));
    assert_eq!(host.outcome(), Outcome::Gifts { gave: 9, got: 3 });
    assert_eq!(guest.outcome(), Outcome::Gifts { gave: 3, got: 9 });
    drop(guest);
    assert!(host.trouble().what.contains("the line is gone"));
    host.until(|table| table.get::<LinkState>() == LinkState::Closed);
}

#[test]
fn a_friend_who_is_no_longer_waited_for() {
    let mut host = Table::closed(Line::Listen { addr: "127.0.0.1:0".into() });
    host.ask(Order::Open(SecretFrom::Environment));
    host.until(|table| matches!(table.get::<LinkState>(), LinkState::Waiting { .. }));
    host.ask(Order::Close);
    host.until(|table| table.get::<LinkState>() == LinkState::Closed);
    for (addr, key, words) in
        [("nonsense", "00".repeat(32), "is no address"), ("127.0.0.1:1", "abc".to_owned(), "64 hexadecimal digits")]
    {
        let mut guest = Table::closed(Line::Call { addr: addr.into(), key });
        guest.ask(Order::Open(SecretFrom::Environment));
        assert!(guest.trouble().what.contains(words));
    }
}

#[test]
fn one_thing_follows_the_other_on_one_link() {
    let mut table = Table::open(Line::Simulated);
    for order in [Order::Playdate, Order::AwaitPlaydate] {
        table.ask(order);
        let over = |table: &Table| table.news.iter().any(|news| matches!(news, News::Done(_) | News::Failed(_)));
        table.until(|table| over(table) || table.get::<Asked>().0.is_some());
        if table.get::<Asked>().0 == Some(Question::Breed) {
            table.ask(Order::Answer(Answer::Breed(true)));
        }
        assert!(matches!(table.outcome(), Outcome::Played(_)));
    }
    table.ask(Order::TakeGift);
    table.until(|table| {
        let failed = table.news.iter().find(|news| matches!(news, News::Failed(_)));
        assert_eq!(failed, None, "{:#?}", table.words());
        table.get::<Asked>().0.is_some()
    });
    table.ask(Order::Answer(Answer::Give(5)));
    assert!(matches!(table.outcome(), Outcome::Gifts { gave: 5, .. }));
}
