CREATE FUNCTION refresh_product_sales() RETURNS void LANGUAGE plpgsql AS $fn$
BEGIN
    -- public."ProductSales" cannot be refreshed concurrently before it was filled once
    IF (SELECT NOT relispopulated FROM pg_class WHERE oid = 'public."ProductSales"'::regclass) THEN
        EXECUTE 'REFRESH MATERIALIZED VIEW public."ProductSales"';
    ELSE
        EXECUTE $q$REFRESH MATERIALIZED VIEW CONCURRENTLY "public"."ProductSales"$q$;
    END IF;
END
$fn$;

SELECT public.refresh_product_sales()