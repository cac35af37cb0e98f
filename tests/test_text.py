"""Analysis: text to terms, for documents and queries alike."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memdir.neighbours import is_relation
from memdir.stem import languages, stem
from memdir.synonyms import MEANINGS, synonyms
from memdir.text import (
    MAX_WORD,
    STOP_WORDS,
    analyse,
    count_fields,
    count_terms,
    fold,
    forms,
    parse_query,
    query_terms,
    query_words,
)


def main_terms(text: str) -> list[str]:
    return [word.terms[0][0] for word in query_words(text)]


@pytest.mark.parametrize(
    ("identifier", "parts", "whole"),
    [
        ("getUserName", {"user", "name"}, "getusernam"),
        ("snake_case", {"snake", "case"}, "snakecas"),
        ("kebab-case", {"kebab", "case"}, "kebabcas"),
        ("HTTPServer", {"http", "server"}, "httpserver"),
        ("package.json", {"packag", "json"}, "packagejson"),
        ("__init__", {"init"}, None),
        ("ESP32", {"esp", "32"}, "esp32"),
    ],
)
def test_identifiers_are_kept_whole_and_split(identifier: str, parts: set[str], whole: str | None) -> None:
    terms = set(analyse(identifier))
    assert parts <= terms
    assert whole is None or whole in terms


def test_the_spellings_of_one_name_meet() -> None:
    spellings = ["oneShotMode", "one_shot_mode", "one-shot-mode", "OneShotMode"]
    assert len({main_terms(s)[-1] for s in spellings}) == 1


def test_paths_give_their_parts_and_the_names_among_them() -> None:
    terms = analyse("see path/to/myFile.py, then stop")
    assert {"path", "file", "py", "myfilepi"} <= set(terms)


@pytest.mark.parametrize(("word", "plain"), [("ações", "acoes"), ("Đường".casefold(), "duong"), ("naïve", "naive")])
def test_accents_are_folded_and_kept(word: str, plain: str) -> None:
    assert fold(word) == plain
    assert word in analyse(word)
    assert forms(word)[0] == forms(plain)[0]


def test_cyrillic_keeps_its_letters_but_for_yo() -> None:
    assert fold("йод") == "йод"
    assert fold("ёлка") == "елка"
    assert forms("ошибки")[0] == forms("ошибка")[0]


def test_words_of_one_root_share_a_term() -> None:
    assert forms("installing")[0] == forms("installs")[0] == forms("installed")[0]
    assert forms("chosen")[0] == forms("choose")[0]
    assert analyse("running").count("run") == 1
    assert "running" in analyse("running")


def test_contractions_are_no_words_of_their_own() -> None:
    assert main_terms("I don't and can't, it's l'eau")[:2] == ["l", "eau"]
    assert main_terms("the user's file") == ["user", "file"]


def test_scripts_without_spaces_give_characters_and_pairs() -> None:
    assert set(analyse("配置文件")) == {"配", "置", "文", "件", "配置", "置文", "文件"}
    assert {"설정", "파일"} <= set(analyse("설정 파일"))
    assert "path" in analyse("配置path設定")
    assert analyse("ｆｉｌｅ") == ["file"]  # full-width letters are the same letters


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert main_terms("how do we use the cache") == ["use", "cach"]
    assert main_terms("who is he") == ["who", "be", "he"]
    assert all(word == word.casefold() for word in STOP_WORDS)


def test_nothing_gives_nothing() -> None:
    assert analyse("") == analyse("--- *** ___ …") == []
    assert parse_query(" \n\t").words == ()


def test_counts_are_weighted_sums() -> None:
    counts = count_fields([("cache cache", 2), ("the cache", 1)])
    assert counts["cach"] == 5
    assert counts["cache"] == 5
    assert count_terms("a b a") == {"a": 2, "b": 1}


def test_a_blob_is_no_word() -> None:
    assert analyse("x" * (MAX_WORD + 1)) == []


def test_query_terms_weigh_the_main_term_most() -> None:
    terms = query_terms("installing")
    assert terms[forms("installing")[0]] == 1.0 > terms["installing"] > 0


@given(st.text(max_size=200))
@settings(derandomize=True, deadline=None)
def test_any_text_is_analysed_and_no_term_is_a_relation(text: str) -> None:
    counts = count_terms(text)
    assert all(n > 0 and term and not is_relation(term) for term, n in counts.items())
    for word in query_words(text):
        assert word.terms[0][0] in counts


def test_stemming_is_safe_in_threads() -> None:
    words = [f"install{ending}" for ending in ("ing", "s", "ed", "ation")] * 500
    expected = [stem(w) for w in words]
    results: list[list[str]] = []
    threads = [threading.Thread(target=lambda: results.append([stem(w) for w in words])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_the_language_of_latin_script_can_be_set() -> None:
    assert "portuguese" in languages()
    assert forms("configurando", "portuguese")[0] == forms("configurar", "portuguese")[0]


def test_synonyms_are_symmetric_and_know_two_word_meanings() -> None:
    assert "remov" in synonyms("delet")
    assert "delet" in synonyms("remov")
    assert "disabl" in synonyms("turn_off")
    assert synonyms("zzz") == ()
    for meaning in MEANINGS.strip().replace("\n", "|").split("|"):
        assert len(set(meaning.split())) > 1, meaning
