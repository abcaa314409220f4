import { IMAGE } from './helm.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

/** The newest first. */
export const PATH_KEYS = ['0123456789abcdef0123456789abcdef', 'fedcba9876543210fedcba9876543210']

/** Ways to install Plimsoll, by what is particular about each. */
export const VALUE_SETS: Readonly<Record<string, object>> = {
  'as it comes': {},
  "cert-manager with the chart's issuer": { certificates: { mode: 'cert-manager' } },
  'cert-manager with an issuer of the cluster': {
    certificates: { mode: 'cert-manager', issuerRef: { name: 'cluster-ca', kind: 'ClusterIssuer' } },
  },
  'a certificate that is there already': {
    certificates: { mode: 'existing', existingSecret: 'serving', ca: PEM },
  },
  'HPAs keep their scale points': { settings: { autoscalers: 'keepScalePoint' } },
  'experiments in pre-production': { experiments: { enabled: true, namespaces: ['staging', 'load-tests'] } },
  'SLOs of others are read': { settings: { slos: { objects: ['pyrra', 'sloth', 'openslo'] } } },
  'nodes by class, and the nodes that are needed': {
    settings: { nodeClasses: { enabled: true }, nodesNeeded: { enabled: true } },
  },
  'running Pods are left alone': { settings: { apply: { running: 'never' } } },
  'running Pods are restarted': { settings: { apply: { running: 'inPlaceOrRestart' } } },
  'strangers kept out': {
    certificates: { mode: 'cert-manager' },
    webhook: { pathKeys: PATH_KEYS, clientCa: PEM, clientName: 'kube-apiserver' },
  },
  'a private cluster': { webhook: { port: 10250 } },
  "the node's network": { webhook: { hostNetwork: true, port: 9443 }, tolerations: [{ operator: 'Exists' }] },
  'all of monitoring': {
    metrics: {
      serviceMonitor: { enabled: true, interval: '1m', labels: { release: 'prometheus' } },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
      dashboard: { enabled: true },
    },
  },
  'Prometheus as the source, with a token': {
    settings: {
      goal: 'reliability',
      prometheus: {
        url: 'https://prometheus.monitoring:9090',
        tokenFile: '/etc/prometheus-token/token',
        headers: { 'X-Scope-OrgID': 'shop' },
      },
    },
    volumes: [{ name: 'prometheus-token', secret: { secretName: 'prometheus-token' } }],
    learner: { volumeMounts: [{ name: 'prometheus-token', mountPath: '/etc/prometheus-token', readOnly: true }] },
  },
  'labels, annotations, environment, DNS and spread of your own': {
    commonLabels: { team: 'platform', 'example.com/cost-center': '42' },
    podLabels: { team: 'sizing' },
    topologySpreadConstraints: [
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
      {
        topologyKey: 'kubernetes.io/hostname',
        maxSkew: 2,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { team: 'sizing' } },
      },
    ],
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.0.0.10'], searches: ['svc.cluster.local'] },
    revisionHistoryLimit: 10,
    priorityClassName: 'system-cluster-critical',
    webhook: {
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
      deploymentAnnotations: { 'example.com/owner': 'webhook' },
      serviceAnnotations: { 'example.com/mesh': 'off' },
    },
    learner: {
      extraEnv: [
        { name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' },
        { name: 'NODE_EXTRA_CA_CERTS', value: '/etc/authorities/ca.crt' },
      ],
      volumeMounts: [{ name: 'authorities', mountPath: '/etc/authorities', readOnly: true }],
      deploymentAnnotations: { 'reloader.stakater.com/auto': 'true' },
      serviceAnnotations: { 'example.com/scrape': 'learner' },
    },
    dashboard: {
      enabled: true,
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
      deploymentAnnotations: { 'example.com/owner': 'dashboard' },
      serviceAnnotations: { 'example.com/expose': 'internal' },
    },
    volumes: [{ name: 'authorities', configMap: { name: 'authorities' } }],
    metrics: {
      serviceMonitor: {
        enabled: true,
        relabelings: [{ targetLabel: 'cluster', replacement: 'prod' }],
        metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'nodejs_.*', action: 'drop' }],
      },
    },
    extraObjects: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-{{ .Release.Name }}' }, data: { a: 'b' } },
    ],
  },
  'the dashboard behind an Ingress': {
    dashboard: {
      enabled: true,
      pathPrefix: '/plimsoll',
      clusters: [{ name: 'eu, "west"', url: 'https://plimsoll.eu.example.com/' }],
      ingress: {
        enabled: true,
        className: 'nginx',
        annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
        hosts: ['tools.example.com', '*.example.org'],
        tls: [{ secretName: 'tools-tls', hosts: ['tools.example.com'] }],
      },
    },
  },
  'the dashboard behind a Gateway': {
    dashboard: {
      enabled: true,
      httpRoute: {
        enabled: true,
        annotations: { 'example.com/owner': 'platform' },
        parentRefs: [{ name: 'public', namespace: 'gateways' }],
        hostnames: ['plimsoll.example.com'],
      },
    },
  },
  'a dependency of another chart': { enabled: true, global: { imageRegistry: 'unused' }, fullnameOverride: 'sizing' },
  'everything else': {
    image: {
      ...IMAGE.image,
      digest: `sha256:${'0'.repeat(64)}`,
      pullPolicy: 'Always',
      pullSecrets: [{ name: 'pull' }],
    },
    replicas: 3,
    logLevel: 'debug',
    settings: {
      goal: 'savings',
      bounds: { cpu: { min: '50m', max: 8 }, memory: { min: '64Mi', max: '32Gi' } },
      limits: { cpu: 'ratio', memory: 'keep' },
      sizeBestEffort: false,
      step: { maxIncrease: 0.5, maxDecrease: 0.25 },
    },
    webhook: {
      resources: { requests: { cpu: 0.1, memory: '256Mi' }, limits: { memory: '256Mi' } },
      serviceAccount: { create: false, name: 'answering' },
    },
    learner: {
      replicas: 1,
      resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: 1, memory: '2Gi' } },
      serviceAccount: {
        name: 'sizer',
        annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/prometheus' },
      },
    },
    crds: { install: false },
    networkPolicy: { enabled: true, apiServerCidrs: ['10.0.0.0/8', 'fd00::/8'] },
    priorityClassName: 'system-cluster-critical',
    podLabels: { team: 'platform' },
    podAnnotations: { 'example.com/owner': 'platform' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
    nameOverride: 'rightsizer',
  },
}
