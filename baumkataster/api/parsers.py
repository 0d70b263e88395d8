"""Reads JSON bodies and refuses those that would break what comes later; named in settings."""

import json
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class SoundJSONParser(JSONParser):
    """JSON that is not nested without end and whose texts can be written as UTF-8."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Parse as DRF does.

        Raises:
            ParseError: no JSON, nested too deeply, or with halves of surrogate pairs: neither the
                database nor an answer that names the value could hold them.
        """
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except (RecursionError, UnicodeEncodeError) as error:
            raise ParseError from error
        return data
