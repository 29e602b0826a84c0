import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import logs
from common.logs import RedactingFilter, RequestFacts, answering, current_request, one_line, redact


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("证件 622201196805120002 已登记", "证件 [证件号] 已登记"),
        ("11010519491231002x", "[证件号]"),
        ("身份证=110105 19491231 002X;", "身份证=[证件号];"),
        ("622201196805120003", "[证件号]"),
        ("13812345678", "[电话]"),
        ("(phone)=(13812345678) already exists", "(phone)=([电话]) already exists"),
        ("+86 138-1234-5678 来电", "[电话] 来电"),
        ("138 1234 5678", "[电话]"),
        ("0936-8212345", "[电话]"),
        ("卡号 6222 0212 3456 7890 128", "卡号 [卡号]"),
        ("卡 4111111111111111。", "卡 [卡号]。"),
    ],
)
def test_personal_numbers_are_cut_out(text, clean):
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "GZ2026-012345",
        "2026-11-23 10:42:00,123",
        "620702100000",  # a place
        "622201196813120002",  # no such month
        "4111111111111112",  # fails Luhn's check
        "1732345678901",  # a moment in milliseconds
        "id=12345678901234567890123",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "took 138 ms",
    ],
)
def test_other_numbers_stay(text):
    assert redact(text) == text


@given(st.text("0123456789Xx -+六张", max_size=60))
def test_redacting_twice_changes_nothing(text):
    assert redact(redact(text)) == redact(text)


@given(st.text())
def test_a_line_stays_a_line(text):
    assert len(one_line(text).splitlines()) <= 1


@pytest.fixture
def log():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(levelname)s [%(request_id)s] %(message)s"))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.written = out.getvalue
    return logger


def test_arguments_are_redacted_too(log):
    log.info("查询 %s", "13812345678")
    assert log.written() == "INFO [-] 查询 [电话]\n"


def test_a_forged_line_is_written_out(log):
    log.warning("登录失败：%s", "x\nINFO [1] 登录成功\x1b[0m")
    assert log.written() == "WARNING [-] 登录失败：x\\nINFO [1] 登录成功\\x1b[0m\n"


def test_a_traceback_is_redacted_and_cannot_pose_as_a_record(log):
    try:
        raise ValueError("号码 622201196805120002\nINFO [1] 登录成功")
    except ValueError:
        log.exception("出错")
    lines = log.written().splitlines()
    assert lines[0] == "ERROR [-] 出错"
    assert all(line.startswith("| ") for line in lines[1:])
    assert "622201196805120002" not in log.written()
    assert "[证件号]" in log.written()


def test_two_handlers_do_not_set_it_off_twice(log):
    log.handlers[0].addFilter(RedactingFilter())
    try:
        raise ValueError
    except ValueError:
        log.exception("出错")
    assert "| | " not in log.written()


def test_a_wrong_format_does_not_lose_the_record(log):
    log.info("%d 件", "13812345678")
    assert log.written() == "INFO [-] %d 件 ('[电话]',)\n"


def test_the_request_is_named_in_its_lines_only(log):
    with answering(RequestFacts("abc123", "127.0.0.1")):
        log.info("一")
        assert current_request().ip == "127.0.0.1"
    log.info("二")
    assert log.written() == "INFO [abc123] 一\nINFO [-] 二\n"
    assert logs.current_request() == RequestFacts()
