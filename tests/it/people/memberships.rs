//! Roles: given, changed and taken away by owners, of whom there always is one.

use accrue::domain::currency::Currency;
use accrue::domain::handle::EmailAddress;
use accrue::domain::id::{ProgramId, UserId};
use accrue::domain::user::Role;
use accrue::environment::Environment;
use accrue::operations::change_membership::{NotAllowed, change_role, remove};
use accrue::operations::invite::invite;
use accrue::storage::write::Write;
use accrue::storage::{invitations, memberships};

use super::{refused, user};
use crate::support::engine::{TestDatabase, on_each_engine};
use crate::support::house::{House, race};
use crate::support::in_process::wait_for;

/// A program with people in it.
struct Scene {
    house: House,
    program: ProgramId,
}

impl Scene {
    fn open(db: &TestDatabase) -> Scene {
        let house = House::open(db);
        let program = house.admin().program("Alderfinch", Currency::EUR);
        Scene { house, program }
    }

    fn person(&self, name: &str, role: Role) -> UserId {
        user(&self.house, &self.house.admin().person(name, self.program, role)).id
    }

    fn role(&self, user: UserId) -> Option<Role> {
        let program = self.program;
        self.house.read(|conn| memberships::role(conn, program, user))
    }

    fn act<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Write<'_>, &Environment) -> Result<T, NotAllowed> + Send + 'static,
    ) -> Result<T, NotAllowed> {
        let env = self.house.environment();
        refused(wait_for(self.house.app().recorder.write(move |write| work(write, &env))))
    }

    fn remove(&self, by: UserId, user: UserId) -> Result<(), NotAllowed> {
        let program = self.program;
        self.act(move |write, env| remove(write, env, (program, by), user))
    }

    fn change_role(&self, by: UserId, user: UserId, role: Role) -> Result<(), NotAllowed> {
        let program = self.program;
        self.act(move |write, env| change_role(write, env, (program, by), user, role))
    }
}

on_each_engine! {
    fn an_owner_changes_roles_and_removes_people(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben] = [scene.person("Marta", Role::Owner), scene.person("Ben", Role::Viewer)];
        for role in [Role::Manager, Role::Manager, Role::Owner, Role::Viewer] {
            scene.change_role(marta, ben, role).unwrap_or_else(|why| panic!("{role}: {why}"));
            assert_eq!(scene.role(ben), Some(role));
        }
        scene.remove(marta, ben).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(scene.role(ben), None);
        assert!(matches!(scene.remove(marta, ben), Err(NotAllowed::Nobody)));
        assert!(matches!(scene.change_role(marta, ben, Role::Owner), Err(NotAllowed::Nobody)));
    }

    fn nobody_else_does(db: TestDatabase) {
        let scene = Scene::open(&db);
        let marta = scene.person("Marta", Role::Owner);
        let elsewhere = scene.house.admin().program("Other", Currency::EUR);
        let stranger = user(&scene.house, &scene.house.admin().person("Ines", elsewhere, Role::Owner)).id;
        for by in [scene.person("Ben", Role::Manager), scene.person("Vera", Role::Viewer), stranger] {
            assert!(matches!(scene.remove(by, marta), Err(NotAllowed::NotOwner)));
            assert!(matches!(scene.change_role(by, by, Role::Owner), Err(NotAllowed::NotOwner)));
        }
        assert!(matches!(scene.remove(marta, stranger), Err(NotAllowed::Nobody)), "not of this program");
        assert_eq!(scene.role(marta), Some(Role::Owner));
    }

    fn a_program_keeps_an_owner(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben] = [scene.person("Marta", Role::Owner), scene.person("Ben", Role::Manager)];
        assert!(matches!(scene.remove(marta, marta), Err(NotAllowed::LastOwner)));
        assert!(matches!(scene.change_role(marta, marta, Role::Viewer), Err(NotAllowed::LastOwner)));
        scene.change_role(marta, marta, Role::Owner).expect("nothing is lost");
        scene.change_role(marta, ben, Role::Owner).expect("she may");
        scene.remove(marta, marta).expect("there is another one");
        assert_eq!((scene.role(marta), scene.role(ben)), (None, Some(Role::Owner)));
    }

    fn of_two_owners_who_remove_each_other_at_once_one_stays(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben] = [scene.person("Marta", Role::Owner), scene.person("Ben", Role::Owner)];
        let (env, program) = (scene.house.environment(), scene.program);
        let (first, second) = race(
            &db,
            |write| remove(write, &env, (program, marta), ben),
            |write| remove(write, &env, (program, ben), marta),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotAllowed::NotOwner)), "{second:?}");
        assert_eq!((scene.role(marta), scene.role(ben)), (Some(Role::Owner), None));
    }

    fn of_two_owners_who_leave_at_once_one_stays(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben] = [scene.person("Marta", Role::Owner), scene.person("Ben", Role::Owner)];
        let (env, program) = (scene.house.environment(), scene.program);
        let (first, second) = race(
            &db,
            |write| change_role(write, &env, (program, marta), marta, Role::Viewer),
            |write| remove(write, &env, (program, ben), ben),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotAllowed::LastOwner)), "{second:?}");
        assert_eq!((scene.role(marta), scene.role(ben)), (Some(Role::Viewer), Some(Role::Owner)));
    }

    fn who_was_removed_at_the_same_time_removes_nobody(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben, ines] = ["Marta", "Ben", "Ines"].map(|name| scene.person(name, Role::Owner));
        let (env, program) = (scene.house.environment(), scene.program);
        let (first, second) = race(
            &db,
            |write| remove(write, &env, (program, marta), ben),
            |write| remove(write, &env, (program, ben), ines),
        );
        assert!(first.is_ok());
        assert!(matches!(second, Err(NotAllowed::NotOwner)), "{second:?}");
        assert_eq!(scene.role(ines), Some(Role::Owner));
    }

    fn nobody_comes_in_on_the_word_of_somebody_who_is_gone(db: TestDatabase) {
        let scene = Scene::open(&db);
        let [marta, ben, ines] = ["Marta", "Ben", "Ines"].map(|name| scene.person(name, Role::Owner));
        let program = scene.program;
        for (by, email) in [(marta, "a@people.example"), (ben, "b@people.example"), (ines, "c@people.example")] {
            let email = EmailAddress::parse(email).expect("an address");
            scene.house.write(move |write, env| {
                Ok(invite(write, env, (program, by), &email, Role::Owner).expect("an owner may"))
            });
        }
        scene.remove(marta, ben).expect("she may");
        scene.change_role(marta, ines, Role::Manager).expect("she may");
        let open = scene.house.read(|conn| invitations::open_of_program(conn, program, scene.house.now()));
        assert_eq!(open.iter().map(|row| row.email.as_str()).collect::<Vec<_>>(), ["a@people.example"]);
    }
}
