/** Maximum CPU of a sample. No machine has more; a higher value has another unit or is garbage. */
export const MAX_CORES = 100_000
/** Maximum memory of a sample. No machine has more; a higher value has another unit or is garbage. */
export const MAX_BYTES = 2 ** 50
