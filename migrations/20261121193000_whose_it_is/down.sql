UPDATE conversions SET affiliate_id = (
        SELECT commissions.affiliate_id FROM commissions WHERE commissions.conversion_id = conversions.id)
    WHERE id IN (SELECT conversion_id FROM commissions WHERE entitled_id IS NOT NULL);
