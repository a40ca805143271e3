"""The ports: what the runtime needs of the world, as Protocols. Adapters implement them; fakes are in testing."""

from botkit.ports.carriers import Carrier, Job
from botkit.ports.clocks import Clock
from botkit.ports.connectors import Accepted, Connector, Entry, Holder, Incoming, Intake
from botkit.ports.files import FileLimits, Files, Kept
from botkit.ports.models import LanguageModel, ModelGateway, ModelRequest
from botkit.ports.people import Desk
from botkit.ports.stored import Arrived, Commit, Committed, Delivery, Loaded, Outgoing, Summary
from botkit.ports.stores import Store
from botkit.ports.understanding import Embedder, IntentClassifier, Knowledge

__all__ = [
    "Accepted",
    "Arrived",
    "Carrier",
    "Clock",
    "Commit",
    "Committed",
    "Connector",
    "Delivery",
    "Desk",
    "Embedder",
    "Entry",
    "FileLimits",
    "Files",
    "Holder",
    "Incoming",
    "Intake",
    "IntentClassifier",
    "Job",
    "Kept",
    "Knowledge",
    "LanguageModel",
    "Loaded",
    "ModelGateway",
    "ModelRequest",
    "Outgoing",
    "Store",
    "Summary",
]
