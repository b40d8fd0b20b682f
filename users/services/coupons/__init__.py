"""Coupons: their codes and keys, and taking them."""

from users.services.coupons.codes import codes_of

__all__ = ["codes_of"]
