CREATE FUNCTION take_stock(product integer, taken integer) RETURNS integer
BEGIN ATOMIC
    UPDATE public."Stock" SET "amount" = CASE WHEN "amount" < taken THEN 0 ELSE "amount" - taken END
     WHERE "productId" = product AND "warehouse" = 'main';
    SELECT "amount" FROM "public"."Stock" s WHERE s."productId" = product AND s."warehouse" = 'main';
END;

CREATE PROCEDURE public.restock(product integer, added integer) LANGUAGE sql AS $$
    INSERT INTO "Stock" ("productId", "amount") VALUES (product, added)
    ON CONFLICT ("productId", "warehouse") DO UPDATE SET "amount" = "Stock"."amount" + excluded."amount";
$$;
