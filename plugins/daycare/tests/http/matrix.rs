//! Every route of the API, as its own description lists them, for every kind of caller.

use super::daycare::{Answer, Daycare, Person, Sent, other_rom, save_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use eggtooth_daycare::store::{AccountRole, GrantRole};
use eggtooth_daycare::{GrantId, MoveId, RomKey, SessionId, ToyId, now};
use eggtooth_toy::{Machine, pip};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Who asks, in the order of the columns.
const ROLES: [&str; 10] = [
    "nobody",
    "who was signed out",
    "whose grant was taken back",
    "whose grant has expired",
    "owner of another toy",
    "admin",
    "viewer",
    "caretaker",
    "owner, long signed in",
    "owner, just signed in",
];
type Statuses = [u16; ROLES.len()];

/// The same for everybody.
fn all(status: u16) -> Statuses {
    [status; ROLES.len()]
}

/// Everybody who is signed in.
fn anybody(ok: u16) -> Statuses {
    [401, 401, ok, ok, ok, ok, ok, ok, ok, ok]
}

fn admin(ok: u16) -> Statuses {
    [401, 401, 403, 403, 403, ok, 403, 403, 403, 403]
}

fn viewer(ok: u16) -> Statuses {
    [401, 401, 404, 404, 404, 404, ok, ok, ok, ok]
}

fn caretaker(ok: u16) -> Statuses {
    [401, 401, 404, 404, 404, 404, 403, ok, ok, ok]
}

fn owner(ok: u16) -> Statuses {
    [401, 401, 404, 404, 404, 404, 403, 403, ok, ok]
}

/// The owner, who must just have signed in.
fn again(ok: u16) -> Statuses {
    [401, 401, 404, 404, 404, 404, 403, 403, 403, ok]
}

/// What cannot be shared: others learn nothing of it.
fn alone(ok: u16) -> Statuses {
    [401, 401, 404, 404, 404, 404, 404, 404, ok, ok]
}

struct Row {
    method: &'static str,
    path: &'static str,
    sent: fn(&Case) -> Sent,
    statuses: Statuses,
}

/// A toy of the owner and what belongs to it.
struct Case {
    toy: ToyId,
    viewers: GrantId,
    rom: RomKey,
    unused: RomKey,
    arrived: MoveId,
    leaving: MoveId,
    snapshot: u64,
    stranger: Person,
}

fn nothing(_: &Case) -> Sent {
    Sent::Nothing
}

fn password(_: &Case) -> Sent {
    Sent::Json(json!({"password": "not this one"}))
}

fn pip_machine() -> Machine {
    Machine::new(&pip().unwrap())
}

fn arrival(id: MoveId) -> Value {
    json!({"id": id, "name": "Pip", "envelope": BASE64.encode(save_of(&pip_machine())), "rom": null})
}

fn rows() -> Vec<Row> {
    let row = |method, path, sent, statuses| Row { method, path, sent, statuses };
    let hello = |_: &Case| Sent::Json(json!({"token": "A".repeat(26), "name": "Eve", "password": "long enough"}));
    vec![
        row("GET", "/hello", nothing, all(200)),
        row("POST", "/setup", hello, all(409)),
        row("POST", "/join", hello, all(403)),
        row("POST", "/session", |_| Sent::Json(json!({"name": "Ada", "password": "not this one"})), all(401)),
        row("GET", "/session", nothing, anybody(200)),
        row("DELETE", "/session", nothing, anybody(204)),
        row("POST", "/session/again", password, all(401)),
        row("GET", "/sessions", nothing, anybody(200)),
        row("DELETE", "/sessions/{id}", nothing, anybody(404)),
        row("POST", "/account/password", |_| Sent::Json(json!({"old": "not this", "new": "long enough"})), all(401)),
        row("GET", "/accounts", nothing, admin(200)),
        row("PATCH", "/accounts/{id}", |_| Sent::Json(json!({"toys": 10_000})), admin(200)),
        row("GET", "/invitations", nothing, admin(200)),
        row("POST", "/invitations", |_| Sent::Json(json!({"role": "member", "hours": 1})), admin(201)),
        row("DELETE", "/invitations/{id}", nothing, admin(404)),
        row("GET", "/audit", nothing, anybody(200)),
        row("GET", "/operator", nothing, admin(200)),
        row("GET", "/live", nothing, all(400)),
        row("GET", "/table", nothing, all(400)),
        row("GET", "/toys", nothing, anybody(200)),
        row("POST", "/toys", |_| Sent::Json(json!({"name": "New"})), anybody(201)),
        row("GET", "/toys/{toy}", nothing, viewer(200)),
        row("PATCH", "/toys/{toy}", |_| Sent::Json(json!({"name": "Renamed", "mercy_hours": 1})), owner(200)),
        row("DELETE", "/toys/{toy}", nothing, again(204)),
        row("POST", "/toys/{toy}/start", nothing, owner(204)),
        row("POST", "/toys/{toy}/pause", nothing, owner(204)),
        row("POST", "/toys/{toy}/reset", nothing, again(204)),
        // The toy is paused for this row: setting a clock takes its time.
        row("POST", "/toys/{toy}/clock", nothing, caretaker(409)),
        row("POST", "/toys/{toy}/press", |_| Sent::Json(json!({"buttons": ["A", "C"]})), caretaker(200)),
        row("GET", "/toys/{toy}/save", nothing, owner(200)),
        row("PUT", "/toys/{toy}/save", |_| Sent::File(save_of(&pip_machine())), owner(204)),
        row("PUT", "/toys/{toy}/rom", |case| Sent::Json(json!({"rom": case.rom})), owner(204)),
        row("GET", "/toys/{toy}/snapshots", nothing, owner(200)),
        row("POST", "/toys/{toy}/undo", |case| Sent::Json(json!({"number": case.snapshot})), owner(204)),
        row("GET", "/toys/{toy}/frame.png", nothing, viewer(200)),
        row("GET", "/toys/{toy}/diary", nothing, viewer(200)),
        row("GET", "/toys/{toy}/grants", nothing, viewer(200)),
        row("POST", "/toys/{toy}/grants", |_| Sent::Json(json!({"name": "Stranger", "role": "viewer"})), owner(201)),
        // The viewer gives back what is theirs; the caretaker does not know of it.
        row("DELETE", "/toys/{toy}/grants/{grant}", nothing, [401, 401, 404, 404, 404, 404, 204, 404, 204, 204]),
        row("POST", "/toys/{toy}/live", nothing, viewer(200)),
        // What may be done; tables themselves have tests of their own.
        row("POST", "/toys/{toy}/table", |_| Sent::Json(json!({"invite": "egg1nonsense"})), caretaker(422)),
        row("POST", "/toys/{toy}/table/look", nothing, viewer(204)),
        row("DELETE", "/toys/{toy}/table", nothing, caretaker(204)),
        row(
            "POST",
            "/toys/{toy}/leave",
            |case| {
                Sent::Json(json!({"id": case.arrived.0.map(|byte| byte ^ 1).as_slice()
            .iter().map(|byte| format!("{byte:02x}")).collect::<String>()}))
            },
            owner(200),
        ),
        row("GET", "/roms", nothing, anybody(200)),
        row("POST", "/roms", |_| Sent::File(other_rom(200)), anybody(201)),
        row("POST", "/roms/identify", |_| Sent::File(other_rom(200)), anybody(200)),
        row("GET", "/roms/{rom}", nothing, alone(200)),
        row("GET", "/roms/{rom}/bytes", nothing, [401, 401, 404, 404, 404, 404, 404, 404, 403, 200]),
        row("DELETE", "/roms/{rom}", nothing, alone(204)),
        row("POST", "/moves", |_| Sent::Json(arrival(MoveId::random().unwrap())), anybody(201)),
        row("GET", "/moves/{id}", nothing, alone(200)),
        row("POST", "/moves/{id}/cancel", nothing, alone(409)),
        row("POST", "/moves/{id}/done", nothing, alone(204)),
        row("POST", "/moves/{id}/abort", nothing, alone(204)),
    ]
}

struct People {
    owner: Person,
    stranger: Person,
    viewer: Person,
    caretaker: Person,
    expired: Person,
    revoked: Person,
    admin: Person,
}

impl People {
    fn new(daycare: &Daycare) -> People {
        let member = |name| daycare.person(name, AccountRole::Member);
        let people = People {
            owner: member("Owner"),
            stranger: member("Stranger"),
            viewer: member("Viewer"),
            caretaker: member("Caretaker"),
            expired: member("Expired"),
            revoked: member("Revoked"),
            admin: daycare.person("Ada", AccountRole::Admin),
        };
        daycare.toy(people.stranger.account);
        people
    }

    /// A toy that is shared as the roles say, with what the route needs.
    fn case(&self, daycare: &Daycare, row: &Row) -> Case {
        let toy = daycare.toy(self.owner.account);
        let viewers = daycare.grant(toy, self.viewer.account, GrantRole::Viewer, None);
        daycare.grant(toy, self.caretaker.account, GrantRole::Caretaker, Some(now() + 3_600_000));
        daycare.grant(toy, self.expired.account, GrantRole::Caretaker, Some(now() - 1));
        let gone = daycare.grant(toy, self.revoked.account, GrantRole::Caretaker, None);
        daycare.house.store.delete_grant(gone).unwrap();
        let roms = &daycare.house.roms;
        let (rom, _) = roms.add(self.owner.account, "Mine", &other_rom(1)).unwrap();
        let (unused, _) = roms.add(self.owner.account, "Unused", &other_rom(2)).unwrap();
        let (arrived, leaving) = (MoveId::random().unwrap(), MoveId::random().unwrap());
        if row.path.starts_with("/moves/{id}") {
            daycare.get(&self.owner, "POST", "/api/v1/moves", Sent::Json(arrival(arrived)));
            daycare.wait(daycare.house.host.leave(toy, leaving, self.owner.account)).unwrap();
        }
        if row.path.ends_with("/clock") {
            daycare.wait(daycare.house.host.run(toy, false)).unwrap();
        }
        let snapshot = daycare.house.store.snapshots(toy).unwrap()[0].number;
        Case { toy, viewers, rom, unused, arrived, leaving, snapshot, stranger: self.stranger.clone() }
    }

    /// A session of its own for each request: some end theirs.
    fn caller(&self, daycare: &Daycare, role: usize) -> Option<Person> {
        let (person, strong) = match role {
            0 => return None,
            1 => {
                let gone = daycare.sign_in(self.owner.account, "Owner", true);
                daycare.house.store.end_session(&gone.session).unwrap();
                return Some(gone);
            }
            2 => (&self.revoked, true),
            3 => (&self.expired, true),
            4 => (&self.stranger, true),
            5 => (&self.admin, true),
            6 => (&self.viewer, true),
            7 => (&self.caretaker, true),
            8 => (&self.owner, false),
            _ => (&self.owner, true),
        };
        Some(daycare.sign_in(person.account, &person.name, strong))
    }
}

fn path(row: &Row, case: &Case) -> String {
    let unknown = SessionId::random().unwrap().to_string();
    let of_move = |id: MoveId| id.to_string();
    let id = match row.path {
        "/accounts/{id}" => case.stranger.account.to_string(),
        "/moves/{id}" | "/moves/{id}/cancel" => of_move(case.arrived),
        "/moves/{id}/done" | "/moves/{id}/abort" => of_move(case.leaving),
        _ => unknown,
    };
    let rom = if row.method == "DELETE" { case.unused } else { case.rom };
    let path = row.path.replace("{toy}", &case.toy.to_string()).replace("{grant}", &case.viewers.to_string());
    format!("/api/v1{}", path.replace("{rom}", &rom.to_string()).replace("{id}", &id))
}

/// The routes that the daycare says it has.
fn described(daycare: &Daycare, who: &Person) -> (Value, BTreeSet<(String, String)>) {
    let document = daycare.get(who, "GET", "/api/v1/openapi.json", Sent::Nothing);
    let paths = document["paths"].as_object().unwrap().clone();
    let routes = paths.iter().flat_map(|(path, item)| {
        let path = path.strip_prefix("/api/v1").unwrap().to_owned();
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    let names: BTreeSet<_> = operations.clone().map(|operation| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.count(), "each operation has a name of its own");
    (document.clone(), routes.collect())
}

fn check(answer: &Answer, operation: &Value, what: &str) {
    let described = operation["responses"].as_object().unwrap();
    assert!(described.contains_key(&answer.status.to_string()), "{what}: {} is not described", answer.status);
    if answer.status >= 400 {
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{what}");
        assert_eq!(answer.json()["status"], answer.status, "{what}");
    }
    for name in ["content-security-policy", "x-content-type-options", "cross-origin-opener-policy", "cache-control"] {
        assert!(answer.headers.contains_key(name), "{what}: {name}");
    }
}

#[test]
fn every_route_for_everybody() {
    let daycare = Daycare::new();
    let people = People::new(&daycare);
    let (document, routes) = described(&daycare, &people.owner);
    let rows = rows();
    let known: BTreeSet<_> = rows.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(routes, known, "each route of the description needs a row here, and each row a route");
    let mut wrong = Vec::new();
    for row in &rows {
        let operation = &document["paths"][format!("/api/v1{}", row.path)][row.method.to_lowercase()];
        let mut case = people.case(&daycare, row);
        for (role, expected) in row.statuses.iter().enumerate() {
            let who = people.caller(&daycare, role);
            let what = format!("{} {} by {}", row.method, row.path, ROLES[role]);
            let answer = daycare.ask(who.as_ref(), row.method, &path(row, &case), (row.sent)(&case));
            check(&answer, operation, &what);
            if answer.status != *expected {
                wrong.push(format!("{what}: {} instead of {expected}: {}", answer.status, answer.text()));
            }
            if row.method != "GET" && answer.status < 300 {
                case = people.case(&daycare, row);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), rows.len() * ROLES.len(), wrong.join("\n"));
}

#[test]
fn what_changes_something_is_written_down() {
    let daycare = Daycare::new();
    let people = People::new(&daycare);
    for row in rows().iter().filter(|row| row.method != "GET" && row.statuses[9] < 300) {
        // Presses are in the journal, each with who pressed; identifying, looking and asking for a ticket change nothing.
        if ["/press", "/identify", "/live", "/table/look"].iter().any(|end| row.path.ends_with(end)) {
            continue;
        }
        let case = people.case(&daycare, row);
        let who = people.caller(&daycare, 9).unwrap();
        let newest =
            || daycare.house.store.audits(None, i64::MAX as u64, 1).unwrap().first().map_or(0, |row| row.number);
        let before = newest();
        daycare.get(&who, row.method, &path(row, &case), (row.sent)(&case));
        assert!(newest() > before, "{} {}", row.method, row.path);
    }
    assert_eq!(daycare.house.store.verify_audit().unwrap(), None);
}
