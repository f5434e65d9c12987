FROM node:22-slim AS front
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.12-slim
WORKDIR /app
# For manage.py backup and restore.
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client && rm -rf /var/lib/apt/lists/*
COPY requirements-uv.lock requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-uv.lock \
    && uv pip install --system --no-cache --compile-bytecode --require-hashes -r requirements.lock
COPY --from=front /app/node_modules node_modules
COPY . .
RUN python -m config.messages compile
RUN useradd --system --uid 1000 busbar && install -d -o busbar /data
USER busbar
ENV DATA=/data PYTHONUNBUFFERED=1 LOG_FORMAT=json
VOLUME /data
CMD ["daphne", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
