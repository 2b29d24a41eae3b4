DROP TABLE "Stock";
