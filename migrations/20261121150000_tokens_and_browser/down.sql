ALTER TABLE conversion_details DROP COLUMN click_window_days;
ALTER TABLE conversion_details DROP COLUMN click_origin;
DROP TABLE affiliate_visitors;
DROP TABLE token_uses;
