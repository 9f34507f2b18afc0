-- What the first report of an order said besides its facts, as digests: a repeat is held against it, whatever has become of
-- the order since. Of what was recorded before nobody knows it, and nothing is compared.
ALTER TABLE conversions ADD COLUMN said TEXT;
