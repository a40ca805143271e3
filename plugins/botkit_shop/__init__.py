"""A shop's desk for botkit: users, orders, products and payments in SQLite, with the shop's rules."""

from botkit_shop.actions import ShopSettings, plugin

__all__ = ["ShopSettings", "plugin"]
