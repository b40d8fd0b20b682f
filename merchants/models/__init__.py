from merchants.models.channel_cash import ChannelCashGrant
from merchants.models.merchant import BankAccount, CertificateState, Merchant, Representative

__all__ = ["BankAccount", "CertificateState", "ChannelCashGrant", "Merchant", "Representative"]
