-- What the admin in the browser needs: people with sessions, second factors and invitations, and what a campaign shows.
--
-- Of everything a person carries in a browser or on paper (session, recovery code, invitation) only a hash is here.

ALTER TABLE users ADD COLUMN totp_sealed TEXT;
ALTER TABLE users ADD COLUMN totp_last_step BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN password_changed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN last_program_id UUID;
CREATE INDEX memberships_program ON memberships (program_id);

CREATE TABLE recovery_codes (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX recovery_codes_code ON recovery_codes (user_id, code_hash);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    key_hash TEXT NOT NULL,
    user_id UUID REFERENCES users (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_key ON sessions (key_hash);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_seen ON sessions (seen_at);

CREATE TABLE sign_in_failures (
    id UUID NOT NULL PRIMARY KEY,
    account_hash TEXT NOT NULL,
    address_hash TEXT NOT NULL,
    failed_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_account ON sign_in_failures (account_hash, failed_at);
CREATE INDEX sign_in_failures_address ON sign_in_failures (address_hash, failed_at);

CREATE TABLE invitations (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL REFERENCES programs (id),
    role TEXT NOT NULL CHECK (role = 'owner' OR role = 'manager' OR role = 'viewer'),
    email TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    sealed TEXT NOT NULL,
    invited_by UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    accepted_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX invitations_secret ON invitations (secret_hash);
CREATE INDEX invitations_program ON invitations (program_id);

CREATE TABLE campaign_profiles (
    campaign_id UUID NOT NULL PRIMARY KEY REFERENCES campaigns (id),
    program_id UUID NOT NULL REFERENCES programs (id),
    owner_id UUID REFERENCES users (id),
    category TEXT NOT NULL,
    plugin_name TEXT NOT NULL,
    headline TEXT NOT NULL,
    ad_text TEXT NOT NULL,
    video_url TEXT NOT NULL
);

CREATE TABLE campaign_media (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL CHECK (content_type = 'image/png' OR content_type = 'image/jpeg'
        OR content_type = 'image/gif' OR content_type = 'image/webp'),
    width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 10000),
    height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 10000),
    size INTEGER NOT NULL CHECK (size BETWEEN 1 AND 1048576),
    content BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    FOREIGN KEY (campaign_id, program_id) REFERENCES campaigns (id, program_id)
);
CREATE INDEX campaign_media_campaign ON campaign_media (campaign_id);

CREATE INDEX links_program ON links (program_id, id);
CREATE INDEX affiliates_program ON affiliates (program_id, id);
CREATE INDEX tokens_campaign ON tokens (campaign_id);

-- Every code an affiliate ever had. Codes stand in links all over the web, so none is ever given to somebody else.
CREATE TABLE affiliate_codes (
    program_id UUID NOT NULL,
    code TEXT NOT NULL,
    affiliate_id UUID NOT NULL,
    PRIMARY KEY (program_id, code),
    FOREIGN KEY (affiliate_id, program_id) REFERENCES affiliates (id, program_id)
);
CREATE INDEX affiliate_codes_affiliate ON affiliate_codes (affiliate_id);
INSERT INTO affiliate_codes (program_id, code, affiliate_id) SELECT program_id, code, id FROM affiliates;

-- Name, codes and e-mail address as people look for them: without case and accents, which the engines fold differently.
ALTER TABLE affiliates ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
UPDATE affiliates SET search_text = lower(name || ' ' || code || ' ' || COALESCE(email, ''));

CREATE INDEX links_campaign ON links (campaign_id, id);
CREATE INDEX links_affiliate ON links (affiliate_id, id);
CREATE INDEX attempts_conversion ON attempts (conversion_id) WHERE conversion_id IS NOT NULL;
