"""Templates of site builders in links, and code between shortcodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillagent import SkillGraph
from skillagent.authoring.rename import rename
from skillagent.exports import agent_skill
from skillagent.markdown.document import parse
from tests.conftest import Vault

LINKS = [
    ('{{< ref "posts/a.md" >}}', "posts/a", ""),
    ('{{< relref "a" >}}', "posts/a", ""),
    ('{{<relref "a.md#part">}}', "posts/a", "part"),
    ('{{% ref "/posts/a" %}}', "posts/a", ""),
    ('{{< ref path="posts/a.md" lang="en" >}}', "posts/a", ""),
    ("{{< ref `posts/a.md` >}}", "posts/a", ""),
    ("{% link posts/a.md %}", "posts/a", ""),
    ("{% link posts/a.md %}#part", "posts/a", "part"),
    ("{%- link posts/a.md -%}", "posts/a", ""),
    ("{{ site.baseurl }}{% link posts/a.md %}", "posts/a", ""),
    ("{% post_url 2020-01-02-out %}", "_posts/2020-01-02-out", ""),
    ("{{ site.baseurl }}/posts/a/", "posts/a", ""),
    ("{{site.baseurl}}/posts/a/#part", "posts/a", "part"),
    ("{{ site.url }}{{ site.baseurl }}/posts/a.html", "posts/a", ""),
    ("{{ '/posts/a' | relative_url }}", "posts/a", ""),
    ("{{ 'posts/a/#part' | relative_url }}", "posts/a", "part"),
    ('{{ "/posts/a" | prepend: site.baseurl }}', "posts/a", ""),
    ('{{ "/posts/a/" | url }}', "posts/a", ""),
]
FILES = {
    "posts/a.md": "# A\n\n## Part\n\nText.\n",
    "_posts/2020-01-02-out.md": "# Out\n",
    "deep/in/c.md": "# C\n",
}


def targets(graph: SkillGraph, source: str) -> list[tuple[str | None, str]]:
    return [(link.target, link.fragment) for link in graph.links_from(source)]


@pytest.mark.parametrize("form", ["See [x]({}).\n", "See [x].\n\n[x]: {}\n"])
@pytest.mark.parametrize(("address", "target", "fragment"), LINKS, ids=[link for link, *_ in LINKS])
def test_an_address_in_a_template_is_a_link(
    vault: Vault, form: str, address: str, target: str, fragment: str
) -> None:
    graph = SkillGraph.load(vault(FILES | {"deep/b.md": form.format(address)}))
    assert graph.diagnostics == ()
    assert targets(graph, "deep/b") == [(target, fragment)]


@pytest.mark.parametrize(
    "address",
    [
        '{{< ref "gone.md" >}}',
        "{% link files/gone.pdf %}",
        "{{ site.repository }}/issues/{{ issue }}",
        "{{ page.url }}",
        "{{page.url}}",
        "posts/{{ name }}.md",
        '{{< relref "#part" >}}',
        "{{% param base %}}/x",
        "{% if a %}x{% endif %}",
        "{{ site.baseurl }}/gone/",
        "https://e.org/{{ x }}",
    ],
)
@pytest.mark.parametrize("form", ["See [x]({}).\n", "See [x].\n\n[x]: {}\n", "![x]({})\n"])
def test_what_only_the_site_builder_knows_is_no_broken_link(
    vault: Vault, form: str, address: str
) -> None:
    graph = SkillGraph.load(vault(FILES | {"deep/b.md": form.format(address)}))
    assert (graph.diagnostics, graph.links) == ((), ())


RENAMED = [
    ('{{< ref "posts/a.md" >}}', '{{< ref "notes/new.md" >}}'),
    ('{{< relref "a" >}}', '{{< relref "new" >}}'),
    ('{{<relref "a.md#part">}}', '{{<relref "new.md#part">}}'),
    ('{{% ref "/posts/a" %}}', '{{% ref "/notes/new" %}}'),
    ("{% link posts/a.md %}#part", "{% link notes/new.md %}#part"),
    ("{{ site.baseurl }}/posts/a/#part", "{{ site.baseurl }}/notes/new/#part"),
    ("{{ '/posts/a' | relative_url }}", "{{ '/notes/new' | relative_url }}"),
    ("{{ 'posts/a.html#part' | relative_url }}", "{{ 'notes/new.html#part' | relative_url }}"),
]


@pytest.mark.parametrize("form", ["See [x]({}).\n", "See [x].\n\n[x]: {}\n"])
@pytest.mark.parametrize(("before", "after"), RENAMED, ids=[before for before, _ in RENAMED])
def test_a_rename_rewrites_the_address_in_a_template(
    vault: Vault, form: str, before: str, after: str
) -> None:
    top = vault(FILES | {"deep/b.md": form.format(before)})
    rename(SkillGraph.load(top), "posts/a", "notes/new", alias=False).write()
    assert (top / "deep/b.md").read_text() == form.format(after)
    graph = SkillGraph.load(top)
    assert [target for target, _ in targets(graph, "deep/b")] == ["notes/new"]


def test_a_rename_leaves_out_the_folders_above_the_site(vault: Vault) -> None:
    top = vault(
        {
            "docs/posts/a.md": "# A\n",
            "docs/_posts/2020-01-02-out.md": "# Out\n",
            "docs/b.md": "[a]({% link posts/a.md %}) [o]({% post_url 2020-01-02-out %})\n",
        }
    )
    rename(SkillGraph.load(top), "docs/posts/a", "docs/deep/posts/a", alias=False).write()
    new = "docs/_posts/2020-01-02-new"
    rename(SkillGraph.load(top), "docs/_posts/2020-01-02-out", new, alias=False).write()
    assert (top / "docs/b.md").read_text() == (
        "[a]({% link deep/posts/a.md %}) [o]({% post_url 2020-01-02-new %})\n"
    )


def test_a_move_leaves_the_templates_of_the_moved_file(vault: Vault) -> None:
    text = "".join(f"[x]({address})\n" for address, *_ in LINKS) + "[y]({{ page.url }})\n"
    top = vault(FILES | {"deep/b.md": text})
    rename(SkillGraph.load(top), "deep/b", "/b", alias=False).write()
    assert (top / "b.md").read_text() == text


def test_an_export_writes_paths_in_place_of_templates(vault: Vault, tmp_path: Path) -> None:
    text = 'See [x]({{< ref "posts/a.md#part" >}}) and [y].\n\n[y]: {% link posts/a.md %}\n'
    top = vault({"in/index.md": text, "in/posts/a.md": FILES["posts/a.md"]}) / "in"
    agent_skill(SkillGraph.load(top), tmp_path / "out")
    skill = next((tmp_path / "out").rglob("SKILL.md")).read_text()
    assert "{{<" not in skill
    assert "{% link" not in skill
    assert ".md#part)" in skill


CODE = [
    "{{< code-toggle file=hugo >}}\n[[menus.main]]\n{{< /code-toggle >}}",
    '{{< highlight toml "a=1" >}}\n[[menus.main]]\n\n[[x]]\n{{< / highlight >}}',
    "{{% codeblock %}}[x](gone.md){{% /codeblock %}}",
    "{% highlight toml %}\n[[menus.main]]\n{% endhighlight %}",
    "{%- highlight toml -%}\n[[menus.main]\n{%- endhighlight -%}",
    "{{< code/toggle >}}[[a]]{{< /code/toggle >}}",
    "{{< code file=x >}}\n\n{{< highlight >}}[[a]]{{< /highlight >}}",
]


@pytest.mark.parametrize("text", CODE)
def test_code_between_shortcodes_has_no_links(vault: Vault, text: str) -> None:
    graph = SkillGraph.load(vault({"a.md": f"# A\n\n{text}\n"}))
    assert (graph.diagnostics, graph.links) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "{{< code file=x >}}\n\n[[a]]",
        "{{< code-toggle config=x />}} [[a]] {{< code-toggle >}}{{< /code-toggle >}}",
        "{{< note >}}[[a]]{{< /note >}}",
        "{{</* code-toggle */>}} [[a]] {{</* /code-toggle */>}}",
        "`{{< highlight >}}` [[a]] `{{< /highlight >}}`",
    ],
)
def test_text_beside_shortcodes_keeps_its_links(text: str) -> None:
    assert [link.target for link in parse(text, "x.md").references] == ["a"]
