//! A page has no friends of its own and no tables: a browser lets no other program call it.

use super::Way;
use crate::friends::{FriendRow, FriendsAction};
use crate::settings::DeskSettings;
use eggtooth_peer::Invite;
use eggtooth_playdate::net::{Command, Event, RealToyView};
use eggtooth_playdate::view::TableView;
use eggtooth_prong::face::SecretFrom;
use eggtooth_toy::Home;
use eggtooth_toy::face::Toy;
use std::sync::Arc;
use std::time::Duration;

/// There is none.
pub(in crate::face::friends) enum OwnTable {}

impl OwnTable {
    pub(in crate::face::friends) fn view(&self) -> Arc<TableView> {
        match *self {}
    }

    pub(in crate::face::friends) fn events(&self) -> Vec<Event> {
        match *self {}
    }

    pub(in crate::face::friends) fn is_over(&self) -> bool {
        match *self {}
    }

    pub(in crate::face::friends) fn command(&self, _: Command) -> bool {
        match *self {}
    }

    pub(in crate::face::friends) fn host(&self) -> bool {
        match *self {}
    }

    pub(in crate::face::friends) fn invite(&mut self, _: u64, _: u64) -> Option<Result<Invite, String>> {
        match *self {}
    }

    pub(in crate::face::friends) fn is_invite_live(&self) -> bool {
        match *self {}
    }

    pub(in crate::face::friends) fn real_toy(&self) -> RealToyView {
        match *self {}
    }

    pub(in crate::face::friends) fn real_toy_on(&self, _: &str, _: &SecretFrom) -> Result<Option<String>, String> {
        match *self {}
    }

    pub(in crate::face::friends) fn real_toy_off(&self) {
        match *self {}
    }
}

/// Nobody.
#[derive(Debug, Default)]
pub(in crate::face::friends) struct Own;

impl Own {
    /// Why a pet of this browser cannot sit at a table.
    pub(in crate::face::friends) const REFUSAL: Option<&'static str> =
        Some("A browser cannot reach friends by itself: take the pet to a daycare, or play on a computer.");

    pub(in crate::face::friends) fn rows(&self) -> &[FriendRow] {
        &[]
    }

    pub(in crate::face::friends) fn open(&mut self, _: &Home) -> Result<(), String> {
        Ok(())
    }

    pub(in crate::face::friends) fn look(&mut self, _: u64) {}

    pub(in crate::face::friends) fn look_around(&mut self, _: Duration) -> bool {
        false
    }

    pub(in crate::face::friends) fn change(&mut self, _: &FriendsAction) -> Result<(), String> {
        Ok(())
    }

    pub(in crate::face::friends) fn hear_chip(&mut self, _: &[u8]) {}

    pub(in crate::face::friends) fn sit(
        &mut self,
        _: &Home,
        _: &Toy,
        _: &DeskSettings,
        _: Way,
    ) -> Result<OwnTable, String> {
        Err(Self::REFUSAL.unwrap_or_default().to_owned())
    }
}

/// Nothing is shown to nobody.
pub(in crate::face::friends) fn portray() {}

/// No cable leads anywhere.
pub(in crate::face::friends) fn cable() {}
