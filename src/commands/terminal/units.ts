/** For people: `340m`, `1.4`, `12`. */
export function formatCores(cores: number): string {
  return cores < 1 ? `${Math.round(cores * 1000)}m` : trimmed(cores)
}

/** For people: `290Mi`, `1.5Gi`. */
export function formatBytes(bytes: number): string {
  const mebibytes = bytes / 2 ** 20
  return mebibytes < 1024 ? `${Math.round(mebibytes)}Mi` : `${trimmed(mebibytes / 1024)}Gi`
}

/** Dollars: `$12.30`, `−$4.05`. */
export function formatMoney(dollars: number): string {
  const rounded = Math.abs(dollars) < 0.005 ? 0 : dollars
  return `${rounded < 0 ? '−' : ''}$${Math.abs(rounded).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

export function formatCount(count: number): string {
  return count.toLocaleString('en')
}

/** `1 Pod`, `2 Pods`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(value < 100 ? 2 : 0)))
}
