-- A merchant's system asks for the orders of a customer, the newest first. Only what names a customer is in it, so that a
-- shop that names none pays nothing for it.
CREATE INDEX conversion_details_customer ON conversion_details (customer_id, conversion_id)
    WHERE customer_id IS NOT NULL;
