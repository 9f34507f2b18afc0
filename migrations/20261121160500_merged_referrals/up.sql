-- A referral that was merged into another one stays as a name of it: whoever kept its id finds the one that is left.
ALTER TABLE referrals ADD COLUMN merged_into_id UUID;
CREATE INDEX referrals_merged ON referrals (merged_into_id) WHERE merged_into_id IS NOT NULL;
