import { z } from 'zod'

/**
 * Most containers, init containers included, of a Pod that is sized. A Recommendation with so many, in every revision that it holds, stays
 * well below the 1.5 MiB that etcd takes.
 */
export const MAX_CONTAINERS = 128

/** Most classes of nodes for which a container of a DaemonSet has values. */
export const MAX_NODE_CLASSES = 12

/** Class of nodes: `cpu=16`, `pods=110`, or a label with its value. A key of a label has at most 253 + 1 + 63 characters, a value 63. */
export const NodeClass = z
  .string()
  .max(381)
  .regex(/^[A-Za-z0-9][-A-Za-z0-9_./]*=[-A-Za-z0-9_.]*$/)

/** A container, or its values on the nodes of a class: `agent`, `agent@cpu=16`. */
export const ContainerKey = z.string().min(1).max(445)

/** Maximum length of a workload's kind in characters, with its API group where it is written with it. */
export const MAX_KIND = 253

/** Kubernetes quantity as text, without a sign and an exponent. Authors may write any grain, and the changelog quotes what they wrote. */
export const Quantity = z
  .string()
  .max(32)
  .regex(/^[0-9]+(\.[0-9]+)?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/)
/** Rule of the API server, in CEL: a limit must not be below the request. */
export const NOT_ABOVE_LIMIT = {
  rule: '!has(self.limit) || quantity(self.request).compareTo(quantity(self.limit)) <= 0',
  message: 'the request must not be above the limit',
}
export const Timestamp = z.iso.datetime()
/** Time that an actor writes, RFC 3339 with any offset. */
export const ActorTimestamp = z.iso.datetime({ offset: true })
export const Confidence = z
  .number()
  .min(0)
  .max(1)
  .describe(
    'Probability that the recommendation holds for its next 24 hours: of CPU, that usage is above the request for no longer than on the worst known day; of memory, that it stays below the limit.',
  )

export const UserName = z.string().min(1).max(256)

/** Message for a person, at most 200 characters. */
export const Note = z.string().max(200)
