//! Two talks on two engines, joined in memory, in time that nobody waits for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use eggtooth_prong::engine::{Config, Engine, Entropy, Input};
use eggtooth_prong::secret::Secret;
use eggtooth_prong::talk::{Answer, Outcome, Question, Talk, TalkError, Turn, drive};

pub const A: usize = 0;
pub const B: usize = 1;

/// Nothing takes longer than this in virtual time.
const LIMIT: Duration = Duration::from_secs(1000);
const LATENCY: Duration = Duration::from_millis(2);

pub fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Entropy for Chance {
    fn nonce(&mut self) -> [u8; 4] {
        (self.draw() as u32).to_le_bytes()
    }

    fn below(&mut self, limit: u32) -> u32 {
        (self.draw() % u64::from(limit.max(1))) as u32
    }
}

pub type Chooser = Box<dyn Fn(&Question) -> Option<(Duration, Answer)>>;

pub struct Side {
    pub engine: Engine,
    pub talk: Box<dyn Talk>,
    choose: Chooser,
    answers: Vec<(Duration, Answer)>,
    inbox: VecDeque<(Duration, Vec<u8>)>,
    wake: Option<Duration>,
    /// What came of it, in order; a unit has many.
    pub results: Vec<Result<Outcome, TalkError>>,
    pub give_up_at: Option<Duration>,
    pub questions: Vec<Question>,
}

impl Side {
    pub fn new(
        talk: impl Talk + 'static,
        seed: u64,
        choose: impl Fn(&Question) -> Option<(Duration, Answer)> + 'static,
    ) -> Self {
        let secret = Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap());
        Self {
            engine: Engine::new(Config::default(), Some(secret), Box::new(Chance(seed))),
            talk: Box::new(talk),
            choose: Box::new(choose),
            answers: Vec::new(),
            inbox: VecDeque::new(),
            wake: Some(Duration::ZERO),
            results: Vec::new(),
            give_up_at: None,
            questions: Vec::new(),
        }
    }

    pub fn with(mut self, config: Config, seed: u64) -> Self {
        let secret = Arc::new(Secret::new(b"prong-dev-secret-A".to_vec()).unwrap());
        self.engine = Engine::new(config, Some(secret), Box::new(Chance(seed)));
        self
    }

    pub fn set_choice(&mut self, choose: impl Fn(&Question) -> Option<(Duration, Answer)> + 'static) {
        self.choose = Box::new(choose);
    }
}

/// What the line does to one transmission.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Pass,
    Drop,
    /// Dead from here on, and nobody notices.
    Cut,
    /// Dead from here on, and both ports say so.
    Unplugged,
}

pub struct World {
    pub sides: [Side; 2],
    pub now: Duration,
    pub sent: usize,
    dead: bool,
}

impl World {
    pub fn new(a: Side, b: Side) -> Self {
        Self { sides: [a, b], now: Duration::ZERO, sent: 0, dead: false }
    }

    /// Until both sides have a result.
    pub fn run(&mut self, fate: impl FnMut(usize, usize, &[u8]) -> Fate) -> [Result<Outcome, TalkError>; 2] {
        self.run_until(fate, |sides| sides.iter().all(|side| !side.results.is_empty()));
        [self.sides[A].results[0].clone(), self.sides[B].results[0].clone()]
    }

    pub fn run_until(&mut self, mut fate: impl FnMut(usize, usize, &[u8]) -> Fate, over: impl Fn(&[Side; 2]) -> bool) {
        loop {
            for at in [A, B] {
                self.serve(at, &mut fate);
            }
            if over(&self.sides) {
                return;
            }
            let next = self.sides.iter().flat_map(|side| {
                let inbox = side.inbox.front().map(|(at, _)| *at);
                let answer = side.answers.iter().map(|(at, _)| *at).min();
                [inbox, answer, side.wake, side.give_up_at]
            });
            let next = next.flatten().min();
            let results: Vec<_> = self.sides.iter().map(|side| &side.results).collect();
            self.now = self.now.max(next.unwrap_or_else(|| panic!("both wait for ever: {results:?}")));
            assert!(self.now < LIMIT, "it takes for ever: {results:?}");
            let now = self.now;
            for side in &mut self.sides {
                if side.wake.is_some_and(|wake| wake <= now) {
                    side.wake = None;
                    side.engine.handle_input(Input::Time, now);
                }
                while let Some((_, bytes)) = side.inbox.pop_front_if(|(at, _)| *at <= now) {
                    side.engine.handle_input(Input::Bytes(&bytes), now);
                }
                let due: Vec<Answer> = side.answers.extract_if(.., |(at, _)| *at <= now).map(|(_, a)| a).collect();
                for answer in due {
                    // It may have come too late.
                    let _ = side.talk.answer(answer, now);
                }
                if side.give_up_at.take_if(|at| *at <= now).is_some() {
                    side.talk.give_up(now);
                }
            }
        }
    }

    fn serve(&mut self, at: usize, fate: &mut impl FnMut(usize, usize, &[u8]) -> Fate) {
        for _ in 0..1000 {
            let side = &mut self.sides[at];
            match drive(&mut side.engine, &mut *side.talk, self.now) {
                Turn::Transmit { bytes, .. } => {
                    let number = self.sent;
                    self.sent += 1;
                    match fate(number, at, &bytes) {
                        Fate::Pass if !self.dead => {
                            self.sides[1 - at].inbox.push_back((self.now + LATENCY, bytes));
                        }
                        Fate::Pass | Fate::Drop => {}
                        Fate::Cut => self.dead = true,
                        Fate::Unplugged => {
                            self.dead = true;
                            for side in &mut self.sides {
                                side.inbox.clear();
                                side.wake = Some(self.now);
                                side.engine.handle_input(Input::LinkLost, self.now);
                            }
                        }
                    }
                }
                Turn::Ask(question) => {
                    if let Some((after, answer)) = (side.choose)(&question) {
                        side.answers.push((self.now + after, answer));
                    }
                    side.questions.push(question);
                }
                Turn::Done(result) => side.results.push(result),
                Turn::Wait(wake) => {
                    side.wake = wake;
                    return;
                }
            }
        }
        panic!("side {at} never waits");
    }
}

pub fn pass(_: usize, _: usize, _: &[u8]) -> Fate {
    Fate::Pass
}
