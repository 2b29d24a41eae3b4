DROP INDEX "public"."Customer_name_idx", "Product_name_idx";
