//! Between the links and the `World`.

use std::sync::PoisonError;
use std::sync::mpsc::TrySendError;

use bevy_ecs::prelude::*;

use super::ProngSettings;
use super::advice::Trouble;
use super::crew::{self, Crew};
use super::messages::{LinkNews, LinkRequest, News, Order};
use super::parts::{Asked, Line, LinkState, Offer, Progress, Task, Traffic};
use super::work::{Tiding, Work};

/// Tidings that one frame takes in of one link.
const TAKEN: usize = 256;
/// Takes in what the links tell.
pub(super) fn take(
    mut links: Query<(
        Entity,
        &mut Work,
        &mut LinkState,
        &mut Progress,
        &mut Traffic,
        &mut Offer,
        &mut Asked,
        &mut Task,
    )>,
    mut news: MessageWriter<LinkNews>,
    mut commands: Commands,
) {
    for (link, mut work, mut state, mut progress, mut traffic, mut offer, mut asked, mut task) in &mut links {
        let tidings = work.bypass_change_detection().tidings.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..TAKEN {
            match tidings.try_recv() {
                Ok(Tiding::State(next)) => drop(state.set_if_neq(next)),
                Ok(Tiding::Rows(rows)) => traffic.add(rows),
                Ok(Tiding::Progress(next)) => drop(progress.set_if_neq(Progress(next))),
                Ok(Tiding::Offer(next)) => drop(offer.set_if_neq(Offer(next))),
                Ok(Tiding::Asked(next)) => drop(asked.set_if_neq(Asked(next))),
                Ok(Tiding::Task(next)) => drop(task.set_if_neq(Task(next))),
                Ok(Tiding::News(next)) => drop(news.write(LinkNews { link, news: next })),
                Err(std::sync::mpsc::TryRecvError::Empty) => break,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                    state.set_if_neq(LinkState::Closed);
                    commands.entity(link).remove::<Work>();
                    break;
                }
            }
        }
    }
}

/// Hands requests over.
pub(super) fn give(
    mut requests: MessageReader<LinkRequest>,
    mut links: Query<(&Line, &mut LinkState, &mut Traffic, Option<&Work>)>,
    settings: Res<ProngSettings>,
    crew: Res<Crew>,
    mut news: MessageWriter<LinkNews>,
    mut commands: Commands,
) {
    let mut opened: Vec<(Entity, Work)> = Vec::new();
    for LinkRequest { link, order } in requests.read() {
        let mut failed = |what: &str| {
            news.write(LinkNews { link: *link, news: News::Failed(Trouble::plain(what)) });
        };
        let Ok((line, mut state, mut traffic, work)) = links.get_mut(*link) else {
            failed("there is no such link");
            continue;
        };
        let work = work.or_else(|| opened.iter().find(|(entity, _)| entity == link).map(|(_, work)| work));
        match (order, work) {
            (Order::Open(_), Some(_)) => failed("the link is open already: close it first"),
            (Order::Open(secret), None) => match crew::start(line.clone(), secret.clone(), &settings, &crew) {
                Ok(work) => {
                    *state = LinkState::Opening;
                    traffic.0.clear();
                    opened.push((*link, work));
                }
                Err(error) => failed(&format!("there is no thread for the link ({error})")),
            },
            (Order::Close, None) => {}
            (_, None) => failed("the link is closed: connect first"),
            (order, Some(work)) => match work.orders.try_send(order.clone()) {
                Ok(()) if matches!(order, Order::Close) => *state = LinkState::Closing,
                Ok(()) => {}
                Err(TrySendError::Full(_)) => failed("the link has too much to do: wait a moment"),
                Err(TrySendError::Disconnected(_)) => failed("the link has just been closed"),
            },
        }
    }
    for (link, work) in opened {
        commands.entity(link).insert(work);
    }
}
