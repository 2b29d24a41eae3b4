DROP TRIGGER "Order_announce" ON "Order";
DROP FUNCTION announce_change