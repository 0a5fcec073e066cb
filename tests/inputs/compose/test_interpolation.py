import pytest

from nfcore.exceptions import InvalidInput
from nfcore.inputs.compose._interpolation import expand

ENVIRONMENT = {"SET": "value", "EMPTY": ""}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$SET", "value"),
        ("${SET}", "value"),
        ("a$SET-b${SET}c", "avalue-bvaluec"),
        ("$EMPTY", ""),
        ("$$SET", "$SET"),
        ("$$$SET", "$value"),
        ("}$SET}", "}value}"),
        ("${SET:-default}", "value"),
        ("${EMPTY:-default}", "default"),
        ("${UNSET:-default}", "default"),
        ("${UNSET:-}", ""),
        ("${SET-default}", "value"),
        ("${EMPTY-default}", ""),
        ("${UNSET-default}", "default"),
        ("${SET:?message}", "value"),
        ("${EMPTY?message}", ""),
        ("${SET:+other}", "other"),
        ("${EMPTY:+other}", ""),
        ("${UNSET:+other}", ""),
        ("${EMPTY+other}", "other"),
        ("${UNSET+other}", ""),
        ("${UNSET:-${SET}}", "value"),
        ("${UNSET:-${EMPTY:-a$SET}b}", "avalueb"),
        ("${UNSET:-$$}", "$"),
        ("${SET:-$UNSET}", "value"),
        ("${SET:-${UNSET:?message}}", "value"),
        ("${UNSET+$UNSET}", ""),
        ("${UNSET:--}", "-"),
    ],
)
def test_as_compose_does(template: str, text: str) -> None:
    assert expand(template, ENVIRONMENT) == text


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("$UNSET", "the variable UNSET is not set: set it, or write ${UNSET:-default}"),
        ("${UNSET}", "the variable UNSET is not set: set it, or write ${UNSET:-default}"),
        ("${EMPTY:-$UNSET}", "the variable UNSET is not set: set it, or write ${UNSET:-default}"),
        ("${UNSET:?say $SET}", "the variable UNSET must be set: say value"),
        ("${EMPTY:?}", "the variable EMPTY must be set: it has no value"),
        ("${UNSET?message}", "the variable UNSET must be set: message"),
        ("a$", "in 'a$': a '$' must begin $NAME or ${NAME}; for a dollar sign write $$"),
        ("$1", "in '$1': a '$' must begin $NAME or ${NAME}; for a dollar sign write $$"),
        ("${}", "in '${}': a '$' must begin $NAME or ${NAME}; for a dollar sign write $$"),
        ("${SET", "in '${SET': after ${SET must come '}' or one of :- - :? ? :+ + "
                  "(such as ${SET:-default})"),
        ("${SET/a/b}", "in '${SET/a/b}': after ${SET must come '}' or one of :- - :? ? :+ + "
                       "(such as ${SET:-default})"),
        ("${SET:-a", "in '${SET:-a': the brace of ${SET is not closed"),
    ],
)  # fmt: skip
def test_what_cannot_be_interpolated(template: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        expand(template, ENVIRONMENT)
    assert str(caught.value) == message


@pytest.mark.parametrize("nest", [17, 100_000])
def test_more_braces_than_anyone_needs(nest: int) -> None:
    assert expand("${U:-" * 16 + "}" * 16, {}) == ""
    with pytest.raises(InvalidInput, match="more than 16 braces within each other"):
        expand("${U:-" * nest + "}" * nest, {})
