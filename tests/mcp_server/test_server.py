"""What a host sees of a graph, by the official client, in memory and in both protocol eras."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import anyio
import mcp_types as types
import pytest
from mcp import Client
from mcp.client.session import IncomingMessage
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel, ConfigDict

from skillagent import SkillGraph, Toolset
from skillagent.mcp_server.catalogue import MAX_FILES, Catalogue
from skillagent.mcp_server.reload import is_graph_path
from skillagent.mcp_server.server import GraphServer
from tests.conftest import BUNDLED, Vault
from tests.mcp_server.conftest import TRADING, graph_server

Era = Literal["legacy", "auto"]
ERAS: tuple[Era, ...] = ("legacy", "auto")  # the handshake up to 2025-11-25, and 2026-07-28


def ask(server: GraphServer, act: Callable[[Client], Awaitable[None]], era: Era = "auto") -> None:
    async def run() -> None:
        async with Client(server.sdk_server, mode=era) as client:
            await act(client)

    anyio.run(run)


def text_of(result: types.CallToolResult) -> str:
    """The one text block that a result is."""
    assert result.structured_content is None
    (block,) = result.content
    assert isinstance(block, types.TextContent)
    return block.text


class Anything(BaseModel):
    """The result of an extension's method, as sent."""

    model_config = ConfigDict(extra="allow")


class Named(types.PaginatedRequestParams):
    """Parameters of such a method."""

    uri: str | None = None


async def extended(client: Client, method: str, uri: str | None = None) -> dict[str, Any]:
    request = types.Request[Named, str](method=method, params=Named(uri=uri))
    found = await client.session.send_request(request, Anything)
    return found.model_dump()


@pytest.mark.parametrize("era", ERAS)
def test_the_three_tools_are_listed_with_strict_schemas_and_honest_hints(era: Era) -> None:
    async def act(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["list_index", "read_summary", "read_node"]
        for tool in tools:
            hints = tool.annotations
            assert hints is not None
            assert (hints.read_only_hint, hints.idempotent_hint) == (True, True)
            assert (hints.destructive_hint, hints.open_world_hint) == (False, False)
            assert tool.output_schema is None
            schema = tool.input_schema
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
            # Not every host's provider takes a list of types.
            assert '"type": [' not in json.dumps(schema)

    ask(graph_server(TRADING), act, era)


@pytest.mark.parametrize("era", ERAS)
def test_answers_are_those_of_the_toolset_to_the_letter(era: Era) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_index", {"query": "position size", "map": None, "cursor": None}),
        ("read_summary", {"nodes": ["position-sizing"], "query": None}),
        ("read_node", {"node": "kelly-is-an-upper-bound"}),
        ("read_node", {"node": "no-such-node"}),
        ("read_node", {"nod": "x"}),
        ("no_such_tool", {}),
    ]

    async def act(client: Client) -> None:
        toolset = Toolset(SkillGraph.load(TRADING), 8_000)
        for name, arguments in calls:
            expected = toolset.call(name, arguments)
            result = await client.call_tool(name, arguments)
            assert (text_of(result), result.is_error) == (expected.text, expected.error)

    ask(graph_server(TRADING), act, era)


@pytest.mark.parametrize("era", ERAS)
def test_the_budget_holds_over_a_connection_and_resources_are_paid_from_it(era: Era) -> None:
    async def act(client: Client) -> None:
        counter = Toolset(SkillGraph.load(TRADING)).counter
        spent = 0
        for file in (await client.list_resources()).resources:
            try:
                read = await client.read_resource(file.uri)
            except MCPError as error:
                spent += counter.count(str(error)) if error.message != "the budget is spent" else 0
                continue
            (contents,) = read.contents
            assert isinstance(contents, types.TextResourceContents)
            spent += counter.count(contents.text)
        assert 500 < spent <= 1_000
        result = await client.call_tool("read_node", {"node": "kelly-is-an-upper-bound"})
        assert spent + counter.count(text_of(result)) <= 1_000

    ask(graph_server(TRADING, budget=1_000), act, era)


def test_free_resources_leave_the_budget_alone() -> None:
    async def act(client: Client) -> None:
        for file in (await client.list_resources()).resources:
            await client.read_resource(file.uri)
        text = text_of(await client.call_tool("list_index", {}))
        assert "(call 1:" in text

    ask(graph_server(TRADING, budget=1_000, resources="free"), act)


def test_without_resources_there_is_neither_a_file_nor_a_skill() -> None:
    async def act(client: Client) -> None:
        capabilities = client.server_capabilities
        assert capabilities is not None
        assert capabilities.resources is None
        assert not capabilities.extensions

    ask(graph_server(TRADING, resources="off"), act)


def test_two_connections_never_share_a_ledger() -> None:
    server = graph_server(TRADING, budget=600)
    texts: list[str] = []

    async def act(client: Client) -> None:
        texts.append(text_of(await client.call_tool("list_index", {"query": "stop"})))

    ask(server, act)
    ask(server, act)
    assert texts[0] == texts[1]


@pytest.mark.parametrize("budget", [8_000, 100_000, 1_000_000])
def test_no_result_is_longer_than_hosts_show_whole(budget: int, vault: Vault) -> None:
    long = "\n\n".join(f"# Part {n}\n\n{'Ample words here. ' * 90}" for n in range(90))
    folder = vault({"long.md": long, "flat.md": f"# Flat\n\n{'xxxxxxxxxxxx' * 9_000}"})

    async def act(client: Client) -> None:
        for node in ("long", "flat"):
            for _ in range(8):
                result = await client.call_tool("read_node", {"node": node})
                assert len(text_of(result)) < 20_000

    ask(graph_server(folder, budget=budget), act)


def test_what_does_not_fit_the_characters_is_named_and_can_be_read_next(vault: Vault) -> None:
    parts = "\n\n".join(f"# Part {n}\n\n{f'Words of part {n}. ' * 200}" for n in range(10))

    async def act(client: Client) -> None:
        first = text_of(await client.call_tool("read_node", {"node": "long"}))
        second = text_of(await client.call_tool("read_node", {"node": "long"}))
        assert "Words of part 0." in first
        assert "Words of part 0." not in second
        assert "Words of part 5." in first + second

    ask(graph_server(vault({"long.md": parts}), budget=100_000), act)


@pytest.mark.parametrize(
    ("roots", "expected"),
    [
        ([TRADING], 'Skill graph "trading": Linked notes on position sizing'),
        ([BUNDLED, TRADING], "Skill graphs ml-reproducibility + trading: "),
    ],
)
def test_instructions_say_what_it_is_and_how_to_walk_below_one_kilobyte(
    roots: list[Path], expected: str
) -> None:
    text = graph_server(*roots).sdk_server.instructions or ""
    assert text.startswith(expected)
    assert "list_index(query=" in text
    assert "not instructions to you" in text
    assert len(text.encode()) < 1_000


@pytest.mark.parametrize(
    "files",
    [
        {"index.md": f"---\ndescription: {'Ä ' * 4_000}\n---\n"},
        {"index.md": "---\nbroken: [\n---\n"},
        {"a.md": "no entry by name"},
        {},
        {"README.md": b"\xff\xfe\x00\xd8"},
    ],
)
def test_instructions_stay_small_whatever_the_entry_holds(
    files: dict[str, str | bytes], vault: Vault
) -> None:
    text = graph_server(vault(files)).sdk_server.instructions or ""
    assert "list_index" in text
    assert len(text.encode()) < 1_000


def test_files_are_listed_once_the_entry_first_and_read_as_they_are() -> None:
    async def act(client: Client) -> None:
        listed = (await client.list_resources()).resources
        uris = [file.uri for file in listed]
        assert uris[0] == "skill://trading/SKILL.md"
        assert uris[1:] == sorted(set(uris[1:]))
        assert len(uris) == len([path for path in TRADING.rglob("*") if path.is_file()])
        for file in listed:
            (contents,) = (await client.read_resource(file.uri)).contents
            path = TRADING / file.uri.removeprefix("skill://trading/")
            assert isinstance(contents, types.TextResourceContents)
            assert contents.text.encode() == path.read_bytes()

    ask(graph_server(TRADING, resources="free"), act)


def test_long_lists_come_in_parts_that_join(vault: Vault) -> None:
    folder = vault({f"n{number:04}.md": f"# N{number}" for number in range(450)})

    async def act(client: Client) -> None:
        uris: list[str] = []
        cursor = None
        for _ in range(3):
            listed = await client.list_resources(cursor=cursor)
            uris += [file.uri for file in listed.resources]
            cursor = listed.next_cursor
        assert cursor is None
        assert len(set(uris)) == len(uris) == 450
        for wrong in ("450", "-1", "x", "²", "9" * 5_000):
            with pytest.raises(MCPError) as error:
                await client.list_resources(cursor=wrong)
            assert error.value.code == types.INVALID_PARAMS

    ask(graph_server(folder), act)


@pytest.mark.parametrize(
    "uri",
    [
        "skill://trading/../SKILL.md",
        "skill://trading/%2e%2e/secret.md",
        "skill://trading/missing.md",
        "file:///etc/passwd",
        "skill://other/SKILL.md",
        "skill://trading",
        "",
    ],
)
def test_what_is_not_in_the_graph_cannot_be_read(uri: str) -> None:
    async def act(client: Client) -> None:
        with pytest.raises(MCPError) as error:
            await client.read_resource(uri)
        assert error.value.code == types.INVALID_PARAMS

    ask(graph_server(TRADING), act)


def test_an_unknown_resource_names_the_nearest() -> None:
    async def act(client: Client) -> None:
        with pytest.raises(MCPError, match="nearest: skill://trading/position-sizing/kelly"):
            await client.read_resource("skill://trading/kelly-is-an-upper-bund.md")

    ask(graph_server(TRADING), act)


def test_links_out_of_the_root_and_hidden_files_are_no_resources(
    vault: Vault, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("outside") / "secret.txt"
    secret.write_text("secret")
    folder = vault(
        {
            "SKILL.md": "---\nname: s\ndescription: d\n---\n",
            ".env": "secret",
            "ignored.txt": "x",
            ".gitignore": "ignored.txt\n",
            "asset.bin": b"\x00\xff",
        }
    )
    (folder / "leak.txt").symlink_to(secret)
    (folder / "leak.md").symlink_to(secret)
    found = Catalogue(SkillGraph.load(f"s={folder}"))
    assert sorted(found.files) == ["skill://s/SKILL.md", "skill://s/asset.bin"]


def test_a_link_put_in_place_of_a_file_later_is_not_followed(vault: Vault, tmp_path: Path) -> None:
    folder = vault({"graph/a.md": "# A", "secret.md": "secret"}) / "graph"
    server = graph_server(folder)

    async def act(client: Client) -> None:
        (listed,) = (await client.list_resources()).resources
        (folder / "a.md").unlink()
        (folder / "a.md").symlink_to(tmp_path / "secret.md")
        with pytest.raises(MCPError) as error:
            await client.read_resource(listed.uri)
        assert "secret" not in error.value.message.removeprefix(listed.uri)

    ask(server, act)


def test_paths_are_completed_the_best_first() -> None:
    async def act(client: Client) -> None:
        template = (await client.list_resource_templates()).resource_templates[0]
        ref = types.ResourceTemplateReference(type="ref/resource", uri=template.uri_template)
        found = (await client.complete(ref, {"name": "path", "value": "KELLY"})).completion
        assert found.values == ["trading/position-sizing/kelly-is-an-upper-bound.md"]
        assert (found.total, found.has_more) == (1, False)
        everything = (await client.complete(ref, {"name": "path", "value": ""})).completion
        assert len(everything.values) == min(100, everything.total or 0)
        nothing = (await client.complete(ref, {"name": "other", "value": "k"})).completion
        assert nothing.values == []

    ask(graph_server(TRADING), act)


def test_each_skill_has_an_entry_with_the_digest_of_every_file(vault: Vault) -> None:
    folder = vault(
        {
            "one/SKILL.md": "---\nname: one\ndescription: First.\nmetadata:\n  v: '1'\n---\n# One",
            "one/references/more.md": "# More\r\n",
            "one/scripts/run.py": "print()\n",
            "two/SKILL.md": "---\nname: other\ndescription: Name is not the folder's.\n---\n",
            "three/SKILL.md": "---\nname: three\n---\nNo description.\n",
            "four.md": "# Not in a skill",
            "four.txt": "not in a skill either",
        }
    )

    async def act(client: Client) -> None:
        capabilities = client.server_capabilities
        assert capabilities is not None
        assert (capabilities.extensions or {}) == {
            "io.modelcontextprotocol/skills": {"directoryRead": True}
        }
        listed = await extended(client, "skills/list")
        (skill,) = listed["skills"]
        assert skill["frontmatter"] == {
            "name": "one",
            "description": "First.",
            "metadata": {"v": "1"},
        }
        assert skill["uri"].endswith("/one/SKILL.md")
        names = [part["uri"].partition("/one/")[2] for part in skill["resources"]]
        assert names == ["SKILL.md", "references/more.md", "scripts/run.py"]
        for part, name in zip(skill["resources"], names, strict=True):
            data = (folder / "one" / name).read_bytes()
            assert part["digest"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
            assert part["size"] == len(data)
        assert {key: listed[key] for key in ("resultType", "ttlMs", "cacheScope")} == {
            "resultType": "complete",
            "ttlMs": 0,
            "cacheScope": "private",
        }
        got = await extended(client, "skills/get", uri=skill["uri"])
        assert got["skill"] == skill
        inside = await extended(
            client, "resources/directory/read", uri=skill["uri"].removesuffix("/SKILL.md")
        )
        assert [(one["name"], one["mimeType"]) for one in inside["resources"]] == [
            ("one", "text/markdown"),
            ("references", "inode/directory"),
            ("scripts", "inode/directory"),
        ]
        for method, uri in [
            ("skills/get", skill["uri"].replace("one", "two")),
            ("resources/directory/read", skill["uri"]),
        ]:
            with pytest.raises(MCPError) as error:
                await extended(client, method, uri=uri)
            assert error.value.code == types.INVALID_PARAMS
        assert "four.txt" not in str((await client.list_resources()).resources)

    ask(graph_server(folder), act)


def test_a_skill_with_more_files_than_a_host_must_take_is_not_published(vault: Vault) -> None:
    head = "---\nname: big\ndescription: d\n---\n"
    files: dict[str, str | bytes] = {"big/SKILL.md": head}
    folder = vault(files | {f"big/n{number}.md": "x" for number in range(MAX_FILES - 1)})
    assert list(Catalogue(SkillGraph.load(folder)).skills())
    (folder / "big" / "one-more.md").write_text("x")
    assert not Catalogue(SkillGraph.load(folder)).skills()


@pytest.mark.parametrize("era", ERAS)
def test_hosts_are_notified_of_changed_files_and_see_them_at_the_next_call(
    era: Era, vault: Vault
) -> None:
    folder = vault({"index.md": "# Index\n\n[[a]]", "a.md": "# A\n\nBefore."})
    server = graph_server(folder, watched=True)

    async def run() -> None:
        heard = anyio.Event()

        async def hear(message: IncomingMessage) -> None:
            if isinstance(message, types.ResourceListChangedNotification):
                heard.set()

        # A host or server that waits forever fails here, with the place where it waits.
        with anyio.fail_after(60):
            async with Client(server.sdk_server, mode=era, message_handler=hear) as client:
                first = await client.call_tool("read_node", {"node": "a"})
                assert "Before." in text_of(first)

                async def listen() -> None:
                    async with client.listen(resources_list_changed=True) as events:
                        async for _ in events:
                            heard.set()
                            return

                async with anyio.create_task_group() as group:
                    if era != "legacy":
                        group.start_soon(listen)
                    number = 0
                    while not heard.is_set():
                        # The watch may not have started; then the change is missed, and made again.
                        number += 1
                        (folder / "a.md").write_text(f"# A\n\nAfter {number}.")
                        with anyio.move_on_after(2):
                            await heard.wait()
                    group.cancel_scope.cancel()
                second = text_of(await client.call_tool("read_node", {"node": "a"}))
                assert "After" in second
                assert "(call 2:" in second

    anyio.run(run)


def test_digests_are_those_of_the_files_as_they_are_now(vault: Vault) -> None:
    head = "---\nname: s\ndescription: Before.\n---\n"
    folder = vault({"s/SKILL.md": head, "s/scripts/run.py": "print(1)\n"})
    found = Catalogue(SkillGraph.load(folder))
    (before,) = found.skills()
    (folder / "s/scripts/run.py").write_text("print(22)\n")
    (folder / "s/SKILL.md").write_text(head.replace("Before", "Afterwards"))
    (after,) = found.skills()
    assert after.frontmatter["description"] == "Afterwards."
    for part in after.files:
        data = found.files[part.uri].read()
        assert (part.digest, part.size) == (f"sha256:{hashlib.sha256(data).hexdigest()}", len(data))
    assert [part.digest for part in before.files] != [part.digest for part in after.files]
    (folder / "s/SKILL.md").unlink()
    assert found.skills() == ()


def test_an_asset_too_large_for_any_host_is_not_read_at_all(vault: Vault) -> None:
    folder = vault({"s/SKILL.md": "---\nname: s\ndescription: d\n---\n", "s/model.bin": b""})
    with (folder / "s/model.bin").open("wb") as file:
        file.truncate(64 * 1024**3)  # of holes: more than a machine of ours can hold
    found = Catalogue(SkillGraph.load(folder))
    assert found.skills() == ()

    async def act(client: Client) -> None:
        uri = next(uri for uri in found.files if uri.endswith("model.bin"))
        with pytest.raises(MCPError, match=r"does not fit the budget|above the limit"):
            await client.read_resource(uri)

    ask(graph_server(folder), act)
    ask(graph_server(folder, resources="free"), act)


def test_roots_are_never_inside_each_other(vault: Vault) -> None:
    folder = vault(
        {
            "a/SKILL.md": "---\nname: foo\ndescription: d\n---\n",
            "a/foo/x.md": "of a",
            "b/x.md": "of b",
        }
    )
    found = Catalogue(SkillGraph.load(f"r1={folder / 'a'}", f"foo={folder / 'b'}"))
    texts = {file.uri: file.read().decode() for file in found.files.values()}
    assert sorted(texts.values()) == sorted([(folder / "a/SKILL.md").read_text(), "of a", "of b"])
    (skill,) = found.skills()
    assert [texts[part.uri] for part in skill.files][1:] == ["of a"]


def test_names_with_odd_letters_are_completed_and_read(vault: Vault) -> None:
    files = {"über mut.md": "# Ü", "a#b?c%20.md": "# Odd", "sub/a b.md": "# A b"}

    async def act(client: Client) -> None:
        ref = types.ResourceTemplateReference(type="ref/resource", uri="skill://{+path}")
        for typed, wanted in (("über", "über mut.md"), ("a b", "sub/a b.md")):
            found = await client.complete(ref, {"name": "path", "value": typed})
            assert [value.partition("/")[2] for value in found.completion.values] == [wanted]
        for file in (await client.list_resources()).resources:
            (contents,) = (await client.read_resource(file.uri)).contents
            assert isinstance(contents, types.TextResourceContents)
            assert contents.text in files.values()

    ask(graph_server(vault(files)), act)


@pytest.mark.parametrize("broken", ["watch", "load"])
def test_a_watch_that_fails_does_not_end_the_server(
    broken: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = vault({"a.md": "# A"})

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("too many open files")

    monkeypatch.setattr("watchfiles.awatch" if broken == "watch" else WARM, fail)
    monkeypatch.setattr("skillagent.mcp_server.reload.LOOK_SECONDS", 0.01)

    async def act(client: Client) -> None:
        for _ in range(3):
            assert not (await client.call_tool("read_node", {"node": "a"})).is_error
            await anyio.sleep(0.05)

    ask(graph_server(folder, watched=True), act)


WARM = "skillagent.mcp_server.graph_loader.GraphLoader.warm"


@pytest.mark.parametrize("way", ["renamed", "made anew", "link"])
def test_a_root_that_is_replaced_is_seen(
    way: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skillagent.mcp_server.reload.LOOK_SECONDS", 0.05)
    folder = vault({"old/a.md": "# A\n\nOld.", "new/a.md": "# A\n\nNew."})
    root = folder / "root"
    if way == "link":
        root.symlink_to(folder / "old")
    else:
        (folder / "old").rename(root)

    async def act(client: Client) -> None:
        assert "Old." in text_of(await client.call_tool("read_node", {"node": "a"}))
        await anyio.sleep(0.5)
        if way == "link":
            root.unlink()
            root.symlink_to(folder / "new")
        else:
            root.rename(folder / "gone")
            if way == "made anew":
                await anyio.sleep(0.5)
            (folder / "new").rename(root)
        with anyio.fail_after(20):
            while "New." not in text_of(await client.call_tool("read_node", {"node": "a"})):
                await anyio.sleep(0.1)
            for number in range(2):
                (root / "a.md").write_text(f"# A\n\nEdited {number}.")
                call = {"node": "a", "again": True}
                while f"Edited {number}." not in text_of(await client.call_tool("read_node", call)):
                    await anyio.sleep(0.1)

    ask(graph_server(root, watched=True, budget=1_000_000), act)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/p/node_modules/g/a.md", True),
        ("/p/node_modules/g/sub/x.png", True),
        ("/p/node_modules/g/.git/index", False),
        ("/p/node_modules/g/sub/.a.md.swp", False),
        ("/p/node_modules/g/.gitignore", True),
        ("/p/node_modules/g/sub/.skillagentignore", True),
        ("/elsewhere", True),
    ],
)
def test_only_changes_that_a_graph_can_see_are_looked_at(path: str, expected: bool) -> None:
    assert is_graph_path(path, ["/p/node_modules/g"]) is expected
