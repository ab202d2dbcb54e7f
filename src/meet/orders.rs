//! Commands from standard input.

use super::tell::Voice;
use anyhow::Result;
use eggtooth_playdate::message::Emote;
use eggtooth_playdate::net::Command;
use eggtooth_playdate::view::TableView;
use eggtooth_playdate::{Decoration, Seat};
use eggtooth_toy::Button;
use std::io::BufRead;
use std::sync::mpsc::{Receiver, sync_channel};

/// Lines that wait; who writes more waits, too.
const WAITING: usize = 64;

/// What one line says.
pub enum Order {
    /// For the table.
    Table(Command),
    /// Buttons that go down together.
    Press(Vec<Button>),
    /// Pip is led to its cable.
    Link,
    /// The real toy is switched on or off.
    RealToy(bool),
}

/// What is typed, line by line.
pub struct Orders(Receiver<String>);

impl Orders {
    /// Begins to read. The end of the input is none of the table.
    pub fn start() -> Result<Orders> {
        let (lines, queue) = sync_channel(WAITING);
        std::thread::Builder::new().name("orders".into()).spawn(move || {
            for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    return;
                }
            }
        })?;
        Ok(Orders(queue))
    }

    /// What was typed since the last time. What is none is told.
    pub fn next(&self, view: &TableView, voice: &Voice) -> Vec<Order> {
        let read = |line: String| match read(line.trim(), view) {
            Some(order) => Some(order),
            None => {
                if !line.trim().is_empty() {
                    voice.notice(&format!("\"{}\" is no command that can be done now", line.trim().escape_debug()));
                }
                None
            }
        };
        self.0.try_iter().take(WAITING).filter_map(read).collect()
    }
}

fn read(line: &str, view: &TableView) -> Option<Order> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let seat = || {
        let named = |seat: &Seat| {
            view.seats.get(seat.index()).and_then(Option::as_ref).is_some_and(|view| view.name.as_str() == rest)
        };
        Seat::all().find(named)
    };
    Some(Order::Table(match word {
        "press" => return Some(Order::Press(buttons(rest)?)),
        "link" => return Some(Order::Link),
        "real-toy" => return matches!(rest, "on" | "off").then_some(Order::RealToy(rest == "on")),
        "touch" => Command::Touch(seat()?),
        "kick" => Command::Kick(seat()?),
        "part" => Command::Part,
        "leave" => Command::Leave,
        "gift" => Command::Gift(Decoration::new(rest.parse().ok()?)?),
        "emote" => Command::Emote(*Emote::ALL.iter().find(|emote| emote.name() == rest)?),
        "rebind" => Command::Rebind(rest.parse().ok()?),
        _ => return None,
    }))
}

/// Buttons by their letters, such as AC; each once.
fn buttons(letters: &str) -> Option<Vec<Button>> {
    let mut buttons = Vec::new();
    for letter in letters.chars() {
        let button = match letter {
            'A' => Button::A,
            'B' => Button::B,
            'C' => Button::C,
            _ => return None,
        };
        if buttons.contains(&button) {
            return None;
        }
        buttons.push(button);
    }
    (!buttons.is_empty()).then_some(buttons)
}
