//! What the menu shows, and what a player can ask for in it. Plain data: no engine, no clock.

use crate::daycare::{DaycareAction, DaycareModel, Elsewhere, ElsewhereModel};
use crate::friends::{FriendsAction, FriendsModel};
use crate::link::{LinkAction, LinkModel};
use bevy::ecs::message::Message;
use eggtooth_toy::Choice;
use eggtooth_vault::Slug;
use serde::{Deserialize, Serialize};

/// How much the picture may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quality {
    /// No shadows, no smoothing, fewer pixels.
    Low,
    /// The middle.
    Medium,
    /// Everything.
    High,
    /// Chosen by how fast frames are. Also what an unknown word in the settings means.
    #[default]
    #[serde(other)]
    Auto,
}

impl Quality {
    /// In the order of the menu.
    pub const ALL: [Quality; 4] = [Quality::Auto, Quality::Low, Quality::Medium, Quality::High];

    /// What it is called in the menu.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Quality::Auto => "Auto",
            Quality::Low => "Low",
            Quality::Medium => "Medium",
            Quality::High => "High",
        }
    }
}

/// A design of the shell, to choose.
#[derive(Clone, Debug, PartialEq)]
pub struct DesignRow {
    /// What it is called.
    pub name: String,
    /// The colour of its plastic: red, green, blue.
    pub swatch: [u8; 3],
}

/// A pet on the shelf or retired.
#[derive(Clone, Debug, PartialEq)]
pub struct PetRow {
    /// Its folder.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// A few words more, such as its age; may be empty.
    pub detail: String,
    /// Why it cannot be played, if so.
    pub damaged: Option<String>,
    /// Where it is, if not here.
    pub elsewhere: Option<Elsewhere>,
}

/// Whether something is to be heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sound {
    /// 0 to 100 per cent.
    pub volume: u8,
    /// Nothing is heard.
    pub muted: bool,
    /// There is nothing to hear through.
    pub no_device: bool,
}

/// How time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Times real time.
    pub speed: u32,
    /// Stands still.
    pub paused: bool,
    /// Runs as fast as it can until the pet calls.
    pub fast_forward: bool,
}

/// Whether the pet's own clock can be set.
#[derive(Clone, Debug, PartialEq)]
pub enum PetClock {
    /// It can.
    Ready {
        /// Hours and minutes it shows.
        shows: (u8, u8),
    },
    /// It is being set, by presses.
    Busy,
    /// It cannot, and why: the end of a sentence.
    No(&'static str),
}

/// An absence that is not over.
#[derive(Clone, Debug, PartialEq)]
pub enum Absence {
    /// The player must say what becomes of it.
    Asked {
        /// How long, in words: "3 days".
        span: String,
    },
    /// It is being lived.
    Living {
        /// 0 to 100.
        per_cent: u8,
        /// How long it will take, in words: "8 seconds".
        left: String,
    },
}

/// A recording that is made or played.
#[derive(Clone, Debug, PartialEq)]
pub enum Tape {
    /// The pet is recorded, for so many seconds of its life.
    Recording(u64),
    /// A recording is played.
    Playing {
        /// Seconds of it that are over.
        at: u64,
        /// Its length in seconds.
        of: u64,
        /// It is over.
        ended: bool,
    },
}

/// Everything that the menu shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The name of the pet on the desk.
    pub pet: String,
    /// The program of that pet, if it is not Pip's: what a new pet can be hatched from as well.
    pub program: Option<String>,
    /// The designs, in order.
    pub designs: Vec<DesignRow>,
    /// The chosen one.
    pub design: usize,
    /// The sound.
    pub sound: Sound,
    /// The time.
    pub time: Time,
    /// The speeds to choose from.
    pub speeds: &'static [u32],
    /// This computer's local time, hours and minutes.
    pub now: (u8, u8),
    /// The pet's clock.
    pub clock: PetClock,
    /// Whether the toy has a sensor to tap.
    pub tap: bool,
    /// The pets.
    pub shelf: Vec<PetRow>,
    /// The one on the desk; `None` if it is not on the shelf.
    pub current: Option<Slug>,
    /// The retired ones.
    pub retired: Vec<PetRow>,
    /// Why nothing is saved, if so.
    pub read_only: Option<String>,
    /// Where everything is kept.
    pub folder: String,
    /// The chosen quality.
    pub quality: Quality,
    /// Movements are left out.
    pub less_motion: bool,
    /// What becomes of the absences of the pet on the desk.
    pub choice: Choice,
    /// Its absence, if there is one to show.
    pub absence: Option<Absence>,
    /// Its recording, or the recording in its place.
    pub tape: Option<Tape>,
    /// The link to another toy.
    pub link: LinkModel,
    /// The daycare.
    pub daycare: DaycareModel,
    /// Friends, and the table.
    pub friends: FriendsModel,
    /// The toy on the desk, if it lives elsewhere.
    pub elsewhere: Option<ElsewhereModel>,
}

impl Model {
    /// Whether the shelf can be changed.
    #[must_use]
    pub fn writable(&self) -> bool {
        self.read_only.is_none()
    }
}

/// Which program a new pet runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// The pet that is built in.
    #[default]
    Pip,
    /// The program of the pet on the desk.
    Same,
}

/// What a player asks for. Written as a message by the menu and the keys, obeyed by this crate.
#[derive(Message, Clone, Debug, PartialEq)]
pub enum Action {
    /// Opens or closes the menu.
    Menu(bool),
    /// Puts on the design with this number.
    Design(usize),
    /// Sets the volume, 0 to 100.
    Volume(u8),
    /// Mutes or unmutes.
    Mute(bool),
    /// Sets the speed, one of [`Model::speeds`].
    Speed(u32),
    /// Stops or starts time.
    Pause(bool),
    /// Fast-forwards until the pet calls, or stops doing so.
    FastForward(bool),
    /// Hatches a pet.
    New {
        /// What it is called; `None` for the usual name.
        name: Option<String>,
        /// What it runs.
        program: Program,
    },
    /// Shows the system's file dialog.
    ChooseRom,
    /// Opens the ROM at this path.
    OpenRom(String),
    /// Gives the player a copy of a pet as a file, called like this.
    Copy(Slug, String),
    /// Puts a pet of the shelf on the desk.
    Switch(Slug),
    /// Gives a pet another name.
    Rename(Slug, String),
    /// Takes a pet off the shelf.
    Retire(Slug),
    /// Puts a retired pet back; with `true` also on the desk.
    Restore(Slug, bool),
    /// Sets the pet's clock from this computer's, by presses.
    SetClock,
    /// Taps the toy.
    Tap,
    /// Sets the quality.
    Quality(Quality),
    /// Leaves movements out, or not.
    LessMotion(bool),
    /// Shows the keys as at the first start.
    ShowKeys,
    /// Says what becomes of the absence that is asked about, and of later ones.
    Decide(Choice),
    /// Stops living an absence.
    StopLiving,
    /// Says what becomes of later absences.
    Choose(Choice),
    /// Begins or ends a recording.
    Record(bool),
    /// Shows the system's file dialog for a recording.
    ChooseRecording,
    /// Puts the pet back in the place of the recording.
    StopPlaying,
    /// Something of the link panel.
    Link(LinkAction),
    /// Something of the daycare panel.
    Daycare(DaycareAction),
    /// Something of the friends' panel, or of the table.
    Friends(FriendsAction),
}
