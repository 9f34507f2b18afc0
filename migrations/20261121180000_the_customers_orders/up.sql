-- A merchant's system asks for the orders of a customer, the newest first. Only what names a customer is in it: a shop that
-- names none pays nothing for it, and one that does as much as for the index of orders.
CREATE INDEX conversion_details_customer ON conversion_details (customer_id, conversion_id)
    WHERE customer_id IS NOT NULL;
