# The production image: no embedded servers, no build tools, not root.

FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY scripts scripts
COPY static static
RUN node scripts/assets.mjs

FROM python:3.11-slim AS packages
COPY requirements.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --only-binary=:all: --no-deps --require-hashes -r requirements.lock

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin portal
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
COPY --from=assets /app/static/vendor static/vendor
# Settings want keys before they load; these are made up for the one command, kept nowhere and open nothing.
RUN PORTAL_PROFILE=demo DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    SECRET_KEY="$(head -c 48 /dev/urandom | base64)" \
    PORTAL_FIELD_KEYS="1:$(head -c 16 /dev/urandom | base64)" \
    PORTAL_INDEX_KEY="$(head -c 32 /dev/urandom | base64)" \
    python manage.py collectstatic --noinput --ignore='css/*' --ignore='js/*'
USER portal
EXPOSE 8000
CMD ["gunicorn", "ganzhou.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", \
     "--max-requests", "20000", "--max-requests-jitter", "2000", "--graceful-timeout", "30"]
