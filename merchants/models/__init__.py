from merchants.models.bank_account import AccountDecision, AccountInquiry, BankAccount, DecisionKind, InquiryOutcome
from merchants.models.channel_cash import (
    ChannelCashDownload,
    ChannelCashGrant,
    ChannelCashList,
    ChannelCashReport,
    ChannelCashUse,
    UseKind,
)
from merchants.models.merchant import CertificateState, Merchant, Representative

__all__ = [
    "AccountDecision",
    "AccountInquiry",
    "BankAccount",
    "CertificateState",
    "ChannelCashDownload",
    "ChannelCashGrant",
    "ChannelCashList",
    "ChannelCashReport",
    "ChannelCashUse",
    "DecisionKind",
    "InquiryOutcome",
    "Merchant",
    "Representative",
    "UseKind",
]
