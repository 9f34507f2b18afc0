ALTER TABLE commissions DROP COLUMN payment_made_at;
