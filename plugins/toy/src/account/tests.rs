use super::*;
use eggtooth_cartridge::labels::Labels;

fn told(account: &Account) -> String {
    let watch = Watch::new(&Labels::default(), vec![(1, "hatched".into()), (2, "grew into a child".into())]);
    account.sentences("Pip", &watch).join(" ")
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(told(&Account::default()), "Nothing happened.");
    assert_eq!(told(&Account { lived: 99_999, labelled: true, ..Account::default() }), "Nothing happened.");
    // A tune is told only where nothing better is known.
    assert_eq!(told(&Account { labelled: true, tunes: 5, ..Account::default() }), "Nothing happened.");
}

#[test]
fn one_and_many() {
    let calls = |count| Calls { count, ..Calls::default() };
    for (account, text) in [
        (Account { calls: calls(1), ..Account::default() }, "Pip called once."),
        (Account { calls: calls(2), ..Account::default() }, "Pip called twice."),
        (
            Account { calls: calls(3), hungrier: true, ..Account::default() },
            "Pip called 3 times and was fed by nobody.",
        ),
        (Account { meals: 1, hungrier: true, ..Account::default() }, "Pip was fed once."),
        (Account { messes: 1, ..Account::default() }, "Pip made a mess."),
        (Account { messes: 2, illnesses: 1, ..Account::default() }, "Pip made 2 messes and fell ill."),
        (Account { illnesses: 2, sleeps: 4, ..Account::default() }, "Pip fell ill twice and went to sleep 4 times."),
        (Account { tunes: 12, ..Account::default() }, "Pip beeped 12 times."),
        (Account { growth: vec![(1, 1)], ..Account::default() }, "Pip hatched."),
        (Account { growth: vec![(1, 7)], ..Account::default() }, "Pip grew."),
        (Account { growth: vec![(1, 7), (2, 9)], ..Account::default() }, "Pip grew by 2 stages."),
        (Account { died: Some(5), ill: true, ..Account::default() }, "Pip died."),
    ] {
        assert_eq!(told(&account), text);
    }
}

#[test]
fn a_long_absence_in_full() {
    let account = Account {
        lived: 3 * 86_400 * TICKS_PER_SECOND,
        labelled: true,
        calls: Calls { count: 3, first: Some(5), last: Some(9), ticks: 7300 * TICKS_PER_SECOND, given_up: 2 },
        hungrier: true,
        messes: 2,
        growth: vec![(4, 2)],
        hungry: true,
        calling: true,
        ..Account::default()
    };
    assert_eq!(
        told(&account),
        "Pip called 3 times, was fed by nobody, made 2 messes and grew into a child. It called for 2 hours in all. \
         Nobody answered 2 of the calls. It is hungry and calling now."
    );
}

#[test]
fn a_tune_is_heard_once() {
    let mut watcher = Watcher::new(&Machine::new(&crate::pip().unwrap()), Watch::default());
    let tone = eggtooth_chip::Tone { divisor: 8, high_half_ticks: 8 };
    for start in [1000, 9000, 40_000, 300_000] {
        watcher.edge(start, Edge::Tone(Some(tone)));
        watcher.edge(start + 10, Edge::Tone(Some(eggtooth_chip::Tone { divisor: 10, ..tone })));
        watcher.edge(start + 2000, Edge::Tone(None));
    }
    assert_eq!(watcher.account().tunes, 2);
}
