/** Most CPU that a sample may have. No machine has more; a higher value has another unit or is garbage. */
export const MAX_CORES = 100_000
/** Most memory that a sample may have. No machine has more; a higher value has another unit or is garbage. */
export const MAX_BYTES = 2 ** 50
