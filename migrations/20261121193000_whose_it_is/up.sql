-- The affiliate of a conversion is whoever is entitled to its commission, for lists and tokens as for reports: a report of an
-- order that was paid may have moved it. Who was credited first stays in commissions.affiliate_id.
UPDATE conversions SET affiliate_id = (
        SELECT entitled_id FROM commissions WHERE commissions.conversion_id = conversions.id AND entitled_id IS NOT NULL)
    WHERE id IN (SELECT conversion_id FROM commissions WHERE entitled_id IS NOT NULL);
