-- What an affiliate earns, and why: rules with conditions, coupons and referrals, exchange rates, reviews, refunds,
-- payouts, and who did what.
--
-- Nothing here is edited to correct money: `ledger_entries`, `conversion_changes`, `refunds` and `audit_log` only grow.

-- A campaign has rules, numbered; number 0 is its default and has no condition. Every change of a rule is a new version.
-- A rule pays `rate_ppm` or `flat_minor`, as before; `plus_minor` comes on top of a rate, in the program's currency.
ALTER TABLE commission_rules ADD COLUMN number INTEGER NOT NULL DEFAULT 0 CHECK (number >= 0);
ALTER TABLE commission_rules ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE commission_rules ADD COLUMN product_id TEXT;
ALTER TABLE commission_rules ADD COLUMN price_id TEXT;
ALTER TABLE commission_rules ADD COLUMN subscription TEXT CHECK (subscription = 'any' OR subscription = 'monthly'
    OR subscription = 'yearly' OR subscription = 'none');
ALTER TABLE commission_rules ADD COLUMN affiliate_id UUID;
ALTER TABLE commission_rules ADD COLUMN event_type TEXT;
ALTER TABLE commission_rules ADD COLUMN event_name TEXT;
ALTER TABLE commission_rules ADD COLUMN plus_minor BIGINT CHECK (plus_minor > 0);
ALTER TABLE commission_rules ADD COLUMN duration TEXT NOT NULL DEFAULT 'lifetime' CHECK (duration = 'first_sale'
    OR duration = 'payments' OR duration = 'months' OR duration = 'lifetime');
ALTER TABLE commission_rules ADD COLUMN duration_count INTEGER CHECK (duration_count >= 1);
ALTER TABLE commission_rules ADD COLUMN hold_days INTEGER NOT NULL DEFAULT 0 CHECK (hold_days BETWEEN 0 AND 365);
ALTER TABLE commission_rules ADD COLUMN approval TEXT NOT NULL DEFAULT 'by_hand' CHECK (approval IN ('by_hand', 'automatic'));
ALTER TABLE commission_rules ADD COLUMN ended BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX commission_rules_version;
CREATE UNIQUE INDEX commission_rules_version ON commission_rules (campaign_id, number, version);

-- What the order is worth after a partial return, and what the customer got back, both in its own currency.
ALTER TABLE conversions ADD COLUMN adjusted_minor BIGINT NOT NULL DEFAULT 0;
UPDATE conversions SET adjusted_minor = amount_minor;
ALTER TABLE conversions ADD COLUMN refunded_minor BIGINT NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0);
ALTER TABLE conversions ADD COLUMN fx_rate TEXT;
ALTER TABLE conversions ADD COLUMN fx_day INTEGER;
ALTER TABLE conversions ADD COLUMN referral_id UUID;
ALTER TABLE conversions ADD COLUMN flags TEXT NOT NULL DEFAULT '';
ALTER TABLE conversions ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversions_flagged ON conversions (program_id, id) WHERE flags <> '' AND status = 'pending';
CREATE INDEX conversions_pending ON conversions (program_id, id) WHERE status = 'pending';
CREATE INDEX conversions_without_rate ON conversions (program_id, id) WHERE base_minor IS NULL;
CREATE INDEX conversions_referral ON conversions (referral_id, id) WHERE referral_id IS NOT NULL;

ALTER TABLE conversion_details ADD COLUMN claimed_at BIGINT;
ALTER TABLE conversion_details ADD COLUMN price_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE conversion_details ADD COLUMN subscription TEXT;
ALTER TABLE conversion_details ADD COLUMN metadata TEXT;
ALTER TABLE conversion_details ADD COLUMN trace TEXT NOT NULL DEFAULT '';

-- `booked_minor` is the sum of the commission's ledger entries. `hold_until` is what its rule says; `release_at` is there
-- while nothing but the clock keeps the money back, for the job that looks at the clock.
ALTER TABLE commissions ADD COLUMN booked_minor BIGINT NOT NULL DEFAULT 0;
UPDATE commissions SET booked_minor = COALESCE(amount_minor, 0);
ALTER TABLE commissions ADD COLUMN hold_until BIGINT;
ALTER TABLE commissions ADD COLUMN release_at BIGINT;
ALTER TABLE commissions ADD COLUMN payment_number INTEGER;
ALTER TABLE commissions ADD COLUMN first_paid_at BIGINT;
ALTER TABLE commissions ADD COLUMN compensated_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE commissions ADD COLUMN entitled_id UUID;
ALTER TABLE commissions ADD COLUMN payout_id UUID;
CREATE INDEX commissions_release ON commissions (release_at) WHERE release_at IS NOT NULL;
CREATE INDEX commissions_payout ON commissions (payout_id) WHERE payout_id IS NOT NULL;
CREATE INDEX commissions_payable ON commissions (affiliate_id, id) WHERE state = 'payable';

ALTER TABLE ledger_entries ADD COLUMN reference_id UUID;
ALTER TABLE ledger_entries ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX ledger_entries_affiliate ON ledger_entries (affiliate_id, id);

ALTER TABLE attempts ADD COLUMN trace TEXT NOT NULL DEFAULT '';
ALTER TABLE attempts ADD COLUMN report TEXT NOT NULL DEFAULT '';

-- Every change of a conversion after it was recorded: who, when, why.
CREATE TABLE conversion_changes (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    conversion_id UUID NOT NULL REFERENCES conversions (id),
    kind TEXT NOT NULL,
    actor TEXT NOT NULL CHECK (actor = 'user' OR actor = 'key' OR actor = 'clock'),
    actor_id UUID,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX conversion_changes_conversion ON conversion_changes (conversion_id, id);
CREATE INDEX conversion_changes_newest ON conversion_changes (program_id, id);

CREATE TABLE refunds (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    conversion_id UUID NOT NULL REFERENCES conversions (id),
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('refund', 'chargeback')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    reason TEXT NOT NULL,
    claimed_at BIGINT,
    recorded_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX refunds_event ON refunds (conversion_id, event_id);

-- A code that a customer types stands for one affiliate in one campaign. `folded` is the code without case.
CREATE TABLE coupons (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    campaign_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    code TEXT NOT NULL,
    folded TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    FOREIGN KEY (campaign_id, program_id) REFERENCES campaigns (id, program_id),
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE UNIQUE INDEX coupons_code ON coupons (program_id, folded);

-- A customer known to have been sent by an affiliate, and everything the merchant calls that customer by.
CREATE TABLE referrals (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    campaign_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    click_id UUID,
    link_id UUID,
    name TEXT,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (campaign_id, program_id) REFERENCES campaigns (id, program_id),
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE INDEX referrals_newest ON referrals (program_id, id);

CREATE TABLE referral_identifiers (
    program_id UUID NOT NULL,
    mode TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'external_user_id' OR kind = 'customer_id' OR kind = 'email' OR kind = 'click'),
    value TEXT NOT NULL,
    referral_id UUID NOT NULL REFERENCES referrals (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (value, kind, program_id, mode)
);
CREATE INDEX referral_identifiers_referral ON referral_identifiers (referral_id);

-- Units of a currency for one euro, as the European Central Bank publishes them; a program has what was given to it.
CREATE TABLE exchange_rates (
    program_id UUID NOT NULL REFERENCES programs (id),
    currency TEXT NOT NULL,
    day INTEGER NOT NULL,
    rate TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (program_id, currency, day)
);
CREATE INDEX exchange_rates_day ON exchange_rates (day, program_id);

CREATE TABLE payouts (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'open' OR state = 'paid' OR state = 'called_off'),
    reference TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE INDEX payouts_affiliate ON payouts (affiliate_id, id);
CREATE UNIQUE INDEX payouts_open ON payouts (affiliate_id) WHERE state = 'open';

-- Where an affiliate's live money stands. The balance is the sum of the ledger; the others are what of it is not payable.
CREATE TABLE affiliate_money (
    affiliate_id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    balance_minor BIGINT NOT NULL,
    waiting_minor BIGINT NOT NULL,
    held_minor BIGINT NOT NULL,
    disputed_minor BIGINT NOT NULL,
    in_payout_minor BIGINT NOT NULL
);
CREATE INDEX campaign_days_program ON campaign_days (program_id, day);
CREATE INDEX affiliate_days_program ON affiliate_days (program_id, day);
CREATE INDEX affiliate_money_program ON affiliate_money (program_id);
INSERT INTO affiliate_money (affiliate_id, program_id, balance_minor, waiting_minor, held_minor, disputed_minor, in_payout_minor)
    SELECT affiliate_id, program_id, CAST(SUM(amount_minor) AS BIGINT), CAST(SUM(amount_minor) AS BIGINT), 0, 0, 0
    FROM ledger_entries WHERE mode = 'live' GROUP BY affiliate_id, program_id;

-- Who did what in the admin, each row tied to the one before it. The last link is held by `installation`.
CREATE TABLE audit_log (
    sequence BIGINT NOT NULL PRIMARY KEY,
    program_id UUID,
    actor TEXT NOT NULL CHECK (actor = 'user' OR actor = 'command_line' OR actor = 'stranger'),
    user_id UUID,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    link TEXT NOT NULL
);
CREATE INDEX audit_log_program ON audit_log (program_id, sequence);
ALTER TABLE installation ADD COLUMN audit_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE installation ADD COLUMN audit_link TEXT NOT NULL DEFAULT '';
