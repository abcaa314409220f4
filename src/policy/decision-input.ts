import { isObject } from '../resources/index.ts'
import { MIRROR_ANNOTATION, type Pod, type PodContainer } from './pod.ts'

/** Prefix of the labels and annotations that people write for Plimsoll. */
const OWN = 'plimsoll.dev/'

/**
 * Up to this number of characters, the size of all annotations cannot matter: with the longest record, and at three bytes a character,
 * they stay below the limit of the API server.
 */
const MOST_CHARACTERS = 60 * 1024

/** Every field of a type, so that the compiler reports missing ones. */
type Every<T> = { readonly [field in keyof Required<T>]: T[field] | undefined }

/**
 * Reads everything in a Pod on which a decision may depend, and nothing else: Pods with equal inputs get equal decisions. Differences
 * between Pods of one template (names, token volumes, an index) are left out. The labels that policies select by, and the fields that
 * identify the workload, are read separately.
 *
 * @returns undefined if the Pod is not as the API server would send it, or if its annotations are so long that their size matters
 */
export function readDecisionInput({ metadata, spec }: Pod): Pod | undefined {
  if (!isObject(metadata) || !isObject(spec)) return undefined
  const labels = ownOf(metadata.labels)
  const annotations = ownOf(metadata.annotations)
  const containers = inputsOf(spec.containers)
  const initContainers = inputsOf(spec.initContainers)
  if (!labels || !annotations || !containers || !initContainers) return undefined
  const { resources, overhead, activeDeadlineSeconds, priorityClassName, restartPolicy } = spec
  const input: Every<NonNullable<Pod['spec']>> = {
    containers: containers.list,
    initContainers: initContainers.list,
    resources,
    overhead,
    activeDeadlineSeconds,
    priorityClassName,
    restartPolicy,
  }
  return { metadata: { labels: labels.own, annotations: annotations.own }, spec: input } as Pod
}

/** @returns undefined if it is not a map of strings, or too long */
function ownOf(map: unknown): { readonly own: Readonly<Record<string, string>> | undefined } | undefined {
  if (map === undefined || map === null) return NO_MAP
  if (!isObject(map)) return undefined
  let characters = 0
  const own: Record<string, string> = {}
  for (const key of Object.keys(map)) {
    const value = map[key]
    if (typeof value !== 'string') return undefined
    characters += key.length + value.length
    if (key.startsWith(OWN) || key === MIRROR_ANNOTATION) own[key] = value
  }
  return characters > MOST_CHARACTERS ? undefined : { own }
}

const NO_MAP = { own: undefined }

/** @returns undefined if it is not a list of objects */
function inputsOf(list: unknown): { readonly list: readonly PodContainer[] | undefined } | undefined {
  if (list === undefined || list === null) return NO_LIST
  if (!Array.isArray(list) || !list.every(isObject)) return undefined
  return { list: list.map(inputOf) }
}

const NO_LIST = { list: undefined }

function inputOf(container: PodContainer): PodContainer {
  const { name, image, restartPolicy, resources, command, args, env, envFrom, resizePolicy } = container
  const { readinessProbe, startupProbe } = container
  const input: Every<PodContainer> = {
    ...{ name, image, restartPolicy, resources, command, args, env, envFrom, resizePolicy },
    ...{ readinessProbe, startupProbe },
  }
  return input as PodContainer
}
