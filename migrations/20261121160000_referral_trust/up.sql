-- Who may claim a customer: how far the report is trusted that said who brought them, and what became of that.

-- A referral from before this was kept is believed as far as the best report of the customer's orders; one without any, as
-- one that a person made.
ALTER TABLE referrals ADD COLUMN trust INTEGER NOT NULL DEFAULT 3 CHECK (trust BETWEEN 1 AND 3);
UPDATE referrals SET trust = COALESCE((SELECT MAX(conversions.trust) FROM conversions WHERE conversions.referral_id = referrals.id), 3);

-- Append-only. Ids and the words of whoever decided, and nothing that the customer is called.
CREATE TABLE referral_changes (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    referral_id UUID NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL CHECK (actor = 'user' OR actor = 'key' OR actor = 'clock'),
    actor_id UUID,
    reason TEXT NOT NULL,
    from_affiliate_id UUID,
    to_affiliate_id UUID,
    cause_id UUID,
    changed_at BIGINT NOT NULL
);
CREATE INDEX referral_changes_referral ON referral_changes (referral_id, id);
