import type { Cluster } from './cluster.ts'
import { type ApiNode, readNode } from './read-node.ts'
import { type ApiPodOnNode, type PodReading, readPod } from './read-pod.ts'

/** Problems beyond these are counted, not listed. */
const MOST_PROBLEMS = 20

/** Reads nodes and Pods as the API has them. What cannot be used is left out, with a line that says so. */
export function readNodesAndPods(
  nodes: Iterable<ApiNode>,
  pods: Iterable<ApiPodOnNode>,
  reading: PodReading = { volumes: new Map() },
): Cluster {
  const problems: string[] = []
  let more = 0
  const onProblem = (line: string) => {
    if (problems.length < MOST_PROBLEMS) problems.push(line)
    else more++
  }
  const read = {
    nodes: [...nodes].flatMap((node) => readNode(node, onProblem) ?? []),
    pods: [...pods].flatMap((pod) => readPod(pod, reading, onProblem) ?? []),
  }
  return { ...read, problems: more > 0 ? [...problems, `And ${more} more like these.`] : problems }
}
