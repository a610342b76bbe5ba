# The runner, for trying things out. Benchmarks that count belong on a host, not in a container.
# Build from the project's root: docker build -f docker/runner.Dockerfile -t benchgate-runner .
FROM debian:12 AS build
WORKDIR /src
COPY packages packages
RUN apt-get update && apt-get install -y --no-install-recommends $(sed 's/#.*//' packages/build.txt) && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake --preset release && cmake --build --preset release --target benchgate-runner

FROM debian:12
# Debian packages for suites under load (docs/load.md), none unless asked for: docker build
#   --build-arg LOAD_TOOLS="wrk hey apache2-utils postgresql-15 python3-locust stress-ng iproute2" ...
ARG LOAD_TOOLS=""
# What suites build with; add what yours need (and linux-perf, if /rebench profile is to work).
RUN apt-get update && apt-get install -y --no-install-recommends \
        libcpp-httplib0.11 libgit2-1.5 libspdlog1.10 libfmt9 libseccomp2 libsimdjson14 libpugixml1v5 libre2-9 bubblewrap ca-certificates tini \
        build-essential cmake ninja-build libbenchmark-dev ${LOAD_TOOLS} \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/bin/benchgate-runner /usr/local/bin/
VOLUME /var/lib/benchgate-runner
# bubblewrap makes namespaces and mounts a /proc: docker run --security-opt seccomp=unconfined
# --security-opt apparmor=unconfined --security-opt systempaths=unconfined (docker/compose.yml).
ENTRYPOINT ["/usr/bin/tini", "--", "benchgate-runner"]
