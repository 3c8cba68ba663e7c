"""What merchants learn: lessons as the shop knows them, answers, certificates of lessons."""
