import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from common import search
from common.checks import han_are_letters
from common.search import grams, matches, matching, terms

with isolate_apps("common"):

    class Note(models.Model):
        text = models.TextField()
        name = models.TextField(blank=True)
        grams = ArrayField(models.IntegerField(), default=list)

        class Meta:
            app_label = "common"
            db_table = "test_search_note"

        def __str__(self) -> str:
            return self.text


def test_a_pair_is_one_number():
    assert grams("宅基地") == sorted([ord("宅") << 16 | ord("基"), ord("基") << 16 | ord("地")])


def test_beyond_the_sign_bit_the_number_is_negative():
    assert grams("龙龙") == [(0x9F99 << 16 | 0x9F99) - (1 << 32)]


def test_punctuation_breaks():
    assert grams("甲，乙。丙") == []
    assert grams("甲乙，丙丁") == sorted({*grams("甲乙"), *grams("丙丁")})


def test_width_and_case_do_not_matter():
    assert grams("ＡＢ１２") == grams("ab12")


def test_single_characters_are_kept_of_names_only():
    assert ord("张") in grams("", names=["张三"])
    assert ord("张") not in grams("张三")


def test_a_name_with_a_dot_or_blank_is_found_both_ways():
    stored = set(grams("", names=["古丽·阿依"]))
    assert set(terms("古丽阿依").grams) <= stored
    assert set(terms("古丽·阿依").grams) <= stored


def test_a_rare_character_beyond_the_first_plane():
    stored = set(grams("", names=["𠮷野家"]))
    assert set(terms("𠮷").grams) <= stored
    assert set(terms("𠮷野").grams) <= stored


@given(st.text(), st.lists(st.text(max_size=6), max_size=3))
def test_what_is_stored_fits_the_column_sorted_and_unique(text, names):
    stored = grams(text, names=names)
    assert stored == sorted(set(stored))
    assert all(-(1 << 31) <= gram < 1 << 31 for gram in stored)


@given(st.text("甲乙丙丁Ａａ，。 9𠮷", min_size=2, max_size=12), st.data())
def test_every_piece_of_a_text_is_found(text, data):
    start = data.draw(st.integers(0, len(text) - 2))
    piece = text[start : data.draw(st.integers(start + 2, len(text)))]
    asked = terms(" ".join(word for word in search.words(piece) if len(word) > 1))
    assert set(asked.grams) <= set(grams(text))
    assert not asked or matches(asked, text)


@given(st.text("甲乙丙", max_size=8), st.text("甲乙丙", min_size=1, max_size=4))
def test_matches_is_plain_containment(text, word):
    assert matches(word, text) == (word in text)


def test_pairs_may_say_too_much_and_matches_decides():
    text = "甲乙在前，乙丙在后"
    assert set(terms("甲乙丙").grams) <= set(grams(text))
    assert not matches("甲乙丙", text)


def test_all_words_are_wanted_in_any_of_the_texts():
    assert matches("宅基地 张三", "宅基地边界", names=["张三"])
    assert not matches("宅基地 李四", "宅基地边界", names=["张三"])


def test_a_dot_separates_in_a_text_but_not_in_a_name():
    assert matches("古丽阿依", names=["古丽·阿依"])
    assert not matches("古丽阿依", "古丽·阿依")


@pytest.mark.parametrize("query", ["", "  ", "，。！", "_"])
def test_an_empty_query_asks_for_nothing(query):
    assert not terms(query)
    assert not matches(query, "任何内容")


def test_a_single_character_is_marked():
    assert terms("张").single
    assert terms("宅基地 张").single
    assert not terms("张三").single


@pytest.fixture
def notes(db):
    with connection.schema_editor() as editor:
        editor.create_model(Note)
    rows = [("宅基地边界纠纷", "张三"), ("土地承包", "龙飞"), ("拖欠工资 ABC 公司", "𠮷野")]
    Note.objects.bulk_create(Note(text=t, name=n, grams=grams(t, names=[n])) for t, n in rows)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("宅基地", ["宅基地边界纠纷"]),
        ("基地 张三", ["宅基地边界纠纷"]),
        ("张", ["宅基地边界纠纷"]),
        ("龙", ["土地承包"]),
        ("龙飞", ["土地承包"]),
        ("ａｂｃ", ["拖欠工资 ABC 公司"]),
        ("𠮷", ["拖欠工资 ABC 公司"]),
        ("地", []),
        ("张飞", []),
        ("", []),
    ],
)
def test_the_database_gives_the_same_answer(notes, query, found):
    assert [note.text for note in Note.objects.filter(matching("grams", query))] == found


def test_the_database_knows_han_for_letters(db):
    assert han_are_letters(None, ["default"]) == []
    assert han_are_letters(None, None) == []


def test_a_database_made_with_the_c_locale_is_refused(db):
    # '张' ~ '[[:alnum:]]' under the C locale is what such a database would answer.
    with connection.cursor() as cursor:
        cursor.execute("""SELECT '张' COLLATE "C" ~ '[[:alnum:]]'""")
        assert cursor.fetchone() == (False,)
    with connection.execute_wrapper(
        lambda execute, sql, params, many, context: execute(
            sql.replace("'张' ~", "'张' COLLATE \"C\" ~"), params, many, context
        )
    ):
        assert [error.id for error in han_are_letters(None, ["default"])] == ["common.E010"]
