"""Recall in other languages and scripts, and of identifiers and paths."""

from __future__ import annotations

import pytest

from memdir.collection import Collection, View
from memdir.documents import documents
from memdir.memory_segment import MemorySegment
from memdir.model import Memory
from memdir.recall import RecallOptions, recall

NOTES = {
    "chinese.md": ("部署流程", "每周五发布新版本,先在测试环境运行数据库迁移。"),
    "chinese2.md": ("代码审查", "所有合并请求需要两个人批准。"),
    "japanese.md": ("デプロイ手順", "本番サーバーの設定ファイルを変更する前にバックアップを取る。"),
    "japanese2.md": ("会議", "毎週月曜日に進捗を報告する。"),
    "korean.md": ("배포 절차", "설정 파일을 변경하기 전에 데이터베이스를 백업한다."),
    "korean2.md": ("회의", "매주 월요일에 진행 상황을 보고한다."),
    "vietnamese.md": ("Quy trình triển khai", "Sao lưu cơ sở dữ liệu trước khi thay đổi đường dẫn cấu hình."),
    "vietnamese2.md": ("Họp nhóm", "Báo cáo tiến độ vào thứ hai hàng tuần."),
    "russian.md": ("Порядок выкладки", "Перед изменением настроек сервера сделайте резервную копию базы данных."),
    "russian2.md": ("Совещания", "Каждый понедельник отчёт о ходе работ."),
    "portuguese.md": ("Publicação", "Antes de alterar as configurações do servidor, faça uma cópia de segurança."),
    "portuguese2.md": ("Reuniões", "Relatório de progresso todas as segundas-feiras."),
    "code.md": (
        "parser",
        "Call getUserName() in src/auth/userSession.py before parse_config_file runs; see MAX_RETRY_COUNT.",
    ),
    "code2.md": ("build", "The build reads package.json and node_modules/.bin, never C++ headers."),
}


@pytest.fixture(scope="module")
def notes() -> Collection:
    memories = [
        Memory(id=id, root="/m", path="", name=name, body=body, mtime=1.0) for id, (name, body) in NOTES.items()
    ]
    return Collection([View(MemorySegment(documents(memories)), root="/m")])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("数据库迁移", "chinese.md"),
        ("谁批准合并请求", "chinese2.md"),
        ("审查", "chinese2.md"),
        ("設定ファイル", "japanese.md"),
        ("月曜日の報告", "japanese2.md"),
        ("サーバー", "japanese.md"),
        ("설정 파일", "korean.md"),
        ("월요일", "korean2.md"),
        ("데이터베이스 백업", "korean.md"),
        ("cấu hình", "vietnamese.md"),
        ("cau hinh co so du lieu", "vietnamese.md"),
        ("tiến độ hàng tuần", "vietnamese2.md"),
        ("настройки сервера", "russian.md"),
        ("резервные копии", "russian.md"),
        ("отчет понедельник", "russian2.md"),
        ("configuração do servidor", "portuguese.md"),
        ("configuracoes", "portuguese.md"),
        ("cópia de segurança", "portuguese.md"),
        ("relatorio de progresso", "portuguese2.md"),
        ("getUserName", "code.md"),
        ("get_user_name", "code.md"),
        ("getusername", "code.md"),
        ("user session", "code.md"),
        ("src/auth/userSession.py", "code.md"),
        ("userSession.py", "code.md"),
        ("parseConfigFile", "code.md"),
        ("max retry count", "code.md"),
        ("package.json", "code2.md"),
        ("node modules", "code2.md"),
        ("C++", "code2.md"),
    ],
)
def test_found_first(notes: Collection, query: str, expected: str) -> None:
    found = recall(notes, query, RecallOptions(now=2.0, min_score=0.0))
    assert found, query
    assert found[0].facts.id == expected


@pytest.mark.parametrize("query", ["数据库", "設定", "설정", "cấu hình", "сервера", "configurações", "getUserName"])
def test_above_the_default_threshold(notes: Collection, query: str) -> None:
    assert recall(notes, query, RecallOptions(now=2.0))


@pytest.mark.parametrize(
    "query", ["量子力学", "火山", "화산", "núi lửa phun trào", "вулкан", "vulcão", "getVolcanoName2"]
)
def test_what_is_not_there_is_not_found(notes: Collection, query: str) -> None:
    assert recall(notes, query, RecallOptions(now=2.0)) == []
