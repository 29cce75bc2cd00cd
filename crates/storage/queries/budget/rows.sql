SELECT
    (SELECT count(*) FROM limits) + (SELECT count(*) FROM policy) + (SELECT count(*) FROM calls) + (SELECT count(*) FROM tallies)
    + (SELECT count(*) FROM spend) + (SELECT count(*) FROM unreported) + (SELECT count(*) FROM batches)
