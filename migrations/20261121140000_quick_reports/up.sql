-- What a page of sums reads, made short enough for a program with a million conversions.

-- What an affiliate did in a day, all campaigns together: what the dashboard and the list of affiliates add up. From
-- `affiliate_days` they would read as many rows for each affiliate and day as there are campaigns. The program leads the
-- key, so that a planner without statistics sees that the key answers for an affiliate and the index for a day.
CREATE TABLE affiliate_day_totals (
    program_id UUID NOT NULL,
    affiliate_id UUID NOT NULL,
    day INTEGER NOT NULL,
    clicks BIGINT NOT NULL,
    unique_clicks BIGINT NOT NULL,
    screened BIGINT NOT NULL,
    conversions BIGINT NOT NULL,
    sales_minor BIGINT NOT NULL,
    commission_minor BIGINT NOT NULL,
    PRIMARY KEY (program_id, affiliate_id, day)
);
INSERT INTO affiliate_day_totals
    (program_id, affiliate_id, day, clicks, unique_clicks, screened, conversions, sales_minor, commission_minor)
    SELECT program_id, affiliate_id, day, CAST(SUM(clicks) AS BIGINT), CAST(SUM(unique_clicks) AS BIGINT),
        CAST(SUM(screened) AS BIGINT), CAST(SUM(conversions) AS BIGINT), CAST(SUM(sales_minor) AS BIGINT),
        CAST(SUM(commission_minor) AS BIGINT)
    FROM affiliate_days GROUP BY program_id, affiliate_id, day ORDER BY day, affiliate_id;
CREATE INDEX affiliate_day_totals_program ON affiliate_day_totals (program_id, day);
-- Nothing reads these by the day any more.
DROP INDEX affiliate_days_program;

-- By the mode as well, so that a planner without statistics sees that this answers more than `conversions_pending` does:
-- it read everything that waits to find the few with a mark.
DROP INDEX conversions_flagged;
CREATE INDEX conversions_flagged ON conversions (program_id, mode, id) WHERE flags <> '' AND status = 'pending';
