CREATE RULE "OrderArchive_readonly" AS ON DELETE TO public."OrderArchive" DO INSTEAD (
    SELECT 1;
    NOTIFY archive
);
