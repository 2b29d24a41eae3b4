CREATE FUNCTION public.announce_change() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    channel CONSTANT text := 'changes';
    statement text;
BEGIN
    statement := format($sql$INSERT INTO %I.%I ("at", "kind") VALUES (now(), %L)$sql$, TG_TABLE_SCHEMA, 'Event', TG_OP);
    EXECUTE statement;
    PERFORM pg_notify(channel, TG_TABLE_NAME);
    RETURN NULL;
EXCEPTION
    WHEN check_violation THEN
        RETURN NULL;
END
$body$;

CREATE CONSTRAINT TRIGGER "Order_announce" AFTER INSERT OR UPDATE ON "public"."Order"
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW."customerId" IS NOT NULL)
    EXECUTE PROCEDURE public.announce_change();
