//! What the own player does.

use std::time::Duration;

use super::{Event, Party, Role};
use crate::decoration::Decoration;
use crate::keepsakes::Key;
use crate::message::{Emote, Farewell, GiftId, Profile, Seat};
use crate::player::GiveError;
use crate::text::{Look, Name};

impl Party {
    /// The own toy makes a gesture.
    pub fn emote(&mut self, emote: Emote, now: Duration) {
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.emote(emote);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.emote(emote);
                self.guest_effects(effects, now);
            }
        }
    }

    /// The own toy holds its prongs to those of a seat. That they meet is told by [`crate::player::Event::Touched`].
    pub fn touch(&mut self, seat: Seat, now: Duration) {
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.own_touch(seat, now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.touch(seat);
                self.guest_effects(effects, now);
            }
        }
        self.settle(now);
    }

    /// The own toy takes them away.
    pub fn part(&mut self, now: Duration) {
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.own_part(now);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.part();
                self.guest_effects(effects, now);
            }
        }
        self.settle(now);
    }

    /// Gives a decoration to the toy whose prongs are held.
    ///
    /// # Errors
    /// Why not.
    pub fn give(&mut self, decoration: Decoration, now: Duration) -> Result<GiftId, GiveError> {
        let given = self.player.give(decoration, now);
        self.settle(now);
        given
    }

    /// The own toy is called otherwise, or has another look.
    pub fn set_profile(&mut self, toy: Name, look: Look, now: Duration) {
        let profile = Profile { toy, look, ..self.profile.clone() };
        self.change_profile(profile, now);
        self.settle(now);
    }

    pub(super) fn change_profile(&mut self, profile: Profile, now: Duration) {
        self.profile = profile.clone();
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.set_profile(profile);
                self.host_effects(effects, now);
            }
            Role::Guest(guest) => {
                let effects = guest.set_profile(profile);
                self.guest_effects(effects, now);
            }
        }
    }

    /// The host asks somebody to leave. Of a guest it means nothing.
    pub fn kick(&mut self, seat: Seat, now: Duration) {
        if let Role::Host(host) = &mut self.role {
            let effects = host.kick(seat);
            self.host_effects(effects, now);
            self.settle(now);
        }
    }

    /// Somebody is no longer welcome: a host shows them out; a guest at their table leaves.
    pub fn expel(&mut self, key: Key, now: Duration) {
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.expel(key);
                self.host_effects(effects, now);
                self.settle(now);
            }
            Role::Guest(guest) if guest.host() == Some(key) => self.leave(now),
            Role::Guest(_) => {}
        }
    }

    /// Goes away for good; a host closes the table.
    pub fn leave(&mut self, now: Duration) {
        self.part(now);
        match &mut self.role {
            Role::Host(host) => {
                let effects = host.end();
                self.host_effects(effects, now);
                self.tell_of_pet();
                self.tell(Event::Over(Farewell::HostLeft));
            }
            Role::Guest(guest) => {
                let effects = guest.leave();
                self.guest_effects(effects, now);
            }
        }
        self.settle(now);
    }
}
