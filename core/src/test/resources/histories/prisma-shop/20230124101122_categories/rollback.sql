DROP TABLE "_CategoryToProduct";
DROP TABLE "public"."Category";
