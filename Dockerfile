# One image for web, worker, beat and the one-off migration.
FROM python:3.13-slim-trixie

# What WeasyPrint loads to print PDFs; the fonts are our own.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home focusprog \
    && install --directory --owner focusprog /srv/static

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.lock
COPY . .
RUN python -m compileall -q accounts feedback focusprog keeping missions outbox programme reports touchpoints

# The containers run read-only; fontconfig keeps its cache where it may write.
ENV PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp \
    STATIC_ROOT=/srv/static
USER focusprog
EXPOSE 8000
CMD ["gunicorn", "focusprog.wsgi:application", "--config", "deploy/web_server.py"]
