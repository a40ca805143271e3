"""Signs and codes of currencies (ISO 4217), the same in every language. A locale's own words come before them."""

from collections.abc import Mapping

_SIGNS = {
    "€": "EUR", "£": "GBP", "¥": "JPY CNY", "元": "CNY", "円": "JPY", "₹": "INR", "₨": "PKR INR LKR", "₩": "KRW",
    "₽": "RUB", "₺": "TRY", "₫": "VND", "฿": "THB", "₱": "PHP", "₪": "ILS", "₴": "UAH", "₡": "CRC", "₾": "GEL",
    "₭": "LAK", "₮": "MNT", "₦": "NGN", "₲": "PYG", "₵": "GHS", "₸": "KZT", "₼": "AZN", "֏": "AMD", "৳": "BDT",
    "؋": "AFN", "៛": "KHR", "﷼": "SAR IRR OMR QAR YER", "zł": "PLN", "kč": "CZK", "лв": "BGN",
    "us$": "USD", "ca$": "CAD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "nt$": "TWD",
    "mx$": "MXN", "r$": "BRL", "cn¥": "CNY", "jp¥": "JPY",
}  # fmt: skip

# Without those that are words: ALL, BAM, BOB, COP, CUP, GEL, MAD, PEN, RON, SOS, TOP, TRY and the like.
_CODES = """
AED AFN AMD ARS AUD AWG AZN BBD BDT BGN BHD BIF BMD BND BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNH CNY CRC CVE CZK
DJF DKK DZD EGP ETB EUR FJD FKP GBP GHS GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
KHR KMF KPW KRW KWD KYD KZT LBP LKR LRD LSL LYD MDL MGA MKD MMK MNT MRU MVR MWK MXN MYR MZN NGN NOK NPR NZD OMR PGK
PHP PKR PLN PYG QAR RSD RUB RWF SAR SBD SCR SEK SGD SLE SRD SSP STN SYP SZL THB TJS TMT TND TTD TWD TZS UAH UGX USD
UYU UZS VES VND VUV XAF XCD XOF XPF YER ZAR ZMW
"""

CURRENCIES: Mapping[str, str] = {code.lower(): code for code in _CODES.split()} | _SIGNS
"""Sign or code, in small letters → the currencies that it may mean."""
