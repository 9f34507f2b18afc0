-- When a purchase was made that had not been when it was reported, such as a trial that is paid for: the months of a rule begin
-- with it. What was made when it was reported has none.
ALTER TABLE commissions ADD COLUMN payment_made_at BIGINT;
