# One image for the web application, the worker and every `milepost` command.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
ENV UV_PROJECT_ENVIRONMENT=/opt/milepost UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 UV_NO_PROGRESS=1
COPY requirements-uv.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore \
    --require-hashes --requirement requirements-uv.txt
# What others wrote first: it changes seldom, so most builds take this layer from the cache.
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-default-groups --extra postgres --extra draw --extra metrics --no-install-project
COPY worker.py ./
COPY activities activities
COPY maps maps
COPY milepost milepost
COPY workflows workflows
RUN uv sync --locked --no-default-groups --extra postgres --extra draw --extra metrics --no-editable

FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 10001 milepost \
    && useradd --uid 10001 --gid milepost --no-create-home --home-dir /srv/milepost --shell /usr/sbin/nologin milepost \
    && install --directory --owner milepost --group milepost --mode 0700 /srv/milepost/.milepost
COPY --from=build /opt/milepost /opt/milepost
COPY maps /srv/milepost/maps
ENV PATH=/opt/milepost/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/milepost
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["milepost"]
CMD ["web"]
