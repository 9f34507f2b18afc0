//! Payouts and bonuses.

use accrue::domain::change::Actor;
use accrue::domain::currency::Currency;
use accrue::domain::money::Money;
use accrue::operations::give_bonus::{Bonus, Given, give_bonus};
use accrue::operations::payouts::{Begun, Ended, begin_payout, call_off_payout, finish_payout};

use super::{Installation, Scene};

impl Installation {
    pub(super) fn pay(&mut self, who: usize, step: char) -> String {
        let Scene { program, affiliates, payouts, .. } = self.scene();
        if step == 'b' {
            let begun = self.write(|write, env| begin_payout(write, env, program, affiliates[who], Actor::Clock, ""));
            return match begun {
                Begun::Begun(row) => {
                    self.scene_mut().payouts[who] = Some(row.id);
                    self.clock.advance(std::time::Duration::from_millis(1));
                    format!("b {}", row.amount_minor)
                }
                Begun::AlreadyOpen(_) => "already open".to_owned(),
                Begun::NothingPayable(amount) => format!("nothing payable: {}", amount.minor()),
                Begun::Unknown => "unknown".to_owned(),
            };
        }
        let Some(payout) = payouts[who] else { return "no payout".to_owned() };
        let ended = self.write(|write, env| match step {
            'f' => finish_payout(write, env, program, payout, Actor::Clock),
            _ => call_off_payout(write, env, program, payout, Actor::Clock),
        });
        let Ended::Changed(row) = ended else { panic!("{ended:?}") };
        self.scene_mut().payouts[who] = None;
        format!("{step} {}", row.amount_minor)
    }

    pub(super) fn give(&mut self, who: usize, amount: i64) -> &'static str {
        let Scene { program, affiliates, .. } = self.scene();
        let given = self.write(|write, env| {
            let id = env.mint.id(env.clock.now());
            let bonus = Bonus { id, amount: Money::new(amount, Currency::USD), reason: "spring".to_owned() };
            give_bonus(write, env, program, affiliates[who], Actor::Clock, &bonus)
        });
        match given {
            Given::Given => "done",
            Given::Refused(_) => "refused",
            other => panic!("{other:?}"),
        }
    }
}
