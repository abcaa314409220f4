import { z } from 'zod'
import { Settings } from './cluster-settings.ts'
import { PageUrl, PathPrefix } from './command-line.ts'
import { DashboardPrices, ExperimentPrices } from './prices.ts'
import { Quantity } from './quantity.ts'

/** An object of Kubernetes that is passed on unchanged; the API server checks it. */
const AnyObject = z.record(z.string(), z.unknown())
const Texts = z.record(z.string(), z.string())
const Port = (usual: number) => z.int().min(1).max(65_535).default(usual)

const resources = (cpu: string, memory: string, limit: string) =>
  z
    .strictObject({
      requests: z.record(z.string(), Quantity).prefault({ cpu, memory }).describe('Requests.'),
      limits: z
        .record(z.string(), Quantity)
        .prefault({ memory: limit })
        .describe(
          "Limits. limits.memory determines Node.js's heap limit. A CPU limit would throttle the container: in the webhook, it delays admissions.",
        ),
    })
    .prefault({})
    .describe('Resources of the container.')

const optIn = (what: string, usualLabels: Record<string, string> = {}) =>
  z.strictObject({
    enabled: z.boolean().default(false).describe(what),
    labels: Texts.prefault(usualLabels).describe(
      'Labels of the object, by which the Prometheus operator or the Grafana sidecar finds it.',
    ),
  })

const account = (usual: string, what: string, annotations: string) =>
  z
    .strictObject({
      create: z.boolean().default(true).describe('Whether the chart creates it.'),
      name: z.string().max(253).default('').describe(`Its name. Empty: ${usual}.`),
      annotations: Texts.prefault({}).describe(annotations),
    })
    .prefault({})
    .describe(what)

const environment = (what: string) =>
  z
    .array(AnyObject)
    .prefault([])
    .describe(
      `More environment variables of the container, as in a Pod: [{name: …, value: …}], ${what}. Not NODE_OPTIONS and POD_NAME, which the chart sets.`,
    )

/** Annotations of the objects of one component, and its environment. */
const component = (environmentFor: string) => ({
  extraEnv: environment(environmentFor),
  deploymentAnnotations: Texts.prefault({}).describe('Annotations of the Deployment.'),
  serviceAnnotations: Texts.prefault({}).describe('Annotations of the Service.'),
})

const Hosts = z.array(z.string().min(1).max(253))

const DashboardIngress = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Create an Ingress for the dashboard.'),
    className: z.string().max(253).default('').describe('Class of the Ingress; empty: the default of the cluster.'),
    annotations: Texts.prefault({}).describe('Annotations of the Ingress.'),
    hosts: Hosts.prefault([]).describe('Hosts, such as [plimsoll.example.com]; empty: any.'),
    tls: z.array(AnyObject).prefault([]).describe('TLS, as in an Ingress: [{secretName: …, hosts: […]}].'),
  })
  .prefault({})

const DashboardRoute = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Create an HTTPRoute (Gateway API) for the dashboard.'),
    annotations: Texts.prefault({}).describe('Annotations of the HTTPRoute.'),
    parentRefs: z
      .array(AnyObject)
      .prefault([])
      .describe('Gateways that the route attaches to: [{name: …, namespace: …}].'),
    hostnames: Hosts.prefault([]).describe('Hosts, such as [plimsoll.example.com]; empty: those of the Gateway.'),
  })
  .prefault({})

/** The part of the settings that users set: the chart derives the rest from the release. */
const ChartSettings = Settings.omit({ namespace: true, certificates: true, experiments: true })

/**
 * Values of charts/plimsoll, with defaults and descriptions: values.yaml, values.schema.json and the table in the
 * chart's README are generated from this.
 */
export const ChartValues = z.strictObject({
  image: z
    .strictObject({
      repository: z
        .string()
        .default('')
        .describe(
          'Repository of the image, such as registry.example.com/plimsoll. A released chart has the repository of its release as the default.',
        ),
      tag: z.string().max(128).default('').describe("Tag of the image; empty: the chart's appVersion."),
      digest: z
        .string()
        .regex(/^(sha256:[0-9a-f]{64})?$/)
        .default('')
        .describe('Digest (sha256:…) of the image; takes precedence over the tag.'),
      pullPolicy: z
        .enum(['IfNotPresent', 'Always', 'Never'])
        .default('IfNotPresent')
        .describe('When the image is pulled.'),
      pullSecrets: z.array(AnyObject).prefault([]).describe('Image pull secrets: [{name: …}].'),
    })
    .prefault({})
    .describe('The image of all components.'),
  replicas: z.int().min(1).max(20).default(2).describe('Pods of the webhook.'),
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('What is logged.'),
  settings: ChartSettings.prefault({}).describe('Settings of Plimsoll; a change restarts the Pods.'),
  certificates: z
    .strictObject({
      mode: z
        .enum(['self-managed', 'cert-manager', 'existing'])
        .default('self-managed')
        .describe('Who issues the serving certificate: Plimsoll (self-managed), cert-manager, or you (existing).'),
      existingSecret: z
        .string()
        .max(253)
        .default('')
        .describe(
          'Mode existing: Secret in the namespace of the release, with tls.crt and tls.key; reloaded when it changes.',
        ),
      ca: z
        .string()
        .max(100_000)
        .default('')
        .describe('Mode existing: the certificate authority that the API server must trust (PEM).'),
      issuerRef: AnyObject.prefault({}).describe(
        'Mode cert-manager: {name, kind, group} of an issuer; empty: one that the chart creates.',
      ),
    })
    .prefault({})
    .describe('The serving certificate of the webhook.'),
  webhook: z
    .strictObject({
      port: Port(8443).describe(
        'Port of the container. If the control plane reaches only some ports of the nodes (private GKE: 443 and 10250), choose one of these.',
      ),
      opsPort: Port(8080).describe('Port for probes and metrics, in plain HTTP.'),
      hostNetwork: z
        .boolean()
        .default(false)
        .describe(
          "Use the node's network, for control planes that cannot reach Pods. Pod Security does not allow it where it is enforced.",
        ),
      clientCa: z
        .string()
        .max(100_000)
        .default('')
        .describe(
          'Authority (PEM) of the client certificate that the API server presents (docs/guides/security.md). If it is set, nobody else gets answers with values.',
        ),
      clientName: z
        .string()
        .max(253)
        .default('')
        .describe('Common name that this certificate must have; empty: any name.'),
      pathKeys: z
        .array(z.string().regex(/^[a-z0-9]{32,64}$/))
        .max(4)
        .prefault([])
        .describe(
          'For certificates.mode cert-manager and existing: keys for the path of reviews (openssl rand -hex 20); the registration has the first. In mode self-managed, Plimsoll creates the key.',
        ),
      resources: resources('50m', '128Mi', '384Mi'),
      ...component('such as TZ'),
      serviceAccount: account(
        'the name of the release',
        'Service account of the webhook, which may only read.',
        'Annotations of the account.',
      ),
    })
    .prefault({})
    .describe('The Pods that answer the API server.'),
  learner: z
    .strictObject({
      replicas: z.int().min(1).max(20).default(2).describe('Pods of the learner. One leads, the others are standbys.'),
      opsPort: Port(8081).describe('Port for metrics, in plain HTTP.'),
      resources: resources('50m', '256Mi', '768Mi'),
      ...component('such as HTTPS_PROXY and NO_PROXY for a Prometheus behind a proxy, or NODE_EXTRA_CA_CERTS'),
      volumeMounts: z
        .array(AnyObject)
        .prefault([])
        .describe('More volume mounts, such as for the files in settings.prometheus.tokenFile and caFile.'),
      serviceAccount: account(
        'the name of the release, with -learner',
        'Service account of the learner. It must differ from the account of the webhook.',
        'Annotations of the account, such as for the identity that a managed Prometheus requires.',
      ),
    })
    .prefault({})
    .describe('The Pods that learn and publish.'),
  dashboard: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Serve the dashboard, as a separate Deployment and Service. People sign in with their own token, and see and decide only what RBAC allows them to.',
        ),
      port: Port(8090).describe('Container port, plain HTTP: terminate TLS in front of it.'),
      prices: DashboardPrices.prefault({}).describe('Prices, as in the file of plimsoll report --prices.'),
      pathPrefix: PathPrefix.default('').describe(
        'Path of the dashboard, such as /plimsoll; empty: the root of the host. A proxy in front must not remove it.',
      ),
      clusters: z
        .array(z.strictObject({ name: z.string().regex(/^[^=]{1,63}$/), url: PageUrl }))
        .max(100)
        .prefault([])
        .describe(
          'Dashboards of other clusters, which this one links to: [{name: eu, url: https://plimsoll.eu.example.com}].',
        ),
      ingress: DashboardIngress,
      httpRoute: DashboardRoute,
      resources: resources('50m', '192Mi', '512Mi'),
      ...component('such as NODE_EXTRA_CA_CERTS'),
      volumeMounts: z
        .array(AnyObject)
        .prefault([])
        .describe('More volume mounts, such as for the files in settings.prometheus.tokenFile and caFile.'),
      from: z
        .array(AnyObject)
        .prefault([])
        .describe('With networkPolicy.enabled: who may connect, as in a NetworkPolicy; empty: everybody.'),
    })
    .prefault({})
    .describe('The dashboard: see docs/guides/dashboard.md.'),
  experiments: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Run Experiments (docs/guides/experiments.md): load tests that change workloads in the namespaces below, and restore them.',
        ),
      namespaces: z
        .array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/))
        .max(100)
        .prefault([])
        .describe(
          'Namespaces in which the learner may change workloads, by a Role in each; they must exist. They also need the label plimsoll.dev/experiments: allowed.',
        ),
      images: z
        .strictObject({
          k6: z.string().max(500).default('').describe('For k6 scripts. Empty: grafana/k6:1.8.1.'),
          locust: z.string().max(500).default('').describe('For Locust files. Empty: locustio/locust:2.47.0.'),
        })
        .prefault({})
        .describe('Images of load generators, with tag or digest, such as from a mirror.'),
      prices: ExperimentPrices.prefault({}).describe('Prices of the nodes of these namespaces.'),
    })
    .prefault({})
    .describe('Experiments in pre-production.'),
  volumes: z.array(AnyObject).prefault([]).describe('Volumes for learner.volumeMounts and dashboard.volumeMounts.'),
  crds: z
    .strictObject({
      install: z
        .boolean()
        .default(true)
        .describe('Install the CustomResourceDefinitions with the release. They stay when it is uninstalled.'),
    })
    .prefault({})
    .describe('The types Recommendation, RecommendationCheckpoint, SizingPolicy and Experiment.'),
  metrics: z
    .strictObject({
      serviceMonitor: optIn('Create a ServiceMonitor (Prometheus operator).')
        .extend({
          interval: z
            .string()
            .regex(/^[1-9]\d*(s|m)$/)
            .default('30s')
            .describe('Scrape interval.'),
          relabelings: z
            .array(AnyObject)
            .prefault([])
            .describe('Relabelings before a scrape, such as to add a label cluster.'),
          metricRelabelings: z.array(AnyObject).prefault([]).describe('Relabelings of scraped samples.'),
        })
        .prefault({}),
      prometheusRule: optIn('Create a PrometheusRule with the alerts of files/alerts.yaml.').prefault({}),
      dashboard: optIn('Create a ConfigMap with the Grafana dashboard.', { grafana_dashboard: '1' }).prefault({}),
    })
    .prefault({})
    .describe('Monitoring.'),
  networkPolicy: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Allow only connections from the API server and scrapes. Off by default, because the chart cannot know the address of the API server.',
        ),
      apiServerCidrs: z
        .array(z.string().regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/))
        .prefault([])
        .describe('Addresses of the API server; empty: any address may call the webhook port.'),
      scrapers: z
        .array(AnyObject)
        .prefault([
          {
            namespaceSelector: {},
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
          },
        ])
        .describe(
          'Who may read metrics, as in a NetworkPolicy. The API server always may, because the doctor reads metrics through it. Empty: nobody else.',
        ),
    })
    .prefault({})
    .describe('A NetworkPolicy for incoming connections.'),
  priorityClassName: z.string().max(253).default('').describe('Priority class of the Pods.'),
  commonLabels: Texts.prefault({}).describe('Additional labels of all objects and Pods of the release.'),
  podLabels: Texts.prefault({}).describe('Additional labels of the Pods.'),
  podAnnotations: Texts.prefault({}).describe('Additional annotations of the Pods.'),
  podSecurityContext: AnyObject.prefault({
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  }).describe(
    'Security context of the Pods. OpenShift chooses the user, so there runAsUser and runAsGroup are left out unless they differ from the default; null leaves a field out in any cluster.',
  ),
  securityContext: AnyObject.prefault({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }).describe('Security context of the containers.'),
  nodeSelector: Texts.prefault({}).describe('Nodes that the Pods may run on.'),
  tolerations: z.array(AnyObject).prefault([]).describe('Taints that the Pods tolerate.'),
  affinity: AnyObject.prefault({}).describe('Affinity of the Pods. By default, they spread over nodes and zones.'),
  topologySpreadConstraints: z
    .array(AnyObject)
    .prefault([])
    .describe(
      'Topology spread of webhook and learner, instead of the default: over nodes and zones if possible. A constraint without a labelSelector counts the Pods of the same Deployment.',
    ),
  dnsPolicy: z
    .enum(['', 'ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'])
    .default('')
    .describe(
      'DNS policy of the Pods; empty: ClusterFirst, and ClusterFirstWithHostNet with webhook.hostNetwork. None needs dnsConfig.',
    ),
  dnsConfig: AnyObject.prefault({}).describe(
    'DNS configuration of the Pods, such as {options: [{name: ndots, value: "2"}]}.',
  ),
  revisionHistoryLimit: z.int().min(1).max(100).default(3).describe('Number of old ReplicaSets to keep.'),
  nameOverride: z.string().max(63).default('').describe('Replaces the name of the chart in names of objects.'),
  fullnameOverride: z.string().max(52).default('').describe('Replaces the name of the release in names of objects.'),
  extraObjects: z
    .array(AnyObject)
    .prefault([])
    .describe('Additional objects of the release, such as an ExternalSecret. Strings in them are templates.'),
  enabled: z.boolean().optional().describe('For charts that depend on this one, as their condition; unused here.'),
  global: AnyObject.optional().describe('For charts that depend on this one; unused here.'),
})
