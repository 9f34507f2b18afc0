-- Append-only: that somebody's personal data was erased, by whom, when, and how much it was. Nothing of whom.
CREATE TABLE erasures (
    id UUID NOT NULL PRIMARY KEY,
    program_id UUID NOT NULL,
    user_id UUID NOT NULL,
    referrals BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    clicks BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    erased_at BIGINT NOT NULL
);
CREATE INDEX erasures_newest ON erasures (program_id, id);
