const MEBIBYTE = 2 ** 20
/** V8's own choice takes 100 MiB more while a fortnight is learned, and is no faster (docs/decisions/0036). */
const SEMI_SPACE_MEBIBYTES = 8
/**
 * What a container with supervisor and worker takes beside the worker's old space: the supervisor itself, code, stacks, buffers,
 * young objects, what is in flight (docs/decisions/0036 has the measurements).
 */
const REST_BYTES = 160 * MEBIBYTE
const LEAST_BYTES = 64 * MEBIBYTE
/** However large the container is, a part stays free for what lives outside the heap and grows with it. */
const MOST_SHARE = 0.6

/**
 * How large the worker's heap may become (`--max-old-space-size`), in MiB, so that V8 gives up, with a message, before the
 * kernel kills something in the container. Undefined where the container has no limit of its own: then Node's own cap holds.
 *
 * @param limitBytes of the container's memory; 0 or that of the machine where there is none
 */
export function heapMebibytes(limitBytes: number, machineBytes: number): number | undefined {
  if (!(limitBytes > 0) || limitBytes >= machineBytes) return undefined
  const bytes = Math.min(limitBytes * MOST_SHARE, limitBytes - REST_BYTES)
  return Math.floor(Math.max(bytes, LEAST_BYTES) / MEBIBYTE)
}

/** What Node.js is started with for a worker in a container of that memory; both as above. */
export function workerArguments(limitBytes: number, machineBytes: number): readonly string[] {
  const heap = heapMebibytes(limitBytes, machineBytes)
  return [
    `--max-semi-space-size=${SEMI_SPACE_MEBIBYTES}`,
    ...(heap === undefined ? [] : [`--max-old-space-size=${heap}`]),
  ]
}
