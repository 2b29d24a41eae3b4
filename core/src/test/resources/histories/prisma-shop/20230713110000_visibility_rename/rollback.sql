ALTER TYPE "ProductVisibility" RENAME TO "Visibility";
