//! The audit log under somebody's hands who can write to the database (QUALITY OPS-6).

use accrue::domain::audit::{Act, Action, AuditActor};
use accrue::domain::id::UserId;
use accrue::operations::audit::note;
use accrue::operations::verify_audit::{AuditVerified, verify_audit};

use crate::support::engine::on_each_engine;
use crate::support::house::House;
use crate::support::sql::Sql;

const ROWS: i64 = 10_000;

/// Places in the log: both ends, their neighbours, and some between.
const PLACES: [i64; 8] = [1, 2, 777, 4_999, 5_000, 5_001, 9_999, 10_000];

/// What is done to the row `:N`, which the row `:M` stands beside.
const TAMPERINGS: [(&str, &str); 13] = [
    ("the action", "UPDATE audit_log SET action = 'signed_out' WHERE sequence = :N"),
    ("a word that is none", "UPDATE audit_log SET action = 'nothing_happened' WHERE sequence = :N"),
    ("the subject", "UPDATE audit_log SET subject = subject || 'x' WHERE sequence = :N"),
    ("the subject emptied", "UPDATE audit_log SET subject = '' WHERE sequence = :N"),
    ("the time", "UPDATE audit_log SET noted_at = noted_at - 1 WHERE sequence = :N"),
    ("who", "UPDATE audit_log SET user_id = NULL WHERE sequence = :N"),
    ("what kind of who", "UPDATE audit_log SET actor = 'command_line' WHERE sequence = :N"),
    ("the program", "UPDATE audit_log SET program_id = user_id WHERE sequence = :N"),
    ("the link", "UPDATE audit_log SET link = 'x' || link WHERE sequence = :N"),
    ("taken out", "DELETE FROM audit_log WHERE sequence = :N"),
    (
        "taken out, and the gap closed",
        "DELETE FROM audit_log WHERE sequence = :N; UPDATE audit_log SET sequence = -sequence WHERE sequence > :N; \
         UPDATE audit_log SET sequence = -sequence - 1 WHERE sequence < 0; \
         UPDATE installation SET audit_count = audit_count - 1",
    ),
    (
        "swapped with its neighbour",
        "UPDATE audit_log SET sequence = 0 WHERE sequence = :N; UPDATE audit_log SET sequence = :N WHERE sequence = :M; \
         UPDATE audit_log SET sequence = :M WHERE sequence = 0",
    ),
    (
        "swapped with its neighbour, each keeping its place's link",
        "UPDATE audit_log SET sequence = 0 WHERE sequence = :N; UPDATE audit_log SET sequence = :N WHERE sequence = :M; \
         UPDATE audit_log SET sequence = :M WHERE sequence = 0; UPDATE audit_log SET link = \
         CASE sequence WHEN :N THEN (SELECT link FROM kept WHERE sequence = :N) ELSE (SELECT link FROM kept \
         WHERE sequence = :M) END WHERE sequence IN (:N, :M)",
    ),
];

/// What is done to the end of the log, in whole.
const ENDINGS: [(&str, &str); 7] = [
    ("the last row gone", "DELETE FROM audit_log WHERE sequence = 10000"),
    ("the last hundred rows gone", "DELETE FROM audit_log WHERE sequence > 9900"),
    ("everything gone", "DELETE FROM audit_log"),
    (
        "everything gone, and the end's word with it",
        "DELETE FROM audit_log; UPDATE installation SET audit_count = 0, audit_link = 'x'",
    ),
    (
        "the last hundred gone, the number put right",
        "DELETE FROM audit_log WHERE sequence > 9900; UPDATE installation SET audit_count = 9900",
    ),
    (
        "the last hundred gone, number and last link put where the end is kept",
        "DELETE FROM audit_log WHERE sequence > 9900; UPDATE installation SET audit_count = 9900, \
         audit_link = (SELECT link FROM audit_log WHERE sequence = 9900)",
    ),
    (
        "a row put behind the end",
        "INSERT INTO audit_log SELECT 10001, program_id, actor, user_id, action, subject, noted_at, link \
         FROM audit_log WHERE sequence = 10000; UPDATE installation SET audit_count = 10001",
    ),
];

fn fill(house: &House) {
    let done = [Action::CampaignChanged, Action::AffiliatePaused, Action::SignedIn];
    for from in (0..ROWS).step_by(500) {
        house.write(move |write, env| {
            for (place, action) in (from..from + 500).zip(done.into_iter().cycle()) {
                let actor = AuditActor::User(env.mint.id(env.clock.now()));
                let act = Act::in_program(env.mint.id(env.clock.now()), actor, action);
                note(write, env, &act.on(format!("camp_{place}")))?;
            }
            Ok(())
        });
    }
}

fn verified(house: &House) -> AuditVerified {
    let env = house.environment();
    house.read(|conn| verify_audit(conn, env.keys.audit()))
}

on_each_engine! {
    /// Whichever of ten thousand rows is changed, taken out or swapped, in whichever way, is found; and once it is put
    /// back there is nothing to find.
    fn no_row_is_changed_unseen(db: TestDatabase) {
        let house = House::open(&db);
        fill(&house);
        let sound = AuditVerified { rows: ROWS.unsigned_abs(), differences: Vec::new() };
        assert_eq!(verified(&house), sound);
        let mut sql = Sql::open(&db.url);
        sql.run("CREATE TABLE kept AS SELECT * FROM audit_log");
        sql.run("CREATE TABLE kept_end AS SELECT audit_count, audit_link FROM installation");
        let at_places = PLACES.into_iter().zip(PLACES.map(|place| if place == 1 { 2 } else { place - 1 }));
        for (at, (place, beside)) in at_places.enumerate() {
            // Each way at each end, and the ways in turn at the places between.
            let in_turn = |way: usize| matches!(place, 1 | 10_000) || way % PLACES.len() == at;
            for (_, (what, change)) in TAMPERINGS.iter().enumerate().filter(|(way, _)| in_turn(*way)) {
                sql.run(&change.replace(":N", &place.to_string()).replace(":M", &beside.to_string()));
                assert!(!verified(&house).differences.is_empty(), "row {place}, {what}");
                put_back(&mut sql);
            }
        }
        for (what, change) in ENDINGS {
            sql.run(change);
            assert!(!verified(&house).differences.is_empty(), "{what}");
            put_back(&mut sql);
        }
        assert_eq!(verified(&house), sound);
        a_row_is_named(&house, &mut sql);
    }

    /// An installation where nothing was done yet is sound, and so is the row that comes first.
    fn a_log_begins_empty(db: TestDatabase) {
        let house = House::open(&db);
        assert_eq!(verified(&house), AuditVerified::default());
        let user = UserId::from_uuid(uuid::Uuid::from_u128(7));
        house.write(move |write, env| note(write, env, &Act::outside(AuditActor::User(user), Action::SignedIn)));
        assert_eq!(verified(&house), AuditVerified { rows: 1, differences: Vec::new() });
    }
}

fn a_row_is_named(house: &House, sql: &mut Sql) {
    sql.run("UPDATE audit_log SET subject = 'camp_0' WHERE sequence = 4242");
    let told = verified(house).differences;
    assert_eq!(told, ["row 4242 of the audit log, or its place, is not what was written"]);
    put_back(sql);
    sql.run("DELETE FROM audit_log WHERE sequence = 4242");
    let told = verified(house).differences;
    assert_eq!(told, ["row 4242 of the audit log is not there: the next one is 4243"]);
}

fn put_back(sql: &mut Sql) {
    sql.run("DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept");
    sql.run(
        "UPDATE installation SET audit_count = (SELECT audit_count FROM kept_end), \
         audit_link = (SELECT audit_link FROM kept_end)",
    );
}
