DROP TABLE referral_changes;
ALTER TABLE referrals DROP COLUMN trust;
