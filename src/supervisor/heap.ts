const MEBIBYTE = 2 ** 20
/** V8's default takes 100 MiB more while 14 days are learned, and is no faster (docs/decisions/0036). */
const SEMI_SPACE_MEBIBYTES = 8
/**
 * Memory of a container with supervisor and worker outside the worker's old space: the supervisor itself, code, stacks, buffers, young
 * objects and data in transit (docs/decisions/0036 has the measurements).
 */
const REST_BYTES = 160 * MEBIBYTE
const LEAST_BYTES = 64 * MEBIBYTE
/** Largest share of the limit for the heap: the rest is for memory outside the heap, which grows with it. */
const MOST_SHARE = 0.6

/**
 * Limit of the worker's heap (`--max-old-space-size`) in MiB, chosen so that V8 fails with a message before the kernel kills something
 * in the container. Undefined if the container has no memory limit: then Node's default applies.
 *
 * @param limitBytes memory limit of the container; 0, or at least `machineBytes`, if there is none
 * @param machineBytes memory of the machine
 */
export function heapMebibytes(limitBytes: number, machineBytes: number): number | undefined {
  if (!(limitBytes > 0) || limitBytes >= machineBytes) return undefined
  const bytes = Math.min(limitBytes * MOST_SHARE, limitBytes - REST_BYTES)
  return Math.floor(Math.max(bytes, LEAST_BYTES) / MEBIBYTE)
}

/** Node.js arguments for a worker in a container with that memory. The parameters are those of `heapMebibytes`. */
export function workerArguments(limitBytes: number, machineBytes: number): readonly string[] {
  const heap = heapMebibytes(limitBytes, machineBytes)
  return [
    `--max-semi-space-size=${SEMI_SPACE_MEBIBYTES}`,
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
  ]
}
