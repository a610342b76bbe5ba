# The service. Build from the project's root: docker build -f docker/service.Dockerfile -t benchgate-service .
FROM debian:12 AS build
WORKDIR /src
COPY packages packages
RUN apt-get update && apt-get install -y --no-install-recommends $(sed 's/#.*//' packages/build.txt) && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release && cmake --build --preset release --target benchgate-service

FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        libcpp-httplib0.11 libpqxx-6.4 libgit2-1.5 libyaml-cpp0.7 libspdlog1.10 libfmt9 libprometheus-cpp-core1.0 libsimdjson14 libpugixml1v5 libre2-9 \
        postgresql-15 ca-certificates tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/benchgate benchgate
COPY --from=build /src/build/bin/benchgate-service /usr/local/bin/
USER benchgate
ENV BENCHGATE_LISTEN=0.0.0.0:8080 BENCHGATE_STATE_DIR=/var/lib/benchgate
VOLUME /var/lib/benchgate
EXPOSE 8080
# PostgreSQL, if it is private, is a child of the service; tini reaps what both leave behind.
ENTRYPOINT ["/usr/bin/tini", "--", "benchgate-service"]
