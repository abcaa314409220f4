# The image of Plimsoll: compiled code, production dependencies and a Node.js without a shell, run by nobody.
# The build needs a container engine and a registry; the cluster tests make the same root file system without either
# (test/cluster/harness), so a difference between the two is a bug.
#
# Before a release, pin both base images by digest: the release workflow refuses an unpinned one.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=optional
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --omit=optional

FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY bin bin
USER 65532:65532
ENTRYPOINT ["/nodejs/bin/node", "--enable-source-maps", "bin/plimsoll"]
CMD ["webhook"]
