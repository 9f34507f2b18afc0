//! Joining a program by link: for one person, once, within a week, until it is taken back.

use std::time::Duration;

use accrue::domain::currency::Currency;
use accrue::domain::handle::EmailAddress;
use accrue::domain::id::{InvitationId, ProgramId, UserId};
use accrue::domain::invitation::{InvitationSecret, InvitationState, VALID_FOR};
use accrue::domain::name::Name;
use accrue::domain::user::Role;
use accrue::operations::invite::{NotAccepted, NotInvited, accept_as, accept_as_new_person, follow, invite, secret_of};
use accrue::operations::passwords::{self, ChosenPassword, HashedPassword};
use accrue::operations::sign_in::Known;
use accrue::storage::write::Write;
use accrue::storage::{invitations, memberships};

use super::{refused, sign_in, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, race};
use crate::support::in_process::wait_for;
use crate::support::sql::Sql;

const NEW: &str = "another harbour, seventeen gulls";

/// A house whose owner invites.
struct Scene {
    house: House,
    program: ProgramId,
    owner: UserId,
}

impl Scene {
    fn open(db: &TestDatabase) -> Scene {
        let house = House::open(db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        let owner = user(&house, &house.admin().person("Marta", program, Role::Owner)).id;
        Scene { house, program, owner }
    }

    fn try_invite(&self, email: &str, role: Role) -> Result<InvitationId, NotInvited> {
        let (by, email) = ((self.program, self.owner), EmailAddress::parse(email).expect("an address"));
        self.write(move |write, env| invite(write, env, by, &email, role))
    }

    fn invite(&self, email: &str, role: Role) -> InvitationSecret {
        let id = self.try_invite(email, role).unwrap_or_else(|why| panic!("{why}"));
        let (program, now, env) = (self.program, self.house.now(), self.house.environment());
        let open = self.house.read(|conn| invitations::open_of_program(conn, program, now));
        let row = open.iter().find(|row| row.id == id).expect("it is open");
        secret_of(&env, row).expect("it is ours")
    }

    fn state(&self, secret: &InvitationSecret) -> InvitationState {
        let env = self.house.environment();
        self.house.read(|conn| follow(conn, &env, secret)).expect("it was made").state
    }

    fn join_as_new(&self, secret: &InvitationSecret) -> Result<Known, NotAccepted> {
        let (secret, password) = (secret.clone(), self.password());
        self.write(move |write, env| accept_as_new_person(write, env, &secret, &name(), &password))
    }

    fn join_as(&self, secret: &InvitationSecret, user: UserId) -> Result<ProgramId, NotAccepted> {
        let secret = secret.clone();
        self.write(move |write, env| accept_as(write, env, &secret, user))
    }

    fn password(&self) -> HashedPassword {
        let chosen = ChosenPassword::choose(NEW, &[]).expect("it is hard to guess");
        passwords::hash(&chosen, &self.house.environment()).expect("there is memory")
    }

    fn role(&self, user: UserId) -> Option<Role> {
        let program = self.program;
        self.house.read(|conn| memberships::role(conn, program, user))
    }

    fn write<T, E>(
        &self,
        work: impl FnOnce(&mut Write<'_>, &accrue::environment::Environment) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<accrue::storage::error::StorageError> + std::fmt::Display + Send + 'static,
    {
        let env = self.house.environment();
        refused(wait_for(self.house.app().recorder.write(move |write| work(write, &env))))
    }
}

fn name() -> Name {
    Name::parse("Ines Duarte").expect("a name")
}

on_each_engine! {
    fn a_new_person_joins_in_the_role_they_were_invited_in(db: TestDatabase) {
        let scene = Scene::open(&db);
        let secret = scene.invite("Ines@People.example", Role::Manager);
        assert_eq!(scene.state(&secret), InvitationState::Open);
        let ines = scene.join_as_new(&secret).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(scene.role(ines.user_id), Some(Role::Manager));
        assert_eq!(scene.state(&secret), InvitationState::Accepted);
        assert_eq!(sign_in(&scene.house, "ines@people.example", NEW).expect("it is right"), ines);
        let row = user(&scene.house, "ines@people.example");
        assert_eq!((row.name.as_str(), row.last_program_id), ("Ines Duarte", Some(scene.program)));
        assert!(matches!(scene.join_as_new(&secret), Err(NotAccepted::HasAccount)), "once");
        assert!(matches!(scene.join_as(&secret, ines.user_id), Err(NotAccepted::Closed)), "once");
    }

    fn who_has_an_account_joins_with_it_and_nobody_else_does(db: TestDatabase) {
        let scene = Scene::open(&db);
        let other = scene.house.admin().program("Other", Currency::EUR);
        let ben = scene.house.admin().person("Ben", other, Role::Owner);
        let (ben_id, before) = (user(&scene.house, &ben).id, user(&scene.house, &ben).password_hash);
        let secret = scene.invite(&ben, Role::Viewer);
        assert!(matches!(scene.join_as_new(&secret), Err(NotAccepted::HasAccount)));
        assert!(matches!(scene.join_as(&secret, scene.owner), Err(NotAccepted::AnotherPerson)));
        assert_eq!(scene.state(&secret), InvitationState::Open);
        assert_eq!(scene.join_as(&secret, ben_id).expect("it is theirs"), scene.program);
        assert_eq!(scene.role(ben_id), Some(Role::Viewer));
        let after = user(&scene.house, &ben);
        assert_eq!((after.password_hash, after.last_program_id), (before, Some(scene.program)));
    }

    fn a_link_that_two_people_use_at_once_lets_one_in(db: TestDatabase) {
        let scene = Scene::open(&db);
        let (secret, env) = (scene.invite("ines@people.example", Role::Manager), scene.house.environment());
        let passwords = [scene.password(), scene.password()];
        let (first, second) = race(
            &db,
            |write| accept_as_new_person(write, &env, &secret, &name(), &passwords[0]),
            |write| accept_as_new_person(write, &env, &secret, &name(), &passwords[1]),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotAccepted::Closed | NotAccepted::HasAccount)), "{second:?}");
        assert_eq!(user(&scene.house, "ines@people.example").password_hash, passwords[0].as_str());
        assert_eq!(Sql::open(&db.url).count("users"), 2);
    }

    fn a_link_is_good_for_a_week_and_not_for_a_moment_longer(db: TestDatabase) {
        let scene = Scene::open(&db);
        let secret = scene.invite("ines@people.example", Role::Viewer);
        scene.house.clock().advance(VALID_FOR - Duration::from_millis(1));
        assert_eq!(scene.state(&secret), InvitationState::Open);
        scene.house.clock().advance(Duration::from_millis(1));
        assert_eq!(scene.state(&secret), InvitationState::Expired);
        assert!(matches!(scene.join_as_new(&secret), Err(NotAccepted::Closed)));
        assert_eq!(Sql::open(&db.url).count("users"), 1);
    }

    fn a_link_that_was_taken_back_is_closed_and_one_that_was_used_cannot_be(db: TestDatabase) {
        let scene = Scene::open(&db);
        let program = scene.program;
        let revoke = |id| scene.house.write(move |write, env| invitations::revoke(write, program, id, env.clock.now()));
        let id = scene.try_invite("ines@people.example", Role::Viewer).expect("nobody has it");
        assert!(revoke(id) && !revoke(id));
        let elsewhere = scene.house.admin().program("Other", Currency::EUR);
        let id = scene.try_invite("ines@people.example", Role::Viewer).expect("nobody has it");
        let foreign = scene.house.write(move |write, env| invitations::revoke(write, elsewhere, id, env.clock.now()));
        assert!(!foreign, "it is not that program's");
        let secret = scene.invite("ines@people.example", Role::Viewer);
        scene.join_as_new(&secret).expect("it is open");
        let used: Vec<_> = scene.house.read(|conn| invitations::open_of_program(conn, program, scene.house.now()));
        assert!(used.is_empty() && !revoke(id));
    }

    fn inviting_again_ends_the_earlier_link(db: TestDatabase) {
        let scene = Scene::open(&db);
        let first = scene.invite("ines@people.example", Role::Viewer);
        let second = scene.invite("ines@people.example", Role::Manager);
        assert_eq!((scene.state(&first), scene.state(&second)), (InvitationState::Revoked, InvitationState::Open));
        assert!(matches!(scene.join_as_new(&first), Err(NotAccepted::Closed)));
    }

    fn only_owners_invite_and_nobody_who_is_there_already(db: TestDatabase) {
        let scene = Scene::open(&db);
        assert!(matches!(scene.try_invite("Marta@people.example", Role::Viewer), Err(NotInvited::Member)));
        let (program, house) = (scene.program, &scene.house);
        let manager = user(house, &house.admin().person("Ben", program, Role::Manager)).id;
        let email = EmailAddress::parse("ines@people.example").expect("an address");
        let refused = scene.write(move |write, env| invite(write, env, (program, manager), &email, Role::Owner));
        assert!(matches!(refused, Err(NotInvited::NotOwner)));
    }

    fn who_came_in_another_way_meanwhile_keeps_that_role(db: TestDatabase) {
        let scene = Scene::open(&db);
        let other = scene.house.admin().program("Other", Currency::EUR);
        let ben = scene.house.admin().person("Ben", other, Role::Owner);
        let secret = scene.invite(&ben, Role::Viewer);
        scene.house.admin().person("Ben", scene.program, Role::Owner);
        let ben = user(&scene.house, &ben).id;
        scene.join_as(&secret, ben).expect("it is theirs");
        assert_eq!((scene.role(ben), scene.state(&secret)), (Some(Role::Owner), InvitationState::Accepted));
    }

    fn the_link_cannot_be_read_from_what_is_kept(db: TestDatabase) {
        let scene = Scene::open(&db);
        let secret = scene.invite("ines@people.example", Role::Viewer);
        let kept = Sql::open(&db.url).lines("SELECT secret_hash || ' ' || sealed FROM invitations").join("\n");
        assert!(!kept.contains(secret.reveal()));
        let env = scene.house.environment();
        let unknown = InvitationSecret::parse(&"2".repeat(34)).expect("it could be one");
        assert!(scene.house.read(|conn| follow(conn, &env, &unknown)).is_none());
    }
}
