import { stringify } from 'yaml'

/** An archive of the plugin, for one platform as Go calls it. */
export interface PlatformArchive {
  readonly os: string
  readonly architecture: string
  readonly uri: string
  readonly sha256: string
}

export interface ManifestOptions {
  /** Version without a `v`. */
  readonly version: string
  readonly homepage: string
  readonly archives: readonly PlatformArchive[]
}

/** Manifest for krew-index (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/). */
export function krewManifest({ version, homepage, archives }: ManifestOptions): string {
  return stringify(
    {
      apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
      kind: 'Plugin',
      metadata: { name: 'plimsoll' },
      spec: {
        version: `v${version}`,
        homepage,
        shortDescription: 'Right-size Pods, and say why',
        description:
          'Shows what workloads ask for, use and should have, explains each decision of Plimsoll, approves or rejects changes, ' +
          'and checks an installation. "report", "backtest" and "init" need no installation and write nothing.\n',
        caveats:
          'Start with "kubectl plimsoll init", which looks at the cluster and prints the helm command that fits.\n',
        platforms: archives.map(({ os, architecture, uri, sha256 }) => ({
          selector: { matchLabels: { os, arch: architecture } },
          uri,
          sha256,
          bin: 'kubectl-plimsoll',
        })),
      },
    },
    { lineWidth: 0 },
  )
}
