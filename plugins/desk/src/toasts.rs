//! Sentences that come, can be read in peace, and go.

use crate::model::Action;
use std::collections::VecDeque;

/// Sentences that are shown at once; later ones wait, and their time with them.
pub const SHOWN: usize = 3;
/// Sentences that wait at most. Beyond that the oldest waiting one gives way.
const WAITING: usize = 20;
/// Seconds to notice a sentence, and to read a character of it (a slow reader: 15 a second).
const NOTICE: f32 = 3.0;
const CHARACTER: f32 = 1.0 / 15.0;
/// The least and the most, in seconds.
const LEAST: f32 = 5.0;
const MOST: f32 = 25.0;
/// The least where there is something to undo.
const UNDO: f32 = 15.0;

/// A sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Tells it from others.
    pub id: u64,
    /// The sentence.
    pub text: String,
    /// A button beside it: its label and what it does.
    pub button: Option<(&'static str, Action)>,
    /// Seconds it stays.
    pub left: f32,
}

/// Those that are shown and those that wait, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Toasts {
    list: VecDeque<Toast>,
    next: u64,
    /// There is room for one only.
    single: bool,
}

impl Toasts {
    /// Adds a sentence. One that is already there stays longer instead.
    pub fn say(&mut self, text: impl Into<String>) {
        self.push(text.into(), None);
    }

    /// Adds a sentence with a button.
    pub fn offer(&mut self, text: impl Into<String>, label: &'static str, action: Action) {
        self.push(text.into(), Some((label, action)));
    }

    fn push(&mut self, text: String, button: Option<(&'static str, Action)>) {
        let text = sentence(&text);
        let least = if button.is_some() { UNDO } else { LEAST };
        let left = (NOTICE + CHARACTER * text.chars().count() as f32).clamp(least, MOST);
        if let Some(same) = self.list.iter_mut().find(|toast| toast.text == text && toast.button == button) {
            same.left = left;
            return;
        }
        if self.list.len() == SHOWN + WAITING {
            self.list.remove(SHOWN);
        }
        self.list.push_back(Toast { id: self.next, text, button, left });
        self.next += 1;
    }

    /// Whether there is room for one only, or for [`SHOWN`].
    pub fn squeeze(&mut self, single: bool) {
        self.single = single;
    }

    fn at_once(&self) -> usize {
        if self.single { 1 } else { SHOWN }
    }

    /// What is shown now.
    pub fn shown(&self) -> impl Iterator<Item = &Toast> {
        self.list.iter().take(self.at_once())
    }

    /// Whether there is anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|toast| toast.id != id);
    }

    /// Lets `seconds` pass for what is shown. Call it with 0 while the pointer rests on them.
    pub fn pass(&mut self, seconds: f32) {
        let at_once = self.at_once();
        for toast in self.list.iter_mut().take(at_once) {
            toast.left -= seconds;
        }
        self.list.retain(|toast| toast.left > 0.0);
    }
}

/// Makes a sentence of an error's text: a capital first, a full stop last. Nothing stays nothing.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    let mut out: String = chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    if !out.is_empty() && !out.ends_with(['.', '!', '?', '…', '♥']) {
        out.push('.');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_time_to_read() {
        let mut toasts = Toasts::default();
        toasts.say("saved");
        let long = "a".repeat(150);
        toasts.say(long.as_str());
        let left: Vec<f32> = toasts.shown().map(|toast| toast.left).collect();
        assert_eq!(left[0], LEAST);
        assert!(left[1] > 12.0, "{left:?}");
        toasts.pass(6.0);
        assert_eq!(toasts.shown().count(), 1);
        toasts.pass(0.0);
        assert_eq!(toasts.shown().count(), 1);
    }

    #[test]
    fn sentences_are_sentences() {
        let mut toasts = Toasts::default();
        toasts.say("there is no file x; check the path");
        assert_eq!(toasts.shown().next().unwrap().text, "There is no file x; check the path.");
    }

    #[test]
    fn where_there_is_room_for_one_the_others_wait_with_their_time() {
        let mut toasts = Toasts::default();
        toasts.say("one");
        toasts.say("two");
        toasts.squeeze(true);
        assert_eq!(toasts.shown().map(|toast| toast.text.as_str()).collect::<Vec<_>>(), ["One."]);
        toasts.pass(LEAST);
        assert_eq!(
            toasts.shown().map(|toast| (toast.text.as_str(), toast.left)).collect::<Vec<_>>(),
            [("Two.", LEAST)]
        );
    }

    #[test]
    fn the_same_again_stays_one() {
        let mut toasts = Toasts::default();
        toasts.say("one");
        toasts.pass(2.0);
        toasts.say("one");
        assert_eq!(toasts.shown().map(|toast| toast.left).collect::<Vec<_>>(), [LEAST]);
    }

    #[test]
    fn the_rest_waits_and_is_bounded() {
        let mut toasts = Toasts::default();
        for n in 0..100 {
            toasts.say(format!("number {n}"));
        }
        assert_eq!(toasts.list.len(), SHOWN + WAITING);
        assert_eq!(toasts.shown().count(), SHOWN);
        let waiting = toasts.list[SHOWN].clone();
        toasts.pass(LEAST);
        assert_eq!(toasts.shown().next(), Some(&waiting), "time does not pass for those that wait");
        toasts.dismiss(waiting.id);
        assert_ne!(toasts.shown().next(), Some(&waiting));
    }
}
