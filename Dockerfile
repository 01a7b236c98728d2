# skillagent with what `chat`, `call` and `serve` need; about the graph that is mounted at /graph:
#
#     docker build --tag skillagent .
#     docker run --rm --volume "$PWD/graph:/graph:ro" skillagent check /graph
#
# Nothing here was built where it was written, because there was no container engine: the
# instructions are checked by hadolint and by tests/test_container.py.

# The index for all platforms, as `docker-library/repo-info` has it for python:3.12-slim (Python
# 3.12.13, August 2026). Renew it with `docker buildx imagetools inspect python:3.12-slim`.
FROM python:3.12-slim@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36 AS base
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# What .devcontainer/ uses: git, and a user who may install the tools of the project.
FROM base AS development
# Debian keeps only the newest version of a package, so a pinned one could soon not be installed.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 developer
USER 1000

FROM base AS build
WORKDIR /build
RUN python -m venv /opt/skillagent
ENV PATH=/opt/skillagent/bin:$PATH
# The packages come first, so that a change of the code does not install them again.
COPY requirements-image.lock ./
RUN pip install --require-hashes --requirement requirements-image.lock
COPY LICENSE README.md gemini-extension.json mcp.json plugin.json pyproject.toml ./
COPY .claude-plugin .claude-plugin
COPY commands commands
COPY evals evals
COPY examples/ml-reproducibility examples/ml-reproducibility
COPY skills skills
COPY src src
RUN pip install --no-index --no-deps --no-build-isolation .

FROM base
RUN useradd --create-home --uid 10001 skillagent
COPY --from=build /opt/skillagent /opt/skillagent
ENV PATH=/opt/skillagent/bin:$PATH
USER 10001
WORKDIR /graph
ENTRYPOINT ["skillagent"]
CMD ["--help"]
