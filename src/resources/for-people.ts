/* Amounts as people read them, rounded; never for the API, nor to compute with. */

/** `340m`, `1.4`, `12`. */
export function formatCores(cores: number): string {
  return cores < 1 ? `${Math.round(cores * 1000)}m` : trimmed(cores)
}

/** `290Mi`, `1.5Gi`. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return mebibytes < 1024 ? `${Math.round(mebibytes)}Mi` : `${trimmed(mebibytes / 1024)}Gi`
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 2 : 0)))
}
