//! An open link: orders become conversations, events become tidings.

use std::sync::mpsc::SyncSender;
use std::task::Waker;
use std::time::Duration;

use super::advice::Trouble;
use super::disk;
use super::messages::{Load, News, Order};
use super::open::Opened;
use super::parts::{Job, Line, LinkState, Transfer};
use super::tap::{Eyes, Tap};
use super::work::{Inlet, Post, Tiding};
use crate::engine::{CommandError, Config, Engine, Event, FarSide};
use crate::guard;
use crate::packet::{Exchange, Item};
use crate::pump::{Chore, Link, LinkError, Next, OsEntropy};
use crate::talk::{Answer, Download, EchoTest, Gifts, Outcome, PATIENCE, Playdate, Question, Step, Talk, TalkError};
use crate::toy::{self, Wish};
use crate::transport::{Clock, TransportError};

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

/// How far a session is.
#[derive(Clone, Copy)]
enum Stage {
    Fresh,
    Open,
    /// What went on is being cancelled, no longer than until then.
    Ending(Duration),
    /// The last bytes leave, no longer than until then.
    Leaving(Duration),
    Over,
}

/// An open link.
pub(super) struct Session {
    stage: Stage,
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
            stage: Stage::Fresh,
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

    /// Serves the link until it is to be closed or the line is gone for good, then closes it.
    fn turn(&mut self, inlet: &mut Inlet, post: &mut Post) -> Next {
        match self.stage {
            Stage::Fresh => {
                post.tell(Tiding::State(LinkState::Open { packets: self.packets }));
                post.news(News::Opened);
                if let Some(note) = self.note.take() {
                    post.news(News::Note(note));
                }
                self.stage = Stage::Open;
                Next::Now
            }
            Stage::Open if inlet.is_closed() || self.gone => {
                self.end(post);
                Next::Now
            }
            Stage::Open => {
                if let Some(order) = inlet.next() {
                    self.obey(order, post);
                }
                let next = self.proceed(post);
                post.pulse();
                next
            }
            Stage::Ending(until) if self.doing.is_some() && !self.gone && self.clock.now() < until => {
                self.proceed(post)
            }
            Stage::Ending(_) => {
                self.stage = Stage::Leaving(self.clock.now() + LEAVE);
                Next::Now
            }
            Stage::Leaving(until) => match self.link.flush(until.saturating_sub(self.clock.now())) {
                Err(LinkError::Transport(TransportError::Clogged(_))) if self.clock.now() < until => {
                    Next::Later(self.link.rest(GLANCE))
                }
                _ => {
                    self.stage = Stage::Over;
                    Next::Over
                }
            },
            Stage::Over => Next::Over,
        }
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
                    Load::File(path) => disk::item(&path)?,
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
            _ => {
                talk(Job::Playdate, Box::new(Playdate::initiator(Exchange::example(1), toy::session().ok(), PATIENCE)))
            }
        }
    }

    /// A simulated toy begins what is waited for here.
    fn wish(&self, wish: Wish) {
        if let Some(toy) = &self.toy {
            let _ = toy.try_send(wish);
        }
    }

    /// Lets the conversation and the line go on by one step.
    fn proceed(&mut self, post: &mut Post) -> Next {
        let wait = match self.perform() {
            None => GLANCE,
            Some(Step::Wait(until)) => until.map_or(GLANCE, |until| until.saturating_sub(self.clock.now()).min(GLANCE)),
            Some(Step::Ask(question)) => {
                self.ask(question, post);
                return Next::Now;
            }
            Some(Step::Done(result)) => {
                self.done(result, post);
                return Next::Now;
            }
            Some(Step::Do(_)) => return Next::Now,
        };
        let next = match self.link.poll(wait) {
            Ok(Some(event)) => {
                self.event(&event, post);
                Next::Now
            }
            Ok(None) => Next::Later(self.link.rest(wait)),
            // The line is gone for good; a clogged one is told by the timers of what goes on.
            Err(_) => {
                self.gone = self.link.is_lost();
                Next::Later(GLANCE)
            }
        };
        self.look(post);
        next
    }

    fn perform(&mut self) -> Option<Step> {
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

    /// Begins to cancel what goes on, as far as there is time for it.
    fn end(&mut self, post: &mut Post) {
        if self.gone {
            // A conversation that went on has heard of the loss; its end is still to be told.
            self.proceed(post);
            self.stage = Stage::Over;
            return;
        }
        post.tell(Tiding::State(LinkState::Closing));
        let now = self.clock.now();
        self.stage = Stage::Ending(now + ENDING);
        match &mut self.doing {
            Some(doing) => doing.talk.give_up(now),
            None => drop(self.link.cancel()),
        }
    }
}

/// A session with its ends of the channels.
pub(super) struct Serving<'a> {
    pub session: Session,
    pub inlet: &'a mut Inlet,
    pub post: &'a mut Post,
}

impl Chore for Serving<'_> {
    fn turn(&mut self) -> Next {
        self.session.turn(self.inlet, self.post)
    }

    fn watch(&mut self, waker: &Waker) {
        self.session.link.watch(waker);
    }
}
