-- What API tokens and the browser bring.

-- When each key was last used, to within a minute. A table of its own, because `tokens` is read whole by every process
-- after every change of it.
CREATE TABLE token_uses (
    token_id UUID NOT NULL PRIMARY KEY,
    used_at BIGINT NOT NULL
);

-- From where affiliates themselves have asked, as keyed hashes of network and browser: an order that followed a click from
-- there may be their own. Few per affiliate; the oldest give way.
CREATE TABLE affiliate_visitors (
    affiliate_id UUID NOT NULL,
    fingerprint TEXT NOT NULL,
    program_id UUID NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (affiliate_id, fingerprint),
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);

-- With the click and its link, what its token says: so the token can be told again when the click is long purged.
ALTER TABLE conversion_details ADD COLUMN click_origin TEXT CHECK (click_origin = 'redirect' OR click_origin = 'api'
    OR click_origin = 'browser');
ALTER TABLE conversion_details ADD COLUMN click_window_days INTEGER CHECK (click_window_days BETWEEN 1 AND 3650);
