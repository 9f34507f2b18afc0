-- What only the newer schema can say cannot be kept: payouts outside that are on their way are called off, and the words.
DELETE FROM conversion_changes WHERE kind IN ('stated', 'metadata_replaced');
UPDATE affiliate_money SET in_payout_minor = in_payout_minor - (
        SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM payouts
        WHERE payouts.affiliate_id = affiliate_money.affiliate_id AND outside AND state = 'open' AND mode = 'live');
UPDATE commissions SET payout_id = NULL, state = CASE
        WHEN conversion_id IN (SELECT id FROM conversions WHERE sale_status = 'refunded') THEN 'void' ELSE 'payable' END
    WHERE payout_id IN (SELECT id FROM payouts WHERE outside AND state = 'open');
UPDATE payouts SET state = 'called_off' WHERE outside AND state = 'open';
DROP INDEX payouts_open;
ALTER TABLE payouts DROP COLUMN outside;
ALTER TABLE payouts DROP COLUMN mode;
CREATE UNIQUE INDEX payouts_open ON payouts (affiliate_id) WHERE state = 'open';
ALTER TABLE conversion_details DROP COLUMN stated;
