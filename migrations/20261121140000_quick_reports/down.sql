DROP INDEX conversions_flagged;
CREATE INDEX conversions_flagged ON conversions (program_id, id) WHERE flags <> '' AND status = 'pending';
CREATE INDEX affiliate_days_program ON affiliate_days (program_id, day);
DROP TABLE affiliate_day_totals;
