import base64
import copy
import uuid

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.core.management import call_command
from django.db import connection, models
from django.forms import modelform_factory
from django.test.utils import isolate_apps

from common import crypto
from common.fields import EncryptedTextField, Sealed, rekey

KEYS = [f"{n}:{base64.b64encode(bytes([n, *range(15)])).decode()}" for n in (1, 2)]
PHONE = "13812345678"

with isolate_apps("common"):

    class Person(models.Model):
        uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
        name = models.CharField(max_length=20, default="张建国")
        phone = EncryptedTextField(blank=True)
        address = EncryptedTextField(blank=True, null=True)

        class Meta:
            app_label = "common"
            db_table = "test_encrypted_person"

        def __str__(self) -> str:
            return self.name


@pytest.fixture(autouse=True)
def _table(db, settings):
    settings.PORTAL_FIELD_KEYS = KEYS[0]
    settings.CRYPTO_PROFILE = "gm"
    with connection.schema_editor() as editor:
        editor.create_model(Person)


def stored(person: Person, column: str = "phone") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_encrypted_person WHERE id = %s", [person.pk])  # noqa: S608
        return cursor.fetchone()[0]


@pytest.fixture
def person() -> Person:
    return Person.objects.create(phone=PHONE, address="上秦镇缪家堡村三社")


def test_the_column_holds_an_envelope_and_the_attribute_plain_text(person):
    assert stored(person).startswith("v1|sm4gcm|1|")
    assert person.phone == PHONE
    assert Person.objects.get().phone == PHONE


def test_values_yield_the_envelope(person):
    row = Person.objects.values("phone").get()
    assert row["phone"] == stored(person)
    assert Person.objects.values_list("phone", flat=True).get() == stored(person)


def test_an_unread_value_is_not_opened(person, monkeypatch):
    opened: list[str] = []
    monkeypatch.setattr(crypto, "unseal", lambda envelope, **_: opened.append(envelope) or PHONE)
    loaded = Person.objects.get()
    assert opened == []
    assert (loaded.phone, loaded.phone) == (PHONE, PHONE)
    assert len(opened) == 1


def test_saving_an_unchanged_value_keeps_its_envelope(person):
    before = stored(person)
    unread = Person.objects.get()
    unread.save()
    read = Person.objects.get()
    read.phone = str(read.phone)
    read.save()
    assert stored(person) == before


def test_saving_a_changed_value_seals_it_anew(person):
    before = stored(person)
    person.phone = "13900000000"
    person.save(update_fields=["phone"])
    assert stored(person) != before
    assert Person.objects.get().phone == "13900000000"


def test_nothing_is_stored_as_nothing():
    blank = Person.objects.create(phone="", address=None)
    assert (stored(blank), stored(blank, "address")) == ("", None)
    loaded = Person.objects.get()
    assert (loaded.phone, loaded.address) == ("", None)
    assert Person.objects.filter(phone="").exists()
    assert Person.objects.filter(address__isnull=True).exists()


def test_bulk_create_seals_each_row_for_itself():
    Person.objects.bulk_create([Person(phone=PHONE) for _ in range(3)])
    people = list(Person.objects.all())
    assert [p.phone for p in people] == [PHONE] * 3
    assert len(set(Person.objects.values_list("phone", flat=True))) == 3


def test_a_deferred_value_is_one_query_away(person, django_assert_num_queries):
    for loaded in (Person.objects.defer("phone").get(), Person.objects.only("uid").get()):
        with django_assert_num_queries(1):
            assert loaded.phone == PHONE


def test_only_the_encrypted_value(person):
    assert Person.objects.only("phone").get().phone == PHONE


def test_refresh_from_db(person):
    other = Person.objects.get()
    other.phone = "13900000000"
    other.save()
    person.refresh_from_db()
    assert person.phone == "13900000000"
    person.phone = "x"
    person.refresh_from_db(fields=["phone"])
    assert person.phone == "13900000000"


def test_an_envelope_swapped_between_rows_does_not_open(person):
    thief = Person.objects.create(phone="13900000000")
    Person.objects.filter(pk=thief.pk).update(phone=Person.objects.values_list("phone", flat=True).get(pk=person.pk))
    with pytest.raises(crypto.Tampered):
        _ = Person.objects.get(pk=thief.pk).phone


def test_an_envelope_swapped_between_columns_does_not_open(person):
    Person.objects.update(phone=models.F("address"))
    with pytest.raises(crypto.Tampered):
        _ = Person.objects.get().phone


def test_a_copied_row_is_sealed_for_itself(person):
    twin = Person.objects.get()
    _ = twin.phone, twin.address
    twin.pk, twin.uid, twin._state.adding = None, uuid.uuid4(), True
    twin.save()
    assert Person.objects.get(pk=twin.pk).phone == PHONE


def test_copies_of_an_instance_do_not_share_changes(person, monkeypatch):
    monkeypatch.setattr("django.db.models.base.apps.get_model", lambda *_: Person)  # it is isolated
    twin, deep = copy.copy(person), copy.deepcopy(person)
    twin.phone = "13900000000"
    assert (person.phone, deep.phone) == (PHONE, PHONE)


def test_plain_text_cannot_slip_in_past_the_instance(person):
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.update(phone=PHONE)
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.bulk_update([person], ["phone"])
    with pytest.raises(TypeError, match="blind index"):
        Person.objects.filter(phone=PHONE).exists()


@pytest.mark.parametrize("lookup", ["icontains", "startswith", "gt", "regex", "lower"])
def test_it_cannot_be_searched(lookup):
    with pytest.raises(FieldError, match="encrypted"):
        Person.objects.filter(**{f"phone__{lookup}": "138"}).exists()


def test_neither_repr_nor_vars_nor_dumpdata_shows_plain_text(person):
    loaded = Person.objects.get()
    _ = loaded.phone
    assert PHONE not in repr(loaded) + repr(vars(loaded)) + repr(vars(person))
    assert PHONE not in serializers.serialize("json", [loaded, person])
    assert repr(Sealed("v1|…")) == "<sealed>"


def test_an_envelope_typed_into_a_form_is_refused(person):
    person.phone = str(stored(person))
    with pytest.raises(ValidationError, match="内容格式不正确"):
        person.full_clean()


def test_a_form_edits_the_plain_text(person):
    form_class = modelform_factory(Person, fields=["phone"])
    assert form_class(instance=person).initial["phone"] == PHONE
    assert "<textarea" not in str(form_class(instance=person))
    form = form_class({"phone": "13900000000"}, instance=person)
    assert form.is_valid(), form.errors
    form.save()
    assert Person.objects.get().phone == "13900000000"


def test_migrations_know_nothing_of_keys():
    _, path, args, kwargs = EncryptedTextField(blank=True, bound_to="t|c").deconstruct()
    assert (path, args, kwargs) == ("common.fields.EncryptedTextField", [], {"blank": True, "bound_to": "t|c"})


def test_bound_to_keeps_envelopes_readable_after_a_rename(person):
    renamed = EncryptedTextField(bound_to="test_encrypted_person|phone")
    renamed.set_attributes_from_name("mobile")
    assert renamed.place(person.uid) == Person._meta.get_field("phone").place(person.uid)


def test_wrong_uses_are_found_by_the_system_check():
    with isolate_apps("common"):

        class Wrong(models.Model):
            phone = EncryptedTextField(unique=True, default="13800000000")

            class Meta:
                app_label = "common"

            def __str__(self) -> str:
                return ""

    problems = {error.id for error in Wrong._meta.get_field("phone").check()}
    assert {"common.E001", "common.E002", "common.E003"} <= problems
    assert [e for e in Person.check() if e.id and e.id.startswith("common.")] == []


def test_rekey_seals_everything_under_the_newest_key_and_can_be_resumed(settings):
    Person.objects.bulk_create([Person(phone=f"1380000{n:04d}", address="") for n in range(25)])
    settings.PORTAL_FIELD_KEYS = ",".join(KEYS)
    first = next(rekey(Person.objects.all(), batch_size=10))
    assert first[1:] == (10, 10)
    rest = list(rekey(Person.objects.all(), batch_size=10))
    assert [sealed for _, _, sealed in rest] == [0, 10, 5]
    assert list(rekey(Person.objects.all(), after=rest[-1][0])) == []
    settings.PORTAL_FIELD_KEYS = KEYS[1]
    assert sorted(p.phone for p in Person.objects.all()) == [f"1380000{n:04d}" for n in range(25)]


def test_the_rekey_command_names_each_model(settings, person, monkeypatch, capsys):
    monkeypatch.setattr("common.management.commands.rekey.apps.get_models", lambda: [Person])
    settings.PORTAL_FIELD_KEYS = ",".join(KEYS)
    call_command("rekey")
    call_command("rekey")
    assert capsys.readouterr().out.splitlines() == [
        "common.Person：共 1 行，重新加密 2 个值。",
        "common.Person：共 1 行，重新加密 0 个值。",
    ]
    assert stored(person).startswith("v1|sm4gcm|2|")


def test_rekey_leaves_a_value_saved_meanwhile(settings, person, monkeypatch):
    settings.PORTAL_FIELD_KEYS = ",".join(KEYS)
    unseal = crypto.unseal

    def meanwhile(envelope: str, **place: object) -> str:
        monkeypatch.undo()
        other = Person.objects.get(pk=person.pk)
        other.phone = "13900000000"
        other.save()
        return unseal(envelope, **place)

    monkeypatch.setattr(crypto, "unseal", meanwhile)
    list(rekey(Person.objects.all()))
    assert Person.objects.get().phone == "13900000000"
