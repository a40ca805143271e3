"""The token of the bot that the double of the Bot API knows."""

TOKEN = "4242:AAdouble-of-the-bot-api_0123456789abcde"
