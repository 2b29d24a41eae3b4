DROP TRIGGER "Order_updated_at" ON "Order";
DROP TRIGGER "Product_updated_at" ON "Product";
