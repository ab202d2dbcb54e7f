//! An open link: orders become conversations, events become tidings.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use super::advice::Trouble;
use super::messages::{Load, News, Order};
use super::open::Opened;
use super::parts::{Job, Line, LinkState, Transfer};
use super::tap::{Eyes, Tap};
use super::thread::{Inlet, Post, Tiding};
use super::toy::{self, Wish};
use crate::MAX_PACKET;
use crate::engine::{CommandError, Config, Engine, Event, FarSide};
use crate::guard;
use crate::packet::{Exchange, Item};
use crate::pump::{Link, OsEntropy};
use crate::talk::{Answer, Download, EchoTest, Gifts, Outcome, PATIENCE, Playdate, Question, Step, Talk, TalkError};
use crate::transport::Clock;

/// The longest pause between two looks at the orders.
const GLANCE: Duration = Duration::from_millis(20);
/// How long a cancel may take when the link is closed.
const ENDING: Duration = Duration::from_millis(800);
/// How long the last bytes may take to leave.
const LEAVE: Duration = Duration::from_millis(300);
/// How long an offer is shown after it was last made: twice T_PKT.
const OFFERED: Duration = Duration::from_secs(4);
/// How soon a rate is believed.
const STEADY: Duration = Duration::from_millis(50);

/// A conversation that goes on.
struct Doing {
    talk: Box<dyn Talk>,
    /// What is given, if that was said beforehand.
    gift: Option<u16>,
}

/// An open link.
pub(super) struct Session {
    link: Link<Tap>,
    line: Line,
    clock: Clock,
    eyes: Eyes,
    packets: bool,
    toy: Option<SyncSender<Wish>>,
    note: Option<String>,
    doing: Option<Doing>,
    /// When the packet on its way began, and with how many chunks.
    began: Option<(Duration, u16)>,
    offered: Option<Duration>,
    lost: bool,
    /// The line is of no more use.
    gone: bool,
}

impl Session {
    pub fn new(line: Line, opened: Opened, clock: Clock) -> Result<Self, Trouble> {
        let entropy = OsEntropy::new().map_err(|_| Trouble::plain("the system gives no random numbers"))?;
        // Whatever the line is: a bridge may lead to a real toy.
        let far_side = FarSide::Hardware;
        let line_rate = opened.transport.line_rate();
        let config = Config { far_side, line_rate, glare: opened.glare, ..Config::default() };
        let (eyes, packets) = (Eyes::default(), opened.secret.is_some());
        let tap = Tap::new(opened.transport, clock, eyes.clone());
        let link = Link::new(Engine::new(config, opened.secret, Box::new(entropy)), tap, clock);
        Ok(Self {
            link,
            line,
            clock,
            eyes,
            packets,
            toy: opened.toy,
            note: opened.note,
            doing: None,
            began: None,
            offered: None,
            lost: false,
            gone: false,
        })
    }

    /// Serves the link until it is to be closed or the line is gone for good.
    pub fn run(mut self, inlet: &mut Inlet, post: &mut Post) {
        post.tell(Tiding::State(LinkState::Open { packets: self.packets }));
        post.news(News::Opened);
        if let Some(note) = self.note.take() {
            post.news(News::Note(note));
        }
        while !inlet.is_closed() && !self.gone {
            if let Some(order) = inlet.next() {
                self.obey(order, post);
            }
            self.turn(GLANCE, post);
            post.pulse();
        }
        self.end(post);
    }

    fn obey(&mut self, order: Order, post: &mut Post) {
        let now = self.clock.now();
        let begun = match order {
            Order::Cancel => {
                match &mut self.doing {
                    Some(doing) => doing.talk.give_up(now),
                    None => self.offered = Some(Duration::ZERO),
                }
                return;
            }
            Order::Answer(answer) => {
                let answered = self.doing.as_mut().is_some_and(|doing| doing.talk.answer(answer, now).is_ok());
                post.tell(Tiding::Asked(None));
                if !answered {
                    post.news(News::Failed(Trouble::plain("that came too late: the question is no longer open")));
                }
                return;
            }
            Order::Open(_) | Order::Close => return,
            _ if self.doing.is_some() => Err(Trouble::plain("something else goes on: wait for its end, or cancel it")),
            _ if self.lost => Err(Trouble::of(&TalkError::LinkLost, &self.line)),
            order => self.begin(order),
        };
        match begun {
            Ok((job, doing)) => {
                self.doing = Some(doing);
                self.offered = None;
                post.tell(Tiding::Offer(None));
                post.tell(Tiding::Task(Some(job)));
            }
            Err(trouble) => post.news(News::Failed(trouble)),
        }
    }

    fn begin(&mut self, order: Order) -> Result<(Job, Doing), Trouble> {
        let talk = |job, talk| Ok((job, Doing { talk, gift: None }));
        let echo = matches!(order, Order::Echo);
        if !self.packets && !echo {
            return Err(Trouble::of(&TalkError::Command(CommandError::NoSecret), &self.line));
        }
        match order {
            Order::Echo => talk(Job::Echo, Box::new(EchoTest::new())),
            Order::Send(load) => {
                let bytes = match load {
                    Load::File(path) => read(&path)?,
                    Load::Bytes(bytes) => bytes,
                };
                if let Err(error) = guard::check(FarSide::Hardware, guard::DOWNLOAD, bytes.len()) {
                    return Err(Trouble::of(&TalkError::Command(error.into()), &self.line));
                }
                let item = Item::parse(&bytes).map_err(|error| Trouble::plain(error.to_string()))?;
                let download =
                    Download::item(item).map_err(|error| Trouble::of(&TalkError::Command(error), &self.line))?;
                talk(Job::Send, Box::new(download))
            }
            Order::Take => talk(Job::Take, Box::new(Download::take(false, PATIENCE))),
            Order::Gift(gift) => {
                let talk = Box::new(Gifts::initiator(Gifts::VERSION, None, PATIENCE));
                Ok((Job::Gift, Doing { talk, gift }))
            }
            Order::TakeGift => {
                self.wish(Wish::Gifts);
                talk(Job::TakeGift, Box::new(Gifts::recipient(Gifts::VERSION, PATIENCE)))
            }
            Order::AwaitPlaydate => {
                self.wish(Wish::Playdate);
                talk(Job::AwaitPlaydate, Box::new(Playdate::recipient(Exchange::example(1), PATIENCE)))
            }
            _ => talk(Job::Playdate, Box::new(Playdate::initiator(Exchange::example(1), toy::session(), PATIENCE))),
        }
    }

    /// A simulated toy begins what is waited for here.
    fn wish(&self, wish: Wish) {
        if let Some(toy) = &self.toy {
            let _ = toy.try_send(wish);
        }
    }

    fn turn(&mut self, longest: Duration, post: &mut Post) {
        let wait = match self.step() {
            None => longest,
            Some(Step::Wait(until)) => {
                until.map_or(longest, |until| until.saturating_sub(self.clock.now()).min(longest))
            }
            Some(Step::Ask(question)) => return self.ask(question, post),
            Some(Step::Done(result)) => return self.done(result, post),
            Some(Step::Do(_)) => return,
        };
        match self.link.poll(wait) {
            Ok(Some(event)) => self.event(&event, post),
            Ok(None) => {}
            // The line is gone for good; a clogged one is told by the timers of what goes on.
            Err(_) => self.gone = self.link.is_lost(),
        }
        self.look(post);
    }

    fn step(&mut self) -> Option<Step> {
        let doing = self.doing.as_mut()?;
        Some(self.link.perform(doing.talk.as_mut()))
    }

    /// What has one sensible answer is answered at once: nothing is remembered of friends yet, and nothing is shown.
    fn ask(&mut self, question: Question, post: &mut Post) {
        let Some(doing) = &mut self.doing else { return };
        let answer = match &question {
            Question::Known { .. } => Answer::Known(None),
            Question::Play { suggestion, .. } => Answer::Played(*suggestion),
            Question::Wedding => Answer::Shown,
            Question::Item(_) => Answer::Take(true),
            Question::Gift { .. } => match doing.gift {
                Some(gift) => Answer::Give(gift),
                None => return self.pass(question, post),
            },
            Question::Breed => return self.pass(question, post),
        };
        // It was asked just now.
        let _ = doing.talk.answer(answer, self.clock.now());
    }

    fn pass(&self, question: Question, post: &mut Post) {
        post.tell(Tiding::Asked(Some(question.clone())));
        post.news(News::Asked(question));
    }

    fn done(&mut self, result: Result<Outcome, TalkError>, post: &mut Post) {
        (self.doing, self.began) = (None, None);
        post.tell(Tiding::Asked(None));
        post.tell(Tiding::Task(None));
        post.tell(Tiding::Progress(None));
        match result {
            Ok(outcome) => post.news(News::Done(Box::new(outcome))),
            Err(TalkError::LinkLost) => post.news(News::Failed(self.loss())),
            Err(error) => post.news(News::Failed(Trouble::of(&error, &self.line))),
        }
    }

    fn loss(&self) -> Trouble {
        let mut trouble = Trouble::of(&TalkError::LinkLost, &self.line);
        if let Some(reason) = self.eyes.with(|seen| seen.lost.clone()) {
            trouble.what = format!("the line is gone: {reason}");
        }
        trouble
    }

    fn event(&mut self, event: &Event, post: &mut Post) {
        match *event {
            // Else the conversation's end tells it.
            Event::LinkLost if self.doing.is_none() => post.news(News::Failed(self.loss())),
            Event::Receiving { size, done, chunks } => self.progress(false, done, chunks, size, post),
            Event::Sending { done, chunks } => {
                let size = self.eyes.with(|seen| seen.offered);
                self.progress(true, done, chunks, size, post);
            }
            Event::Offered { size } if self.doing.is_none() => {
                self.offered = Some(self.clock.now());
                post.show(Tiding::Offer(Some(size)));
            }
            _ => {}
        }
        if let Some(doing) = &mut self.doing {
            doing.talk.hear(event, self.link.received(), self.clock.now());
        }
    }

    fn progress(&mut self, sending: bool, done: u16, chunks: u16, size: u32, post: &mut Post) {
        let now = self.clock.now();
        let (began, first) = match self.began {
            Some((began, first)) if done > first => (began, first),
            _ => *self.began.insert((now, done)),
        };
        let bytes = |chunks: u16| (usize::from(chunks) * crate::CHUNK).min(size as usize) as f64;
        let (time, through) = (now.saturating_sub(began), bytes(done) - bytes(first));
        let rate = if time > STEADY { through / time.as_secs_f64() } else { 0.0 };
        let left = (rate > 0.0).then(|| Duration::try_from_secs_f64((f64::from(size) - bytes(done)) / rate).ok());
        let transfer = Transfer { sending, done, chunks, size, rate, left: left.flatten() };
        post.show(Tiding::Progress((done < chunks).then_some(transfer)));
        post.show(Tiding::News(News::Progress(transfer)));
        if done == chunks {
            self.began = None;
        }
    }

    /// What can be seen without asking.
    fn look(&mut self, post: &mut Post) {
        let rows = self.eyes.with(|seen| std::mem::take(&mut seen.rows));
        if !rows.is_empty() {
            post.show(Tiding::Rows(rows));
        }
        if self.lost != self.link.is_lost() {
            self.lost = self.link.is_lost();
            post.tell(Tiding::State(if self.lost {
                let reason = self.eyes.with(|seen| seen.lost.clone()).unwrap_or_else(|| "it does not answer".into());
                LinkState::Lost { reason }
            } else {
                LinkState::Open { packets: self.packets }
            }));
        }
        if self.offered.is_some_and(|at| self.clock.now().saturating_sub(at) > OFFERED) {
            self.offered = None;
            post.tell(Tiding::Offer(None));
        }
    }

    /// Cancels what goes on, as far as there is time for it, and lets the last bytes leave.
    fn end(mut self, post: &mut Post) {
        if self.gone {
            // A conversation that went on has heard of the loss; its end is still to be told.
            self.turn(Duration::ZERO, post);
            return;
        }
        post.tell(Tiding::State(LinkState::Closing));
        let until = Instant::now() + ENDING;
        match &mut self.doing {
            Some(doing) => doing.talk.give_up(self.clock.now()),
            None => drop(self.link.cancel()),
        }
        while self.doing.is_some() && !self.gone && Instant::now() < until {
            self.turn(GLANCE, post);
        }
        let _ = self.link.close(LEAVE);
    }
}

/// At most one byte more than a packet may have.
fn read(path: &Path) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    let limit = MAX_PACKET as u64 + 1;
    let read = std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes));
    read.map_err(|error| Trouble::plain(format!("{} cannot be read: {error}", path.display())))?;
    Ok(bytes)
}
