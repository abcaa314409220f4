/** No machine has more; what is above was written in another unit, or is rubbish. */
export const MAX_CORES = 100_000
export const MAX_BYTES = 2 ** 50
