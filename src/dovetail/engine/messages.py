"""Messages to the user: on the screen, or through `logging` where nobody watches."""

import logging
import sys

_settings = {"interactive": True}
logger = logging.getLogger("dovetail")


def enable_interactive_logging() -> None:
    """Show messages and progress on standard output, as at the start."""
    _settings["interactive"] = True


def disable_interactive_logging() -> None:
    """Send messages and progress to the logger named "dovetail" (level INFO), as servers want it."""
    _settings["interactive"] = False


def is_interactive_logging_enabled() -> bool:
    """Whether messages go to standard output."""
    return _settings["interactive"]


def tell(text: str, end: str = "\n") -> None:
    """Write a message; characters that the screen lacks are left out."""
    if not _settings["interactive"]:
        logger.info("%s", text.strip("\r\n\b"))
        return
    stream = sys.stdout
    try:
        stream.write(text + end)
    except UnicodeEncodeError:
        plain = (text + end).replace("━", "=").replace("─", "-")
        stream.write(plain.encode(stream.encoding or "ascii", "ignore").decode(stream.encoding or "ascii"))
    stream.flush()
