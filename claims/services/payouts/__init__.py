"""Payouts (지급): from the determination to the money on the merchant's account.

due → holding → batches → approving → releasing; what the bank says of it is read in claims/services/bank_files.
"""
