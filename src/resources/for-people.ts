/* Rounded amounts for people. They are not for the API or for computing. */

/** CPU in a form for people: `340m`, `1.4`, `12`. */
export function formatCores(cores: number): string {
  return cores < 1 ? `${Math.round(cores * 1000)}m` : trimmed(cores)
}

/** Memory in a form for people: `290Mi`, `1.5Gi`, `2.25Ti`. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  if (mebibytes < 1024) return `${Math.round(mebibytes)}Mi`
  const gibibytes = mebibytes / 1024
  return gibibytes < 1024 ? `${trimmed(gibibytes)}Gi` : `${trimmed(gibibytes / 1024)}Ti`
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 2 : 0)))
}
