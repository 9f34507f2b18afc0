ALTER TABLE conversions DROP COLUMN said;
