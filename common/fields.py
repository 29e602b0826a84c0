"""A text column that is sealed in the database and plain on the attribute.

    class Party(models.Model):
        uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        phone = EncryptedTextField(blank=True)
        phone_index = models.CharField(max_length=32, blank=True, editable=False)

* ``party.phone`` is plain text, opened at the first look; a row that nobody looks at is never opened.
* ``values()`` and ``values_list()`` give the envelope, ``repr`` and ``dumpdata`` never the plain text.
* An envelope is bound to table, column and ``uid``: it does not open in another row.
* It cannot be searched: filter by a ``blind_index`` column.  Only ``isnull`` and equality with '' or an envelope
  are allowed; ``update()`` and ``bulk_update()`` with plain text raise, for they do not know the row.
* '' is stored as '': that a detail is missing is not a secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.core import checks
from django.core.exceptions import FieldDoesNotExist, FieldError, ValidationError
from django.db import models, transaction
from django.db.models.query_utils import DeferredAttribute

from common import crypto


class Sealed(str):
    """An envelope as read from the database, told apart from a plain string by its type."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<sealed>"


class _Cell:
    """What an instance keeps for the attribute.  Immutable, so that copies of an instance may share it."""

    __slots__ = ("plain", "sealed")

    def __init__(self, plain: str | None, sealed: Sealed | None) -> None:
        self.plain = plain
        self.sealed = sealed

    def __repr__(self) -> str:
        return "<encrypted>"

    def __deepcopy__(self, memo: object) -> _Cell:
        return self


class _EncryptedAttribute(DeferredAttribute):
    """Opens on reading, remembers the envelope so that an unchanged value is written back as it was."""

    field: EncryptedTextField

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        cell = self._cell(instance)
        if cell is not None and cell.plain is None:
            cell = _Cell(self.field.unseal_for(instance, cell.sealed), cell.sealed)
            instance.__dict__[self.field.attname] = cell
        return None if cell is None else cell.plain

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, Sealed):
            instance.__dict__[self.field.attname] = _Cell(None, value)
            return
        if value is None or hasattr(value, "resolve_expression"):
            instance.__dict__[self.field.attname] = value
            return
        known = instance.__dict__.get(self.field.attname)
        if not (isinstance(known, _Cell) and known.plain == value):
            instance.__dict__[self.field.attname] = _Cell(str(value), None)

    def _cell(self, instance: models.Model) -> Any:
        name = self.field.attname
        if name not in instance.__dict__:
            # Deferred.  Asked for by itself, because refresh_from_db would read the row without its uid.
            rows = type(instance)._base_manager.db_manager(instance._state.db).filter(pk=instance.pk)
            self.__set__(instance, rows.values_list(name, flat=True).get())
        return instance.__dict__[name]


class EncryptedTextField(models.TextField):
    """See the module.  ``uid_field`` names the model's UUIDField; it must be set before saving.

    ``bound_to`` keeps the "table|column" an envelope was sealed for, after a table or column is renamed.
    """

    description = "Text sealed in the database"
    descriptor_class = _EncryptedAttribute
    allowed_lookups: ClassVar[frozenset[str]] = frozenset({"exact", "isnull", "in"})

    def __init__(self, *args: Any, uid_field: str = "uid", bound_to: str = "", **kwargs: Any) -> None:
        self.uid_field = uid_field
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        if self.uid_field != "uid":
            kwargs["uid_field"] = self.uid_field
        if self.bound_to:
            kwargs["bound_to"] = self.bound_to
        return name, path, args, kwargs

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_use()]

    def _check_use(self) -> Iterator[checks.CheckMessage]:
        if self.unique or getattr(self, "db_index", False):
            yield checks.Error(
                "An encrypted column cannot be unique or indexed: every envelope differs.",
                hint="Put the constraint on a blind index column.",
                obj=self,
                id="common.E001",
            )
        if self.has_default() and self.default not in ("", None):
            yield checks.Error("The default of an encrypted column would be kept in clear.", obj=self, id="common.E002")
        try:
            uid = self.model._meta.get_field(self.uid_field)
        except FieldDoesNotExist:
            uid = None
        if not isinstance(uid, models.UUIDField) or not uid.has_default():
            yield checks.Error(
                f"An encrypted column needs a UUIDField {self.uid_field!r} with a default on its model.",
                obj=self,
                id="common.E003",
            )

    # -- binding -----------------------------------------------------------------------------------------------

    def place_of(self, instance: models.Model) -> dict[str, Any]:
        """Table, column and uid that bind an envelope of this instance."""
        return self.place(getattr(instance, self.uid_field))

    def place(self, uid: object) -> dict[str, Any]:
        """Table, column and uid that bind an envelope of the row with this uid."""
        table, column = self.bound_to.split("|") if self.bound_to else (self.model._meta.db_table, self.column)
        return {"table": table, "column": column, "uid": uid}

    def unseal_for(self, instance: models.Model, envelope: str | None) -> str | None:
        """The plain text of this instance's envelope.  Raises crypto.CryptoError."""
        return envelope and crypto.unseal(envelope, **self.place_of(instance))

    def seal_for(self, instance: models.Model) -> Any:
        """What to store for this instance: its envelope if nothing changed, else a new one; '' and None as they are."""
        cell = instance.__dict__.get(self.attname)
        if not isinstance(cell, _Cell):
            return cell
        if cell.sealed is None and cell.plain:
            cell = _Cell(cell.plain, Sealed(crypto.seal(cell.plain, **self.place_of(instance))))
            instance.__dict__[self.attname] = cell
        return cell.sealed if cell.sealed is not None else ""

    # -- Django's calls ----------------------------------------------------------------------------------------

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add and isinstance(plain := getattr(model_instance, self.attname), str):
            # A copied row carries the envelope of the row it came from.
            model_instance.__dict__[self.attname] = _Cell(plain, None)
        return self.seal_for(model_instance)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return Sealed(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "" or isinstance(value, Sealed) or hasattr(value, "resolve_expression"):
            return super().get_prep_value(value)
        raise TypeError(
            f"{self.model._meta.label}.{self.name} is encrypted: save the instance to change it, "
            "and filter by its blind index"
        )

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in self.allowed_lookups:
            raise FieldError(f"{self.name} is encrypted: {lookup_name} cannot search it")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: {lookup_name} cannot search it")

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if isinstance(value, str) and crypto.looks_sealed(value):
            raise ValidationError("内容格式不正确，请重新填写。", code="sealed")

    def value_to_string(self, obj: models.Model) -> str:
        """For dumpdata: the envelope, never the plain text."""
        return self.seal_for(obj) or ""

    def formfield(self, **kwargs: Any) -> Any:
        """One line, not the text area of a TextField."""
        return super().formfield(**{"widget": forms.TextInput, **kwargs})


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The encrypted columns of a model, in its order."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedTextField)]


def rekey(
    queryset: models.QuerySet[Any], *, batch_size: int = 500, after: Any = None
) -> Iterator[tuple[Any, int, int]]:
    """Seal anew, under the newest key, every envelope of ``queryset``'s model that is under an older one.

    Yields (last primary key, rows seen, values sealed) after each committed batch.  Safe to stop and run again:
    what is done is skipped, ``after`` merely saves reading it.  A value that someone saves meanwhile is left
    alone, for it was sealed with the newest key.  Raises crypto.CryptoError at a value that does not open.
    """
    model = queryset.model
    fields = encrypted_fields(model)
    prefix = crypto.key_ring().newest_prefix
    rows = queryset.order_by("pk")
    while True:
        page = rows if after is None else rows.filter(pk__gt=after)
        batch = list(page.values("pk", *{f.uid_field for f in fields}, *(f.attname for f in fields))[:batch_size])
        if not batch:
            return
        sealed = 0
        with transaction.atomic(using=queryset.db):
            for row in batch:
                for field in fields:
                    old = row[field.attname]
                    if not old or old.startswith(prefix):
                        continue
                    place = field.place(row[field.uid_field])
                    new = Sealed(crypto.seal(crypto.unseal(old, **place), **place))
                    same = model._base_manager.using(queryset.db).filter(**{"pk": row["pk"], field.attname: old})
                    sealed += same.update(**{field.attname: new})
        after = batch[-1]["pk"]
        yield after, len(batch), sealed
