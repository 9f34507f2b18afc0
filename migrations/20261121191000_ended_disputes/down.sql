-- What was over is so for the older schema, too.
SELECT 1;
