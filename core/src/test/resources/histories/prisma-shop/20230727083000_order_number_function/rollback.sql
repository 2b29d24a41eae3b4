ALTER TABLE "Order" DROP COLUMN "number";
DROP FUNCTION "public"."next_order_number"(text)