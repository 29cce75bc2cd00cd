-- Over all tenants: a figure for operators.
SELECT COUNT(*) AS depth FROM outbox
