const CLUSTER = 'cluster=~"$cluster"'

/** A metric in the chosen clusters. If a Prometheus holds one cluster only, its series have no label `cluster`, and all match. */
export function metric(name: string, matchers = ''): string {
  return `${name}{${CLUSTER}${matchers && `, ${matchers}`}}`
}

/** A gauge of the learner that leads: another replica keeps the values of the time when it led. */
export function ofLeader(name: string, matchers = ''): string {
  const leading = metric('plimsoll_learner_leading')
  return `(${metric(name, matchers)} and on (cluster, pod, instance) ${leading} == 1)`
}

/** Increase of a counter between two points of a graph, summed by labels. */
export function increase(name: string, by: string, matchers = ''): string {
  return `sum by (${by}) (increase(${metric(name, matchers)}[$__rate_interval]))`
}

/** Rate of a counter in events per second, summed by labels. */
export function rate(name: string, by: string, matchers = ''): string {
  return `sum by (${by}) (rate(${metric(name, matchers)}[$__rate_interval]))`
}
