DROP INDEX referrals_merged;
ALTER TABLE referrals DROP COLUMN merged_into_id;
