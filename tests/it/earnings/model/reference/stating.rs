//! Where a commission stands, in the eight words of whoever keeps the books elsewhere.

use super::Model;
use super::order::Order;

const WORDS: [&str; 8] = [
    "pending",
    "pending_manual_approval",
    "ready_for_payment",
    "processing_payout",
    "paid",
    "declined",
    "refunded",
    "dispute",
];

/// One thing that is done on the way there.
type Deed = fn(&mut Model, u8);

impl Order {
    fn told(&self) -> &'static str {
        match (self.sale, self.state, self.status) {
            ("refunded", ..) => "refunded",
            (_, _, "rejected") => "declined",
            (_, "disputed", _) => "dispute",
            (_, "in_payout", _) => "processing_payout",
            (_, "paid", _) => "paid",
            (_, "payable", _) => "ready_for_payment",
            (_, _, "approved") => "pending",
            _ if matches!(self.stated, Some("pending" | "pending_manual_approval")) => self.stated.unwrap(),
            _ if self.needs_nobody() => "pending",
            _ => "pending_manual_approval",
        }
    }

    /// What is done so that it stands there; none where the rules forbid it.
    fn deeds(&self, word: &str) -> Option<Vec<Deed>> {
        let is_gone = matches!(self.state, "in_payout" | "paid");
        let is_paid_elsewhere = self.state == "in_payout" && self.outside.is_some();
        let is_free = !is_gone && self.state != "disputed" && self.sale != "refunded";
        let may_be_owed = self.pays() && !self.waits();
        let approve: Option<Deed> = (self.status == "pending").then_some(Model::is_approved);
        let with_approval = |deeds: &[Deed]| Some([deeds.to_vec(), approve.into_iter().collect()].concat());
        let paid = |deeds: &[Deed]| {
            let is_possible = is_free && self.status != "rejected" && may_be_owed && self.ledger > 0;
            is_possible.then(|| [approve.into_iter().collect(), deeds.to_vec()].concat())
        };
        match word {
            "pending" | "pending_manual_approval" if !is_free => None,
            "pending" if self.approves_itself() => {
                let reopen: Option<Deed> = (self.status == "rejected").then_some(Model::is_reopened);
                let approve: Option<Deed> = (self.status != "approved" && may_be_owed).then_some(Model::is_approved);
                Some(reopen.into_iter().chain(approve).collect())
            }
            "pending" | "pending_manual_approval" if self.status == "pending" => Some(vec![]),
            "pending" | "pending_manual_approval" => Some(vec![Model::is_reopened]),
            "ready_for_payment" if is_paid_elsewhere => Some(vec![Model::is_called_off]),
            "ready_for_payment" if self.state == "disputed" && may_be_owed => with_approval(&[Model::wins]),
            "ready_for_payment" if is_free && self.status != "rejected" && may_be_owed => with_approval(&[]),
            "processing_payout" => paid(&[Model::is_being_paid]),
            "paid" if is_paid_elsewhere => Some(vec![Model::is_paid]),
            "paid" => paid(&[Model::is_being_paid, Model::is_paid]),
            "declined" if is_free && self.status == "pending" => Some(vec![Model::is_rejected]),
            "refunded" if self.state == "disputed" => with_approval(&[Model::loses]),
            "refunded" => with_approval(&[Model::is_given_back]),
            "dispute" if is_gone || matches!(self.state, "void" | "disputed") || self.waits() => None,
            "dispute" => Some([approve.into_iter().collect(), vec![Model::is_disputed as Deed]].concat()),
            _ => None,
        }
    }
}

impl Model {
    pub(super) fn state(&mut self, order: u8, word: usize) -> &'static str {
        let word = WORDS[word];
        let Some(it) = self.orders.get_mut(&order) else { return "unknown" };
        let is_undecided = it.status == "pending" && word.starts_with("pending");
        if it.told() == word && (!is_undecided || it.stated == Some(word)) {
            return "already so";
        }
        let is_left = it.stated == Some("pending") && !it.decided && !it.hold_is_over && it.approves_itself();
        if word == "pending" && is_left && it.status == "approved" && it.deeds(word).is_some() {
            return "already so";
        }
        let Some(deeds) = it.deeds(word) else { return "not possible" };
        // The word is one change; that a hold is over comes with it.
        let is_left_to_rule = word == "pending" && it.approves_itself();
        (it.stated, it.decided) = (Some(word), !is_left_to_rule);
        it.hold_is_over &= !(is_left_to_rule && it.status == "approved");
        let says_owed = matches!(word, "ready_for_payment" | "processing_payout" | "paid");
        it.hold_is_over |= says_owed && matches!(it.state, "held" | "disputed");
        it.changed(self.now);
        deeds.into_iter().for_each(|deed| deed(self, order));
        "changed"
    }

    /// What is on its way to an affiliate from elsewhere.
    pub(super) fn paid_outside(&self, who: usize) -> i64 {
        let theirs = self.orders.values().filter(|it| it.state == "in_payout" && it.payer == Some(who));
        theirs.filter_map(|it| it.outside).sum()
    }

    fn deed(&mut self, order: u8, change: impl FnOnce(&mut Order)) {
        let it = self.orders.get_mut(&order).unwrap();
        let counted = it.counts();
        change(it);
        self.changed(order, counted);
    }

    fn is_reopened(&mut self, order: u8) {
        self.deed(order, |it| (it.status, it.hold_is_over) = ("pending", false));
    }

    fn is_approved(&mut self, order: u8) {
        self.deed(order, |it| it.status = "approved");
    }

    fn is_rejected(&mut self, order: u8) {
        self.deed(order, |it| it.status = "rejected");
    }

    fn is_disputed(&mut self, order: u8) {
        self.deed(order, |it| it.state = "disputed");
    }

    fn wins(&mut self, order: u8) {
        self.deed(order, |it| (it.state, it.dispute_end) = ("held", Some('w')));
    }

    fn loses(&mut self, order: u8) {
        self.deed(order, |it| {
            (it.state, it.dispute_end) = ("held", Some('l'));
            it.lower(it.adjusted, it.adjusted);
        });
    }

    fn is_given_back(&mut self, order: u8) {
        self.deed(order, |it| it.lower(it.adjusted, it.adjusted));
    }

    fn is_being_paid(&mut self, order: u8) {
        self.deed(order, |it| {
            (it.state, it.payer, it.outside) = ("in_payout", Some(it.entitled), Some(it.ledger));
            it.compensated_at = None;
        });
    }

    fn is_paid(&mut self, order: u8) {
        let it = &self.orders[&order];
        self.besides[it.payer.unwrap()] -= it.outside.unwrap();
        self.deed(order, |it| it.state = "paid");
    }

    fn is_called_off(&mut self, order: u8) {
        let it = self.orders.get_mut(&order).unwrap();
        it.take_out_of_payout(&self.begun[it.entitled], self.now);
    }
}
