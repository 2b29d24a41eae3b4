-- RenameIndex
ALTER INDEX "_CategoryToProduct_AB_unique" RENAME TO "_CategoryToProduct_AB_key";

-- AlterTable
ALTER TABLE "_CategoryToProduct" ADD CONSTRAINT "_CategoryToProduct_AB_pkey" PRIMARY KEY ("A", "B");

-- DropIndex
DROP INDEX "public"."_CategoryToProduct_AB_key";
