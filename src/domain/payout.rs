//! Payouts: money leaving the ledger.
//!
//! A payout takes everything that is payable to an affiliate. While it is open its commissions are in payout and cannot be
//! decided about; paid, they are paid, and one entry takes the sum out of the ledger; called off, they are payable again.

use super::text_enum;

text_enum! {
    /// Where a payout stands.
    pub enum PayoutState {
        /// Begun; the money is on its way, or about to be.
        Open => "open",
        /// The affiliate has the money.
        Paid => "paid",
        /// It did not happen.
        CalledOff => "called_off",
    }
}

text_enum! {
    /// Who took money back from a merchant.
    pub enum RefundKind {
        /// The merchant gave it back to the customer.
        Refund => "refund",
        /// The customer's bank took it back.
        Chargeback => "chargeback",
    }
}
