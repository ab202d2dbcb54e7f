//! Who may do what: one function, deny by default (service §1.3).

use crate::store::AccountRole;

/// How a caller stands towards a toy, or towards anything else that has an owner. Admin is a role in the house and
/// gives no standing towards others' toys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Not signed in.
    Nobody,
    /// Signed in, and nothing to do with it.
    Stranger,
    /// Was granted to look and listen.
    Viewer,
    /// Was granted to press its buttons, too.
    Caretaker,
    /// Whose it is.
    Owner,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Standing; 5] =
        [Standing::Nobody, Standing::Stranger, Standing::Viewer, Standing::Caretaker, Standing::Owner];

    /// The word of the API: `viewer`, `caretaker`, `owner`; `none` for the others.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Standing::Nobody | Standing::Stranger => "none",
            Standing::Viewer => "viewer",
            Standing::Caretaker => "caretaker",
            Standing::Owner => "owner",
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Everything that can be asked for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $name,)* }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Action] = &[$(Action::$name,)*];
        }
    };
}

actions! {
    // With a toy.
    /// Knows that the toy is there: its name, its state, its picture.
    See,
    /// Follows it live.
    Watch,
    /// Reads its diary.
    Diary,
    /// Presses its buttons.
    Press,
    /// Sets its clock from the host's: nothing but presses.
    SetClock,
    /// Gives back what was granted to oneself.
    GiveBack,
    /// Calls it something else.
    Rename,
    /// Paints it.
    Theme,
    /// Lets it sound or not.
    Sound,
    /// Says how long an outage it lives through.
    Mercy,
    /// Starts and pauses its time.
    Run,
    /// Takes its battery out.
    Reset,
    /// Puts a saved state in.
    Load,
    /// Takes its state out.
    Save,
    /// Lists its snapshots and goes back to one.
    Undo,
    /// Gives it another program, and is told which it has.
    SwapRom,
    /// Grants, lists and revokes.
    Share,
    /// Carries it to another home.
    Move,
    /// Removes it.
    Delete,
    // With a ROM in a vault.
    /// Knows that it is there, puts it in a toy, removes it.
    UseRom,
    /// Gets its bytes back.
    ExportRom,
    // In the house.
    /// Has toys, ROMs, sessions and a password of one's own.
    Enter,
    /// Invites members; lists and takes back invitations.
    Invite,
    /// Invites somebody who may invite.
    InviteAdmin,
    /// Lists accounts.
    Accounts,
    /// Changes others' accounts.
    ChangeAccounts,
    /// Looks at how the daycare fares.
    Operate,
    /// Reads what everybody did.
    AuditAll,
}

/// Whether somebody may. `role` is `None` for who is not signed in; `strong` says that the password was given within
/// the last minutes. What is not granted here is denied.
#[must_use]
pub fn can(standing: Standing, role: Option<AccountRole>, strong: bool, action: Action) -> bool {
    let Some(role) = role else { return false };
    if standing == Standing::Nobody {
        return false;
    }
    let admin = role == AccountRole::Admin;
    let owner = standing == Standing::Owner;
    match action {
        Action::See | Action::Watch | Action::Diary => standing >= Standing::Viewer,
        Action::Press | Action::SetClock => standing >= Standing::Caretaker,
        Action::GiveBack => matches!(standing, Standing::Viewer | Standing::Caretaker),
        Action::Rename
        | Action::Theme
        | Action::Sound
        | Action::Mercy
        | Action::Run
        | Action::Load
        | Action::Save
        | Action::Undo
        | Action::SwapRom
        | Action::Share
        | Action::Move
        | Action::UseRom => owner,
        Action::Reset | Action::Delete | Action::ExportRom => owner && strong,
        Action::Enter => true,
        Action::Invite | Action::Accounts | Action::Operate | Action::AuditAll => admin,
        Action::InviteAdmin | Action::ChangeAccounts => admin && strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each action the standings from nobody to owner; in each six callers: not signed in, member, admin, each
    /// first without and then with a password given lately. `x`: may.
    const TABLE: &[(Action, &str)] = &[
        //                        nobody stranger viewer caretaker owner
        (Action::See, "...... ...... ..xxxx ..xxxx ..xxxx"),
        (Action::Watch, "...... ...... ..xxxx ..xxxx ..xxxx"),
        (Action::Diary, "...... ...... ..xxxx ..xxxx ..xxxx"),
        (Action::Press, "...... ...... ...... ..xxxx ..xxxx"),
        (Action::SetClock, "...... ...... ...... ..xxxx ..xxxx"),
        (Action::GiveBack, "...... ...... ..xxxx ..xxxx ......"),
        (Action::Rename, "...... ...... ...... ...... ..xxxx"),
        (Action::Theme, "...... ...... ...... ...... ..xxxx"),
        (Action::Sound, "...... ...... ...... ...... ..xxxx"),
        (Action::Mercy, "...... ...... ...... ...... ..xxxx"),
        (Action::Run, "...... ...... ...... ...... ..xxxx"),
        (Action::Reset, "...... ...... ...... ...... ...x.x"),
        (Action::Load, "...... ...... ...... ...... ..xxxx"),
        (Action::Save, "...... ...... ...... ...... ..xxxx"),
        (Action::Undo, "...... ...... ...... ...... ..xxxx"),
        (Action::SwapRom, "...... ...... ...... ...... ..xxxx"),
        (Action::Share, "...... ...... ...... ...... ..xxxx"),
        (Action::Move, "...... ...... ...... ...... ..xxxx"),
        (Action::Delete, "...... ...... ...... ...... ...x.x"),
        (Action::UseRom, "...... ...... ...... ...... ..xxxx"),
        (Action::ExportRom, "...... ...... ...... ...... ...x.x"),
        (Action::Enter, "...... ..xxxx ..xxxx ..xxxx ..xxxx"),
        (Action::Invite, "...... ....xx ....xx ....xx ....xx"),
        (Action::InviteAdmin, "...... .....x .....x .....x .....x"),
        (Action::Accounts, "...... ....xx ....xx ....xx ....xx"),
        (Action::ChangeAccounts, "...... .....x .....x .....x .....x"),
        (Action::Operate, "...... ....xx ....xx ....xx ....xx"),
        (Action::AuditAll, "...... ....xx ....xx ....xx ....xx"),
    ];

    #[test]
    fn who_may_do_what() {
        let mut wrong = Vec::new();
        for action in Action::ALL {
            let rows: Vec<_> = TABLE.iter().filter(|row| row.0 == *action).collect();
            assert_eq!(rows.len(), 1, "{action:?} has one row in the table");
            let cells: Vec<char> = rows.iter().flat_map(|row| row.1.chars().filter(|c| *c != ' ')).collect();
            assert_eq!(cells.len(), 30, "{action:?}");
            let mut cells = cells.into_iter();
            for standing in Standing::ALL {
                for role in [None, Some(AccountRole::Member), Some(AccountRole::Admin)] {
                    for strong in [false, true] {
                        let expected = cells.next() == Some('x');
                        if can(standing, role, strong, *action) != expected {
                            wrong.push(format!("{action:?} {standing:?} {role:?} strong {strong}: not {expected}"));
                        }
                    }
                }
            }
        }
        assert_eq!(TABLE.len(), Action::ALL.len());
        assert_eq!(wrong, Vec::<String>::new());
    }
}
