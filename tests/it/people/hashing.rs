//! The gate in front of password hashing (QUALITY AUT-1).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use accrue::app::hashing::Hashing;
use accrue::operations::passwords::HashingFailed;

use crate::support::background;
use crate::support::in_process::wait_for;
use crate::support::patience::{pause, wait_until};

/// How many are inside at once, and how many there were at most.
#[derive(Default)]
struct Crowd {
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd {
    fn stay(&self, time: Duration) {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(inside, Ordering::SeqCst);
        pause(time);
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn four_are_hashed_at_once_and_the_others_wait() {
    let (gate, crowd) = (Hashing::default(), Arc::new(Crowd::default()));
    let threads: Vec<_> = (0..20)
        .map(|_| {
            let (gate, crowd) = (gate.clone(), Arc::clone(&crowd));
            background::start("client", move || {
                let work = move || {
                    crowd.stay(Duration::from_millis(20));
                    Ok::<(), HashingFailed>(())
                };
                wait_for(gate.run(work))
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("nobody panics").expect("everybody comes through");
    }
    assert_eq!(crowd.most.load(Ordering::SeqCst), Hashing::AT_ONCE);
}

#[test]
fn a_client_that_hangs_up_frees_no_place_before_its_work_is_done() {
    let (gate, crowd) = (Hashing::default(), Arc::new(Crowd::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        for _ in 0..12 {
            let crowd = Arc::clone(&crowd);
            let work = move || {
                crowd.stay(Duration::from_millis(500));
                Ok::<(), HashingFailed>(())
            };
            // Dropped long before the work is done, as when a connection is closed.
            let _ = tokio::time::timeout(Duration::from_millis(5), gate.run(work)).await;
        }
    });
    assert!(wait_until(Duration::from_secs(5), || crowd.inside.load(Ordering::SeqCst) == 0));
    assert_eq!(crowd.most.load(Ordering::SeqCst), Hashing::AT_ONCE);
}

#[test]
fn work_that_panics_is_an_error_and_gives_its_place_back() {
    let gate = Hashing::default();
    for _ in 0..Hashing::AT_ONCE + 1 {
        let ended: Result<(), HashingFailed> = wait_for(gate.run(|| panic!("on purpose")));
        assert!(ended.is_err());
    }
}
