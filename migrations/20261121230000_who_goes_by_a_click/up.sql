-- Whether a customer may go by a click, so that most reports need not ask who came through it. Of clicks that are older than
-- this, one may.
ALTER TABLE clicks ADD COLUMN may_name_customer BOOLEAN NOT NULL DEFAULT TRUE;
