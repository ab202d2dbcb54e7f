//! What every store promises, tried on each store there is; and what happens when the disk does not keep its promises.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "store/backup.rs"]
mod backup;
#[path = "store/child.rs"]
mod child;
#[path = "store/damage.rs"]
mod damage;
#[path = "store/disk.rs"]
mod disk;
#[path = "store/house.rs"]
mod house;
#[path = "store/journal.rs"]
mod journal;
#[path = "store/moves.rs"]
mod moves;
#[path = "store/pace.rs"]
mod pace;
#[path = "store/people.rs"]
mod people;
#[path = "store/toys.rs"]
mod toys;
#[path = "store/world.rs"]
mod world;

/// The promises, each tried on a new and empty store that `$fresh` makes, together with what keeps it.
macro_rules! promises {
    ($kind:ident: $fresh:expr; $($module:ident: $($promise:ident)*;)*) => {
        mod $kind {
            $($(
                #[test]
                fn $promise() {
                    let (store, _kept) = $fresh;
                    crate::$module::$promise(&store);
                }
            )*)*
        }
    };
}

/// All of them, for one kind of store.
macro_rules! conforms {
    ($kind:ident: $fresh:expr) => {
        promises! { $kind: $fresh;
            toys:
                a_toy_is_read_as_it_was_made
                toys_are_listed_by_name_and_all_are_visited
                a_toy_that_cannot_be_made_leaves_nothing
                an_update_changes_everything_but_the_life
                looks_change_and_nothing_else
                another_life_begins_once_and_at_once
                a_removed_toy_leaves_nothing;
            journal:
                a_batch_is_appended_whole_or_not_at_all
                all_of_an_entry_comes_back
                the_journal_begins_with_what_still_lies_ahead
                the_newest_two_and_a_week_of_days_are_kept
                the_journal_is_kept_from_the_second_newest_snapshot_on
                the_end_of_an_earlier_life_is_kept_for_a_week
                a_batch_of_snapshots_is_whole_or_not_at_all
                a_snapshot_with_another_digest_is_listed_and_has_no_state
                a_diary_is_read_backwards_and_does_not_grow_for_ever
                what_is_lived_again_is_not_told_again;
            moves:
                every_order_of_requests_ends_with_one_pet_in_one_place
                what_is_handed_over_stays_the_same_and_is_forgotten_in_the_end
                a_toy_that_leaves_is_left_alone
                moves_are_their_accounts;
            people:
                names_are_one_without_regard_to_case
                an_account_changes_in_what_can_change
                an_invitation_is_good_once_and_for_its_time
                two_cannot_join_by_one_invitation
                sessions_are_found_touched_and_ended
                what_has_expired_is_forgotten_and_nothing_else
                a_grant_is_one_for_a_toy_and_an_account_and_for_its_time;
            house:
                a_setting_is_what_was_set_last
                a_check_changes_nothing
                a_rom_stays_while_a_toy_has_it
                the_list_of_who_did_what_is_a_chain
                the_list_of_who_did_what_is_trimmed_from_its_beginning
                readers_see_whole_batches_while_others_write;
        }
    };
}

conforms!(sqlite: {
    let folder = tempfile::tempdir().unwrap();
    let store = eggtooth_daycare::store::SqliteStore::open(&folder.path().join("daycare.sqlite")).unwrap();
    (store, folder)
});
