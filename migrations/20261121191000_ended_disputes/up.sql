-- A dispute is over once the customer has everything back: nothing is owed for it, and nothing was.
UPDATE commissions SET state = 'void' WHERE state = 'disputed'
    AND conversion_id IN (SELECT id FROM conversions WHERE sale_status = 'refunded');
