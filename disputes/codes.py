"""The code of a case as it stands in addresses and in ticked lists."""


class CaseCode:
    """GZ2026-000123.  Anything else is no address of ours, and never reaches the database."""

    regex = r"[A-Z]{2}[0-9]{4}-[0-9]{6,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)
