//! The link panel: every state fits, says what is the matter, and asks for what its buttons say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use bevy_egui::egui::accesskit::Role;
use common::{SIZES, Table, enabled, has, model, table, texts};
use eggtooth_desk::link::{Ground, LinkAction, LinkModel, LinkTold, Way};
use eggtooth_desk::model::{Action, Model};
use eggtooth_desk::view::View;
use eggtooth_prong::face::{Job, Line, LinkState, Load, Order, Row, SecretFrom, Transfer, Trouble};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::{Answer, Question};
use eggtooth_prong::transport::uart::PortInfo;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::sync::Arc;
use std::time::Duration;

fn with(link: LinkModel) -> Model {
    Model { link, ..model() }
}

fn page(size: [f32; 2], link: LinkModel) -> Harness<'static, Table> {
    let mut view = View { open: true, ..View::new() };
    view.form.link.open = true;
    table(size, with(link), view)
}

fn open() -> LinkModel {
    LinkModel { state: LinkState::Open { packets: true }, with: "the simulated toy".into(), ..LinkModel::default() }
}

fn ports() -> Vec<PortInfo> {
    let port =
        |name: &str, adapter: &str, hint| PortInfo { name: name.into(), adapter: adapter.into(), usb: None, hint };
    vec![
        port(
            "/dev/ttyUSB0",
            "FTDI FT232R USB UART",
            Some("it keeps answers back for 16 ms: set its latency timer to 1 ms"),
        ),
        port("/dev/serial/by-id/usb-1a86_USB_Single_Serial_0123456789ABCDEF-if00-port0", "", None),
    ]
}

fn traffic(rows: usize) -> Vec<Row> {
    let words = [
        "ECHO REQ",
        "ECHO REP",
        "PKT 131092",
        "ACK",
        "chunk 255/256",
        "NAK",
        "cut off at 4111 of 4112",
        "silence, 5 s",
    ];
    let row = |n: usize| Row {
        at: Duration::from_millis(n as u64 * 9_999),
        sent: n.is_multiple_of(2),
        words: words[n % words.len()].into(),
        bytes: n * 70,
    };
    (0..rows).map(row).collect()
}

fn link(action: LinkAction) -> Vec<Action> {
    vec![Action::Link(action)]
}

fn order(order: Order) -> Vec<Action> {
    link(LinkAction::Do(order))
}

#[test]
fn the_menu_leads_there_and_back() {
    for size in SIZES {
        let mut harness = common::menu(size, model());
        assert_eq!(common::click(&mut harness, "Link…"), link(LinkAction::Look));
        assert!(harness.state().view.form.link.open && has(&harness, "Connect with"));
        assert_eq!(common::click(&mut harness, "Back"), []);
        assert!(has(&harness, "Time") && !has(&harness, "Connect with"));
        assert_eq!(common::click(&mut harness, "Close"), [Action::Menu(false)]);
        let harness = common::menu(size, with(open()));
        assert!(has(&harness, "Link… (Connected)"));
    }
}

#[test]
fn a_line_is_chosen() {
    for size in SIZES {
        let mut harness = page(size, LinkModel { ports: ports(), ..LinkModel::default() });
        let connect = |line| link(LinkAction::Connect(line, SecretFrom::Environment));
        assert_eq!(common::click(&mut harness, "Connect"), connect(Line::Simulated));
        common::click(&mut harness, "Real toy");
        assert!(!enabled(&harness, "Connect") && has(&harness, "Choose a port, or type its name."));
        assert_eq!(common::click(&mut harness, "/dev/ttyUSB0: FTDI FT232R USB UART"), []);
        assert!(has(&harness, "It keeps answers back for 16 ms: set its latency timer to 1 ms."));
        assert_eq!(common::click(&mut harness, "Connect"), connect(Line::Port("/dev/ttyUSB0".into())));
        assert_eq!(common::click(&mut harness, "Look again"), link(LinkAction::Look));
        assert_eq!(common::click(&mut harness, "Choose…"), link(LinkAction::ChooseSecret));
        harness.state_mut().view.form.link.secret = "/home/me/secret".into();
        harness.run_ok();
        let from = SecretFrom::File("/home/me/secret".into());
        let action = LinkAction::Connect(Line::Port("/dev/ttyUSB0".into()), from);
        assert_eq!(common::click(&mut harness, "Connect"), link(action));
        common::click(&mut harness, "Call a friend");
        assert!(!enabled(&harness, "Connect"));
        harness.state_mut().view.form.link.secret.clear();
        let form = &mut harness.state_mut().view.form.link;
        (form.addr, form.key) = ("192.168.1.5:7777".into(), "ab".repeat(32));
        harness.run_ok();
        let call = Line::Call { addr: "192.168.1.5:7777".into(), key: "ab".repeat(32) };
        assert_eq!(common::click(&mut harness, "Connect"), connect(call));
        common::click(&mut harness, "Wait for a friend");
        assert_eq!(common::click(&mut harness, "Connect"), connect(Line::Listen { addr: "0.0.0.0:0".into() }));
    }
}

#[test]
fn on_a_page_the_browser_asks_for_the_port() {
    for size in SIZES {
        let ground = Ground::Page { missing: None };
        let mut harness = page(size, LinkModel { ports: ports(), ground, ..LinkModel::default() });
        assert!(!has(&harness, "Call a friend") && !has(&harness, "Wait for a friend"));
        common::click(&mut harness, "Real toy");
        assert!(has(&harness, "Another port") && !has(&harness, "Look again"));
        let connect = |line, secret| link(LinkAction::Connect(line, secret));
        assert_eq!(common::click(&mut harness, "Connect"), connect(Line::Chooser, SecretFrom::Environment));
        common::click(&mut harness, "/dev/ttyUSB0: FTDI FT232R USB UART");
        assert_eq!(common::click(&mut harness, "Choose…"), link(LinkAction::ChooseSecret));
        let secret = Arc::new(Secret::new(vec![7; 16]).unwrap());
        let form = &mut harness.state_mut().view.form.link;
        (form.secret, form.given) = ("secret.bin".into(), Some(secret.clone()));
        harness.run_ok();
        assert!(has(&harness, "secret.bin"));
        let action = connect(Line::Port("/dev/ttyUSB0".into()), SecretFrom::Given(secret));
        assert_eq!(common::click(&mut harness, "Connect"), action);
        common::click(&mut harness, "Another port");
        assert_eq!(harness.state().view.form.link.port, "");
    }
}

#[test]
fn where_the_browser_has_no_ports_the_panel_says_which_have() {
    for size in SIZES {
        let ground = Ground::Page { missing: Some("only others have it") };
        let mut harness = page(size, LinkModel { ground, ..LinkModel::default() });
        common::click(&mut harness, "Real toy");
        assert!(has(&harness, "Only others have it.") && !enabled(&harness, "Connect"));
        common::click(&mut harness, "Simulated toy");
        let connect = LinkAction::Connect(Line::Simulated, SecretFrom::Environment);
        assert_eq!(common::click(&mut harness, "Connect"), link(connect));
    }
}

#[test]
fn what_can_be_done_is_asked_for() {
    for size in SIZES {
        for (label, wanted) in [
            ("Echo test: is anybody there?", order(Order::Echo)),
            ("Give item 1", order(Order::Gift(Some(1)))),
            ("Wait for a gift", order(Order::TakeGift)),
            ("Begin a playdate", order(Order::Playdate)),
            ("Choose…", link(LinkAction::ChooseItem)),
            ("Disconnect", link(LinkAction::Disconnect)),
        ] {
            let mut harness = page(size, open());
            assert_eq!(common::click(&mut harness, label), wanted, "{label} at {size:?}");
        }
        let mut harness = page(size, open());
        common::click(&mut harness, "5");
        assert_eq!(common::click(&mut harness, "Give item 5"), order(Order::Gift(Some(5))));
        assert!(!enabled(&harness, "Send the item"));
        harness.state_mut().view.form.link.item = " /items/hat.arc2 ".into();
        harness.run_ok();
        let send = Order::Send(Load::File("/items/hat.arc2".into()));
        assert_eq!(common::click(&mut harness, "Send the item"), order(send));
    }
}

#[test]
fn without_a_secret_there_are_only_echoes() {
    let harness = page(SIZES[0], LinkModel { state: LinkState::Open { packets: false }, ..open() });
    assert!(has(&harness, "There is no secret: only the echo test can be made."));
    assert!(has(&harness, "Echo test: is anybody there?") && !has(&harness, "Begin a playdate"));
}

#[test]
fn what_goes_on_can_be_cancelled_and_nothing_else_begun() {
    let left = Some(Duration::from_secs(2));
    let transfer = Transfer { sending: true, done: 3, chunks: 33, size: 131_092, rate: 45_800.0, left };
    let link = LinkModel { job: Some(Job::Playdate), transfer: Some(transfer), ..open() };
    let mut harness = page(SIZES[1], link);
    assert!(has(&harness, "A playdate, out: 3 of 33, 45.8 kB/s, 2 s left"));
    assert!(harness.query_by_role(Role::ProgressIndicator).is_some());
    for label in ["Echo test: is anybody there?", "Give item 1", "Begin a playdate"] {
        assert!(!enabled(&harness, label), "{label}");
    }
    assert_eq!(common::click(&mut harness, "Cancel"), order(Order::Cancel));
}

#[test]
fn questions_are_answered() {
    let asked = Some(Question::Gift { hello: 1 });
    let mut harness = page(SIZES[1], LinkModel { job: Some(Job::TakeGift), asked, ..open() });
    assert!(has(&harness, "What do you give?"));
    common::click(&mut harness, "8");
    assert_eq!(common::click(&mut harness, "Give item 8"), order(Order::Answer(Answer::Give(8))));
    for (label, yes) in [("Yes", true), ("No", false)] {
        let asked = Some(Question::Breed);
        let mut harness = page(SIZES[1], LinkModel { job: Some(Job::Playdate), asked, ..open() });
        assert_eq!(common::click(&mut harness, label), order(Order::Answer(Answer::Breed(yes))));
    }
}

#[test]
fn a_friend_is_told_both() {
    let state = LinkState::Waiting { addr: "192.168.1.5:47123".into(), key: "0123456789abcdef".repeat(4) };
    let mut harness = page(SIZES[0], LinkModel { state, ..LinkModel::default() });
    assert!(has(&harness, "192.168.1.5:47123"));
    assert_eq!(common::click(&mut harness, "Copy address"), []);
    assert_eq!(common::click(&mut harness, "Stop waiting"), link(LinkAction::Disconnect));
}

fn failure() -> LinkTold {
    LinkTold::Ill(Trouble {
        what: "nobody answers: no reply to three echo requests".into(),
        check: vec![
            "The toy is awake and on the screen that waits for another toy.",
            "All three wires make good contact.",
        ],
    })
}

/// Every state of the panel, with as much in it as there can be.
fn states() -> Vec<LinkModel> {
    let full = |state: LinkState| LinkModel {
        state,
        with: "a friend at a-rather-long-host-name.example.org:47123".into(),
        ports: ports(),
        traffic: traffic(60),
        offer: Some(131_092),
        told: Some(failure()),
        ..LinkModel::default()
    };
    let transfer = Transfer {
        sending: false,
        done: 255,
        chunks: 256,
        size: 1 << 20,
        rate: 1.0,
        left: Some(Duration::from_secs(99_999)),
    };
    let key = "0123456789abcdef".repeat(4);
    vec![
        full(LinkState::Closed),
        full(LinkState::Opening),
        full(LinkState::Closing),
        full(LinkState::Waiting { addr: "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535".into(), key }),
        full(LinkState::Lost { reason: "the adapter was unplugged, or its driver gave up".into() }),
        full(LinkState::Open { packets: true }),
        LinkModel {
            told: Some(LinkTold::Well("Gifts changed hands.".into())),
            ..full(LinkState::Open { packets: false })
        },
        LinkModel {
            job: Some(Job::AwaitPlaydate),
            transfer: Some(transfer),
            asked: Some(Question::Gift { hello: 1 }),
            ..full(LinkState::Open { packets: true })
        },
        LinkModel { job: Some(Job::Gift), asked: Some(Question::Breed), ..full(LinkState::Open { packets: true }) },
    ]
}

#[test]
fn nothing_is_cut_or_overlaps_in_any_state() {
    for size in [SIZES[0], SIZES[1], [500.0, 500.0]] {
        for way in [Way::Simulated, Way::Toy, Way::Call, Way::Wait] {
            for link in states() {
                let state = link.state.clone();
                let mut harness = page(size, link);
                harness.state_mut().view.form.link.way = way;
                harness.set_size([size[0], 5000.0].into());
                harness.run_ok();
                let page = texts(&harness);
                let font = bevy_egui::egui::FontId::proportional(eggtooth_desk::look::TEXT);
                for (n, (text, rect, clip, points)) in page.iter().enumerate() {
                    assert!(*points >= 14.0, "{text} has {points} points");
                    let inside =
                        rect.left() >= clip.left().max(0.0) - 0.5 && rect.right() <= clip.right().min(size[0]) + 0.5;
                    assert!(inside, "{text} is cut: {rect} in {state:?} at {size:?}");
                    assert!(harness.ctx.fonts_mut(|fonts| fonts.has_glyphs(&font, text)), "{text}");
                    for (other, there, ..) in &page[..n] {
                        let common = rect.shrink(1.0).intersect(there.shrink(1.0));
                        assert!(!common.is_positive(), "{text} lies on {other} in {state:?} at {size:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn everything_is_reached_by_the_keyboard() {
    let mut harness = page(SIZES[1], open());
    let mut reached = std::collections::HashSet::new();
    for _ in 0..40 {
        harness.key_press(bevy_egui::egui::Key::Tab);
        harness.run_ok();
        if let Some(id) = harness.ctx.memory(|memory| memory.focused()) {
            reached.insert(id);
        }
    }
    // Back, Close, echo, seven numbers, three of gifts and playdates, items, disconnect: at least.
    assert!(reached.len() >= 15, "{}", reached.len());
    harness.state_mut().actions.clear();
    harness.get_by_label("Echo test: is anybody there?").focus();
    harness.run_ok();
    harness.key_press(bevy_egui::egui::Key::Enter);
    harness.run_ok();
    assert_eq!(harness.state().actions, order(Order::Echo));
}
