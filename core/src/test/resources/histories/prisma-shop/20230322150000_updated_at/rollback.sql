DROP TRIGGER "Customer_updated_at" ON "Customer";
DROP FUNCTION set_updated_at();
