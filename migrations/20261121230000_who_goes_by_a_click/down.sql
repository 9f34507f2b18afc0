ALTER TABLE clicks DROP COLUMN may_name_customer;
