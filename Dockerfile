# syntax=docker/dockerfile:1

FROM python:3.11-slim-bookworm AS build
ARG EXTRAS=mongodb
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PIP_CONSTRAINT=/source/constraints.txt \
    PIP_BUILD_CONSTRAINT=/source/constraints.txt
RUN python -m venv /opt/nunchi
WORKDIR /source
COPY constraints.txt pyproject.toml hatch_build.py README.md LICENSE ./
COPY classifiers/ classifiers/
COPY storage/ storage/
COPY reports/ reports/
COPY bot/ bot/
RUN /opt/nunchi/bin/pip install ".[${EXTRAS}]"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Nunchi" \
      org.opencontainers.image.description="A Discord bot that shows a community how it feels" \
      org.opencontainers.image.licenses="MIT"
# Korean and Latin letters come with the package; emoji in names need a font of their own.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-noto-color-emoji \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 nunchi \
    && useradd --uid 10001 --gid nunchi --no-create-home --home-dir /data nunchi \
    && install --directory --owner nunchi --group nunchi --mode 0700 /data
COPY --from=build /opt/nunchi /opt/nunchi
ENV PATH=/opt/nunchi/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NUNCHI_DATA_DIR=/data \
    NUNCHI_HEALTH_PORT=8080
WORKDIR /data
VOLUME /data
USER 10001:10001
# Catching up after downtime is no illness: health asks whether the bot lives and stores.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["nunchi", "health"]
ENTRYPOINT ["nunchi"]
CMD ["run"]
