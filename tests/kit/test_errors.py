"""A refusal carries its sentence, its code and its fields."""

from taskyard.kit.errors import Kind, TaskyardError, catalogue


class DoorLocked(TaskyardError):
    """The door {name} is locked. Ask {keeper}.

    What follows the first line is for those who read the code.
    """

    kind = Kind.FORBIDDEN
    code = "TEST_DOOR_LOCKED"
    hidden = frozenset({"keeper"})


def test_the_docstrings_first_line_is_the_message() -> None:
    error = DoorLocked(name="north", keeper="Ada")
    assert error.message == str(error) == "The door north is locked. Ask Ada."


def test_fields_become_details_but_for_the_hidden_ones() -> None:
    assert DoorLocked(name="north", keeper="Ada").details == {"name": "north"}


def test_a_field_that_was_not_given_stands_as_it_is() -> None:
    assert DoorLocked().message == "The door {name} is locked. Ask {keeper}."


def test_braces_in_a_value_are_not_filled_again() -> None:
    assert DoorLocked(name="{keeper}", keeper="Ada").message.startswith("The door {keeper} is")


def test_the_catalogue_finds_a_refusal_by_its_code() -> None:
    assert DoorLocked in list(catalogue())
    codes = [error.code for error in catalogue()]
    assert codes == sorted(set(codes))


class DoorJammed(DoorLocked):
    """The door {name} is jammed."""


def test_a_refusal_without_a_code_of_its_own_is_no_entry_of_its_own() -> None:
    assert DoorJammed not in list(catalogue())
    assert DoorJammed(name="north").code == "TEST_DOOR_LOCKED"
