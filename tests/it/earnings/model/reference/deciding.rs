//! Decisions, returns, refunds, disputes, and where the purchase stands.

use super::{Model, part};

impl Model {
    pub(super) fn changed(&mut self, order: u8, counted: bool) {
        self.takes_its_place(order, counted);
        self.orders.get_mut(&order).unwrap().changed(self.now);
    }

    #[expect(clippy::fn_params_excessive_bools, reason = "a step of a history is drawn as numbers and coins")]
    pub(super) fn decide(&mut self, order: u8, wanted: char, stale: bool, reason: bool) -> String {
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let wanted = match wanted {
            'a' => "approved",
            'r' => "rejected",
            _ => "pending",
        };
        if it.status == wanted {
            return "already so".to_owned();
        }
        if stale {
            return "overtaken".to_owned();
        }
        let obstacle = if matches!(it.state, "in_payout" | "paid") {
            "in_payout"
        } else if it.state == "disputed" {
            "disputed"
        } else if it.status != "pending" && wanted != "pending" {
            "decided_otherwise"
        } else if wanted == "approved" && it.waits() {
            "needs_rate"
        } else if wanted != "approved" && !reason {
            "needs_reason"
        } else {
            let counted = it.counts();
            it.hold_is_over &= wanted != "pending";
            it.status = wanted;
            it.decided = true;
            self.changed(order, counted);
            return "changed".to_owned();
        };
        format!("not possible: {obstacle}")
    }

    pub(super) fn adjust(&mut self, order: u8, percent: i64) -> String {
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let amount = part(it.initial, percent);
        let answer = if amount == it.adjusted && it.adjusted != it.initial {
            "already so"
        } else if it.status != "pending" {
            "not pending"
        } else if amount <= 0 || amount >= it.initial || amount < it.refunded {
            "refused"
        } else {
            let counted = it.counts();
            it.lower(amount, it.refunded);
            self.changed(order, counted);
            "changed"
        };
        answer.to_owned()
    }

    pub(super) fn refund(&mut self, order: u8, event: u8, percent: Option<i64>, chargeback: bool) -> String {
        let Some(it) = self.orders.get_mut(&order) else { return "unknown".to_owned() };
        let amount = percent.map(|percent| part(it.initial, percent));
        if let Some(first) = it.refunds.get(&event) {
            let differs = first.1 != chargeback || amount.is_some_and(|amount| amount != first.0);
            return format!("repeat, differs: {differs}");
        }
        let amount = amount.unwrap_or(it.left());
        if amount <= 0 || amount > it.left() {
            return "refused".to_owned();
        }
        let counted = it.counts();
        it.lower(it.adjusted, it.refunded + amount);
        it.refunds.insert(event, (amount, chargeback));
        self.changed(order, counted);
        format!("recorded {amount}")
    }

    pub(super) fn dispute(&mut self, order: u8, step: char) -> &'static str {
        let Some(it) = self.orders.get_mut(&order) else { return "unknown" };
        let counted = it.counts();
        match (step, it.state) {
            ('o', "disputed") => return "already so",
            ('o', "held" | "payable") => it.state = "disputed",
            ('w' | 'l', "disputed") => {
                it.state = "held";
                it.dispute_end = Some(step);
                if step == 'l' {
                    it.lower(it.adjusted, it.adjusted);
                }
            }
            ('w' | 'l', _) if it.dispute_end == Some(step) => return "already so",
            _ => return "not possible",
        }
        self.changed(order, counted);
        "changed"
    }

    pub(super) fn purchase(&mut self, order: u8, wanted: char) -> &'static str {
        let now = self.now;
        let Some(it) = self.orders.get_mut(&order) else { return "unknown" };
        let wanted = match wanted {
            'o' => "open",
            'c' => "complete",
            't' => "trialing",
            _ => "failed",
        };
        if it.sale == wanted {
            return "already so";
        }
        let is_gone = matches!(it.state, "in_payout" | "paid");
        if (it.refunded > 0 && it.pays()) || (wanted != "complete" && is_gone) {
            return "not possible";
        }
        let counted = it.counts();
        it.sale = it.sale_when_said(wanted);
        self.changed(order, counted);
        self.orders.get_mut(&order).unwrap().approve_by_rule(now);
        "changed"
    }
}
