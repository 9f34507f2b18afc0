-- The whole engine, in SQL that both SQLite and PostgreSQL read the same way.
--
-- Ids are 16-byte UUIDs made by the program; times are BIGINT milliseconds UTC; money is BIGINT minor units with a TEXT
-- currency; rates are parts per million. Tables of money have foreign keys; where one leads to a campaign or an affiliate
-- it carries the program along, so that no row can join two programs. Clicks, attempts and roll-ups have none: they are
-- purged, and nothing true depends on them.

CREATE TABLE installation (
    singleton INTEGER NOT NULL PRIMARY KEY CHECK (singleton = 1),
    key_check TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE programs (
    id UUID NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    base_currency TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    click_parameter TEXT NOT NULL,
    fallback_url TEXT,
    default_campaign_id UUID,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX programs_slug ON programs (slug);

CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);

CREATE TABLE memberships (
    user_id UUID NOT NULL REFERENCES users (id),
    program_id UUID NOT NULL REFERENCES programs (id),
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'manager' OR role = 'viewer'),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, program_id)
);

CREATE TABLE affiliates (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    status TEXT NOT NULL CHECK (status = 'pending' OR status = 'active' OR status = 'paused' OR status = 'rejected'),
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX affiliates_code ON affiliates (program_id, code);
CREATE UNIQUE INDEX affiliates_of_program ON affiliates (id, program_id);

CREATE TABLE campaigns (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'banner' OR kind = 'text' OR kind = 'link' OR kind = 'video'),
    tool_type TEXT NOT NULL CHECK (tool_type = 'sale_integration' OR tool_type = 'single_action_integration'
        OR tool_type = 'multi_action_integration' OR tool_type = 'click_integration'),
    method TEXT NOT NULL CHECK (method = 'js_pixel' OR method = 's2s_api' OR method = 'mobile' OR method = 'postback'
        OR method = 'conversion_api'),
    status TEXT NOT NULL CHECK (status = 'public' OR status = 'in_review' OR status = 'draft'),
    target_url TEXT NOT NULL,
    allowed_hosts TEXT NOT NULL,
    window_days INTEGER NOT NULL CHECK (window_days BETWEEN 1 AND 3650),
    starts_at BIGINT,
    ends_at BIGINT,
    archived_at BIGINT,
    direct_mode BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX campaigns_program ON campaigns (program_id);
CREATE UNIQUE INDEX campaigns_of_program ON campaigns (id, program_id);

CREATE TABLE commission_rules (
    id UUID NOT NULL PRIMARY KEY,
    campaign_id UUID NOT NULL REFERENCES campaigns (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    rate_ppm INTEGER CHECK (rate_ppm BETWEEN 0 AND 1000000),
    flat_minor BIGINT CHECK (flat_minor >= 0),
    flat_currency TEXT,
    since BIGINT NOT NULL,
    CHECK ((rate_ppm IS NULL) <> (flat_minor IS NULL)),
    CHECK ((flat_minor IS NULL) = (flat_currency IS NULL))
);
CREATE UNIQUE INDEX commission_rules_version ON commission_rules (campaign_id, version);

CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    campaign_id UUID REFERENCES campaigns (id),
    affiliate_id UUID REFERENCES affiliates (id),
    kind TEXT NOT NULL CHECK (kind = 'campaign' OR kind = 'program' OR kind = 'affiliate'),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    selector TEXT NOT NULL,
    verifier TEXT NOT NULL,
    sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    CHECK ((kind = 'campaign') = (campaign_id IS NOT NULL)),
    CHECK ((kind = 'affiliate') = (affiliate_id IS NOT NULL))
);
CREATE UNIQUE INDEX tokens_selector ON tokens (selector);
CREATE INDEX tokens_program ON tokens (program_id);

CREATE TABLE links (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    campaign_id UUID NOT NULL REFERENCES campaigns (id),
    affiliate_id UUID NOT NULL REFERENCES affiliates (id),
    code TEXT NOT NULL,
    implicit BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX links_code ON links (code);
CREATE UNIQUE INDEX links_implicit ON links (campaign_id, affiliate_id) WHERE implicit;

CREATE TABLE clicks (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    link_id UUID NOT NULL,
    mode TEXT NOT NULL,
    origin TEXT NOT NULL,
    first_of_day BOOLEAN NOT NULL,
    mark TEXT,
    network TEXT,
    user_agent TEXT,
    referrer TEXT,
    page_url TEXT,
    visitor_id TEXT,
    ignored_fields TEXT,
    sub1 TEXT,
    sub2 TEXT,
    sub3 TEXT,
    sub4 TEXT,
    sub5 TEXT
);

CREATE TABLE conversions (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    order_id TEXT NOT NULL,
    action TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    campaign_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    link_id UUID,
    click_id UUID,
    token_id UUID NOT NULL,
    channel TEXT NOT NULL,
    trust INTEGER NOT NULL CHECK (trust BETWEEN 1 AND 3),
    event_type TEXT NOT NULL,
    event_name TEXT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    base_minor BIGINT,
    base_currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status = 'pending' OR status = 'approved' OR status = 'rejected'),
    sale_status TEXT NOT NULL CHECK (sale_status = 'open' OR sale_status = 'complete' OR sale_status = 'trialing'
        OR sale_status = 'failed' OR sale_status = 'partial_refunded' OR sale_status = 'refunded'),
    repeats BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    FOREIGN KEY (campaign_id, program_id) REFERENCES campaigns (id, program_id),
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE UNIQUE INDEX conversions_dedup ON conversions (order_id, program_id, action, mode);
CREATE INDEX conversions_newest ON conversions (program_id, id);

CREATE TABLE conversion_details (
    conversion_id UUID NOT NULL PRIMARY KEY,
    customer_id TEXT,
    external_user_id TEXT,
    email_hash TEXT,
    coupon_code TEXT,
    product_ids TEXT NOT NULL,
    ignored_fields TEXT NOT NULL,
    referrer TEXT,
    landing_page TEXT,
    sub1 TEXT,
    sub2 TEXT,
    sub3 TEXT,
    sub4 TEXT,
    sub5 TEXT
);

CREATE TABLE commissions (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    conversion_id UUID NOT NULL REFERENCES conversions (id),
    affiliate_id UUID NOT NULL,
    rule_id UUID REFERENCES commission_rules (id),
    amount_minor BIGINT,
    currency TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'held' OR state = 'payable' OR state = 'in_payout' OR state = 'paid'
        OR state = 'void' OR state = 'disputed'),
    hold_reason TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX commissions_conversion ON commissions (conversion_id);

CREATE TABLE ledger_entries (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    affiliate_id UUID NOT NULL,
    commission_id UUID REFERENCES commissions (id),
    conversion_id UUID,
    kind TEXT NOT NULL CHECK (kind = 'earn' OR kind = 'adjust' OR kind = 'refund' OR kind = 'chargeback'
        OR kind = 'reversal' OR kind = 'bonus' OR kind = 'external_payout'),
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    booked_at BIGINT NOT NULL,
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE INDEX ledger_entries_commission ON ledger_entries (commission_id);

CREATE TABLE attempts (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID,
    campaign_id UUID,
    token_id UUID,
    mode TEXT,
    call TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    order_id TEXT,
    conversion_id UUID,
    masked_key TEXT,
    network TEXT,
    payload TEXT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE INDEX attempts_newest ON attempts (program_id, id);

CREATE TABLE attempt_days (
    token_id UUID NOT NULL,
    day INTEGER NOT NULL,
    kept BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    PRIMARY KEY (token_id, day)
);

CREATE TABLE campaign_days (
    campaign_id UUID NOT NULL,
    day INTEGER NOT NULL,
    program_id UUID NOT NULL,
    clicks BIGINT NOT NULL,
    unique_clicks BIGINT NOT NULL,
    screened BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, day)
);

CREATE TABLE affiliate_days (
    affiliate_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    day INTEGER NOT NULL,
    program_id UUID NOT NULL,
    clicks BIGINT NOT NULL,
    unique_clicks BIGINT NOT NULL,
    screened BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL,
    PRIMARY KEY (affiliate_id, campaign_id, day)
);

CREATE TABLE program_quarters (
    program_id UUID NOT NULL,
    quarter BIGINT NOT NULL,
    clicks BIGINT NOT NULL,
    unique_clicks BIGINT NOT NULL,
    screened BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL,
    PRIMARY KEY (program_id, quarter)
);

CREATE TABLE batches (
    id UUID NOT NULL PRIMARY KEY
);
