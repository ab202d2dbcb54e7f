//! The friends of a page: no friend can be reached from there, and the panel says so.

use crate::face::DeskSystems;
use crate::friends::{FriendsAction, FriendsModel};
use crate::model::Action;
use crate::settings::DeskSettings;
use crate::view::View;
use bevy::app::{App, Update};
use bevy::ecs::prelude::*;

/// Opens the panel.
pub fn plugin(app: &mut App) {
    app.init_resource::<DeskFriends>().add_systems(Update, obey.in_set(DeskSystems::Obey));
}

/// Nobody.
#[derive(Resource, Debug, Default)]
pub struct DeskFriends;

impl DeskFriends {
    /// What the panel shows: why there is no table.
    #[must_use]
    pub fn model(&self, _seen: bool, settings: &DeskSettings, refusal: Option<&'static str>) -> FriendsModel {
        FriendsModel { name: settings.name.clone(), refusal, ..FriendsModel::default() }
    }

    /// Never.
    pub(in crate::face) fn at_table(&self) -> bool {
        false
    }
}

fn obey(mut actions: MessageReader<Action>, mut view: ResMut<View>) {
    for action in actions.read() {
        if let Action::Friends(FriendsAction::Show) = action {
            (view.open, view.form.friends.open) = (true, true);
        }
    }
}
