"""Comparisons of texts that do not mind upper and lower case: matchCase="false" of filters.

django-gisserver reads the attribute and ignores it, so that ILIKE of QGIS and LIKE of GDAL would
find nothing where much is to be found.
"""

from typing import Any

from django.db.models import CharField, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Upper
from django.utils.translation import gettext as _
from gisserver.exceptions import ExternalParsingError
from gisserver.parsers.fes20.expressions import Function, Literal, ValueReference
from gisserver.parsers.fes20.lookups import FesLike
from gisserver.parsers.fes20.operators import REVERSE_LOOKUPS, BinaryComparisonOperator
from gisserver.types import XsdTypes


@CharField.register_lookup
@TextField.register_lookup
class FesLikeAnyCase(FesLike):
    """``fes_like`` that does not mind upper and lower case."""

    lookup_name = "fes_ilike"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """PostgreSQL's own ILIKE."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} ILIKE {right}", (*left_params, *right_params)


def minds_case(attribute: str | bool | None) -> bool:
    """The matchCase attribute as the schema reads it: true unless "false" or "0"."""
    return str(attribute if attribute is not None else True).strip().lower() not in {"false", "0"}


def compare(operator: BinaryComparisonOperator, compiler: Any) -> Q:
    """``operator`` as a query; texts in upper case on both sides when case does not matter."""
    left, right = operator.expression
    lookup = operator.operatorType.value
    if isinstance(left, Literal) and not isinstance(right, Literal):
        left, right = right, left
        lookup = REVERSE_LOOKUPS.get(lookup, lookup)
    if minds_case(operator.matchCase) or not _is_text(left, compiler):
        plain: Q = operator.build_compare(compiler, lhs=left, lookup=lookup, rhs=right)
        return plain
    lookup = operator.validate_comparison(compiler, left, lookup, right)
    name = compiler.add_annotation(Upper(left.build_rhs(compiler)))
    value = right.build_rhs(compiler)
    if not isinstance(value, Combinable):
        value = Value(str(value), output_field=TextField())
    any_case: Q = compiler.apply_extra_lookups(Q(**{f"{name}__{lookup}": Upper(value)}))
    return any_case


def _is_text(expression: Any, compiler: Any) -> bool:
    if isinstance(expression, ValueReference):
        element = expression.parse_xpath(compiler.feature_types).child
        return bool(element.type == XsdTypes.string)
    return isinstance(expression, Function)


def like(operator: Any, compiler: Any) -> Q:
    """PropertyIsLike as a query."""
    left, right = operator.expression
    if not isinstance(right, Literal):
        raise ExternalParsingError(_("PropertyIsLike braucht einen Text zum Vergleichen."))
    lookup = "fes_like" if minds_case(operator.matchCase) else "fes_ilike"
    pattern = sql_pattern(
        str(right.raw_value or ""),
        wild=operator.wildCard,
        single=operator.singleChar,
        escape=operator.escapeChar,
    )
    literal = Literal(raw_value=pattern)
    query: Q = operator.build_compare(compiler, lhs=left, lookup=lookup, rhs=literal)
    return query


def sql_pattern(text: str, *, wild: str, single: str, escape: str) -> str:
    """A pattern with a client's own signs as one of SQL (%, _ and backslash)."""
    pattern, position = [], 0
    while position < len(text):
        sign = text[position]
        if sign == escape and position + 1 < len(text):
            position += 1
            pattern.append(_plain(text[position]))
        elif sign == wild:
            pattern.append("%")
        elif sign == single:
            pattern.append("_")
        else:
            pattern.append(_plain(sign))
        position += 1
    return "".join(pattern)


def _plain(sign: str) -> str:
    return f"\\{sign}" if sign in "%_\\" else sign
