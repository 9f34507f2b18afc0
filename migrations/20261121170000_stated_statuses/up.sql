-- Statuses that are stated rather than decided: by systems that keep their books elsewhere.

-- The word that somebody stated last.
ALTER TABLE conversion_details ADD COLUMN stated TEXT CHECK (stated = 'pending' OR stated = 'pending_manual_approval'
    OR stated = 'ready_for_payment' OR stated = 'processing_payout' OR stated = 'paid' OR stated = 'declined'
    OR stated = 'refunded' OR stated = 'dispute');

-- A payout made outside is for one conversion, of which somebody stated that it is paid. Any number may be on their way to
-- an affiliate, beside the one of the house's own; a test conversion's is in test mode and counts for nothing.
ALTER TABLE payouts ADD COLUMN mode TEXT NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test'));
ALTER TABLE payouts ADD COLUMN outside BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX payouts_open;
CREATE UNIQUE INDEX payouts_open ON payouts (affiliate_id) WHERE state = 'open' AND NOT outside;
