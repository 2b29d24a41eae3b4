DROP FUNCTION address_label;
DROP TABLE "Address";
