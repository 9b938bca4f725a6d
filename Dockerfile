# One image for the web application, the worker and every `milepost` command.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/milepost
COPY pyproject.toml requirements.lock README.md ./
COPY worker.py ./
COPY activities activities
COPY maps maps
COPY milepost milepost
COPY workflows workflows
RUN /opt/milepost/bin/pip install --no-cache-dir --disable-pip-version-check --constraint requirements.lock .

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
