"""Settled before transformers, peft and bitsandbytes are imported: they call nobody, and are quiet."""

import logging
from contextlib import suppress

_CHATTY = "bitsandbytes.backends.cpu.ops"


def keep_offline() -> None:
    """Let the libraries look for models and kernels on this machine only.

    Models are fetched by whoever sets citewise up. On some processors bitsandbytes would fetch a kernel when
    it is imported, code that nobody asked for, and complains where it can't: that complaint is left out.
    """
    with suppress(ImportError):  # the extra phi3 is not installed, and nothing is there to call anybody
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = True
    logging.getLogger(_CHATTY).addFilter(_is_worth_saying)


def _is_worth_saying(record: logging.LogRecord) -> bool:
    return "kernels-community" not in str(record.msg)
