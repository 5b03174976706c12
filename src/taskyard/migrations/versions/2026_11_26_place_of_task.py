"""The number and the place of the next task, in one question."""

from collections.abc import Sequence

from alembic import op

revision: str = "place_of_task_0001"
down_revision: str | None = "task_attachments_0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: What `tasks.ordering.between(key, None)` counts, for keys as it makes them.
_AFTER = """
CREATE FUNCTION place_after(key text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    digits CONSTANT text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    head int := ascii(key);
    many int := CASE WHEN head >= 97 THEN head - 96 ELSE 91 - head END;
    whole text := substr(key, 2, many);
    digit int;
BEGIN
    FOR place IN REVERSE many .. 1 LOOP
        digit := strpos(digits, substr(whole, place, 1));
        whole := overlay(whole PLACING substr(digits, digit % 62 + 1, 1) FROM place);
        IF digit < 62 THEN
            RETURN chr(head) || whole;
        END IF;
    END LOOP;
    head := CASE WHEN head = 90 THEN 97 ELSE head + 1 END;
    RETURN chr(head) || repeat('0', CASE WHEN head >= 97 THEN head - 96 ELSE 91 - head END);
END $$
"""
#: Volatile, so that the column is looked at after the book's row is locked: each statement of such
#: a function sees what is committed by then, and that of whoever calls it does not.
_PLACE = """
CREATE FUNCTION place_of_task(project uuid, of_status text, OUT number int, OUT place text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO task_books (project_id, last_number) VALUES (project, 1)
        ON CONFLICT (project_id) DO UPDATE SET last_number = task_books.last_number + 1
        RETURNING last_number INTO number;
    SELECT place_after(tasks.position) INTO place FROM tasks
        WHERE tasks.project_id = project AND tasks.status = of_status AND tasks.deleted_at IS NULL
        ORDER BY tasks.position DESC LIMIT 1;
    place := coalesce(place, 'a0');
END $$
"""


def upgrade() -> None:
    op.execute(_AFTER)
    op.execute(_PLACE)


def downgrade() -> None:
    op.execute("DROP FUNCTION place_of_task(uuid, text)")
    op.execute("DROP FUNCTION place_after(text)")
