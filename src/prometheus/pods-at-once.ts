/** Number of Pods in one query. Their names are part of the URL, whose length servers and proxies limit. */
const PODS_AT_ONCE = 100

/** Splits names of Pods into groups that fit into one query. */
export function* podsAtOnce(pods: readonly string[]): Iterable<readonly string[]> {
  for (let at = 0; at < pods.length; at += PODS_AT_ONCE) yield pods.slice(at, at + PODS_AT_ONCE)
}
