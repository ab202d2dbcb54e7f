//! `prong gift` and `prong playdate`: conversations from the first packet to the last.

use anyhow::{Context, Result, bail};
use eggtooth_prong::engine::Event;
use eggtooth_prong::packet::Exchange;
use eggtooth_prong::talk::{Answer, Gifts, Outcome, Playdate, Played, Question, Session as SessionId, Step, Talk};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

use super::arguments::{GiftArguments, LinkArguments, PlaydateArguments};
use super::open::{self, Secrecy};
use super::packets::{may_write, object};
use super::progress::Progress;
use super::session::{Session, tell};
use crate::output;

/// The longest pause between two looks at Ctrl-C.
const GLANCE: Duration = Duration::from_millis(50);
/// How long the other side may still repeat its last chunk (E-3).
const LINGER: Duration = Duration::from_secs(6);
/// What a conversation may take to end after Ctrl-C.
const ENDING: Duration = Duration::from_secs(10);
/// The largest file of a visitor.
const VISITOR: u64 = 1 << 20;

/// `prong gift`.
pub fn gift(arguments: &GiftArguments) -> Result<()> {
    let patience = Duration::from_secs_f64(arguments.timeout);
    let mut talk: Box<dyn Talk> = if begins(&arguments.link, arguments.first) {
        Box::new(Gifts::initiator(Gifts::VERSION, None, patience))
    } else {
        Box::new(Gifts::recipient(Gifts::VERSION, patience))
    };
    let mut session = open::open(&arguments.link, Secrecy::Needed)?;
    let outcome = converse(&mut session, talk.as_mut(), |question| match question {
        Question::Gift { .. } => Some(Answer::Give(arguments.give)),
        Question::Item(_) => Some(Answer::Take(true)),
        _ => None,
    });
    session.finish();
    let Outcome::Gifts { gave, got } = outcome? else { bail!("the conversation ended in an unexpected way") };
    let fields = object(json!({ "command": "gift", "gave": gave, "got": got }));
    tell(arguments.link.json, &format!("gave item {gave}, got item {got}"), fields)
}

/// `prong playdate`.
pub fn playdate(arguments: &PlaydateArguments) -> Result<()> {
    if let Some(out) = &arguments.out {
        may_write(out, arguments.force)?;
    }
    let mine = visitor(arguments.ghost.as_deref(), 1)?;
    let patience = Duration::from_secs_f64(arguments.timeout);
    let mut talk: Box<dyn Talk> = if begins(&arguments.link, arguments.first) {
        Box::new(Playdate::initiator(mine, Some(new_session()?), patience))
    } else {
        Box::new(Playdate::recipient(mine, patience))
    };
    let mut session = open::open(&arguments.link, Secrecy::Needed)?;
    let outcome = converse(&mut session, talk.as_mut(), |question| match question {
        Question::Known { .. } => Some(Answer::Known(None)),
        Question::Play { suggestion, .. } => Some(Answer::Played(*suggestion)),
        Question::Breed => Some(Answer::Breed(arguments.breed)),
        Question::Wedding => Some(Answer::Shown),
        _ => None,
    });
    session.finish();
    let Outcome::Played(played) = outcome? else { bail!("the conversation ended in an unexpected way") };
    if let Some(out) = &arguments.out {
        output::write(out, &played.theirs.to_bytes())?;
    }
    let (words, fields) = report(&played);
    tell(arguments.link.json, &words, object(fields))
}

/// What came of a playdate, for people and for programs.
pub fn report(played: &Played) -> (String, serde_json::Value) {
    let ending = played.result.ending();
    let name = played.theirs.ghost.name().text(0);
    let how = match ending {
        Some(ending) => format!("{ending:?}").to_lowercase(),
        None => format!("result {}", played.result.result),
    };
    let egg = if played.bred { ", and there is an egg" } else { "" };
    let words = format!("met {name:?}: {how}, friendship {}{egg}", played.remember);
    let fields = json!({
        "command": "playdate", "visitor": name, "character": played.theirs.ghost.character(), "ending": how,
        "friendship": played.remember, "bred": played.bred,
    });
    (words, fields)
}

/// The pet that goes: from a file, or one of our own making.
pub fn visitor(file: Option<&Path>, number: u16) -> Result<Exchange> {
    match file {
        None => Ok(Exchange::example(number)),
        Some(path) => {
            let bytes = output::read(path, VISITOR)?;
            Exchange::from_file(&bytes).with_context(|| format!("{} holds no visitor", path.display()))
        }
    }
}

/// A session of one's own.
pub fn new_session() -> Result<SessionId> {
    let mut bytes = [0; 6];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
    let [a, b, c, d, e, f] = bytes;
    Ok(SessionId { id: u32::from_le_bytes([a, b, c, d]), random: [e, f] })
}

/// On a network the side that calls begins; at a port whoever says so.
fn begins(link: &LinkArguments, first: bool) -> bool {
    first || link.friend.peer.is_some()
}

/// Holds a conversation to its end. Ctrl-C ends it by the protocol's rules.
fn converse(
    session: &mut Session,
    talk: &mut dyn Talk,
    mut answer: impl FnMut(&Question) -> Option<Answer>,
) -> Result<Outcome> {
    let mut progress = Progress::new();
    let mut ending: Option<Instant> = None;
    let outcome = loop {
        if session.is_interrupted() && ending.is_none() {
            ending = Some(Instant::now() + ENDING);
            talk.give_up(session.link.clock().now());
        }
        if ending.is_some_and(|end| end <= Instant::now()) {
            bail!("cancelled");
        }
        let until = match session.link.perform(talk) {
            Step::Done(result) => break result,
            Step::Ask(question) => {
                let Some(answer) = answer(&question) else {
                    bail!("the other side wants something this command cannot do")
                };
                talk.answer(answer, session.link.clock().now())?;
                continue;
            }
            Step::Wait(until) => until,
            Step::Do(_) => continue,
        };
        let wait = until.map_or(GLANCE, |until| until.saturating_sub(session.link.clock().now()).min(GLANCE));
        match session.link.poll(wait) {
            Ok(Some(event)) => {
                if let Event::Receiving { done, chunks, size } = event {
                    progress.show(done, chunks, size as usize);
                }
                if let Event::Sending { done, chunks } = event {
                    progress.show(done, chunks, usize::from(chunks) * eggtooth_prong::CHUNK);
                }
                let now = session.link.clock().now();
                talk.hear(&event, session.link.received(), now);
            }
            Ok(None) => {}
            Err(error) => {
                if let Some(reason) = session.link.lost_reason() {
                    bail!("{reason}");
                }
                bail!(error);
            }
        }
    };
    progress.end();
    if ending.is_some() {
        bail!("cancelled");
    }
    let counters = session.link.counters();
    if outcome.is_ok() && (counters.refused > 0 || counters.noise > 0) {
        // The line is bad: the last acknowledgement may not have come through.
        let end = Instant::now() + LINGER;
        while Instant::now() < end && !session.is_interrupted() {
            if session.link.poll(GLANCE).is_err() {
                break;
            }
        }
    }
    Ok(outcome?)
}
