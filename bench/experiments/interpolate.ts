/** A value that was measured somewhere on a plane. */
interface Measured {
  readonly at: readonly number[]
  readonly value: number
}

/** How far away a measured value counts little, in each direction (logarithms of CPU and memory). */
const WIDTHS = [0.15, 0.25] as const
/** Keeps slopes finite where all neighbours are in a line, and values where nothing is near. */
const FLAT = 1e-3

/** Local linear regression with a Gaussian kernel. Source: Cleveland, Robust Locally Weighted Regression, 1979 (without robustness). */
export function interpolate(measured: readonly Measured[]): (at: readonly [number, number]) => number {
  return ([x, y]) => {
    let [w, wx, wy, wxx, wxy, wyy, wv, wvx, wvy] = [0, 0, 0, 0, 0, 0, 0, 0, 0]
    for (const { at, value } of measured) {
      const [dx, dy] = [at[0]! - x, at[1]! - y]
      const weight = Math.exp(-((dx / WIDTHS[0]) ** 2 + (dy / WIDTHS[1]) ** 2) / 2) + 1e-9
      w += weight
      wx += weight * dx
      wy += weight * dy
      wxx += weight * dx * dx
      wxy += weight * dx * dy
      wyy += weight * dy * dy
      wv += weight * value
      wvx += weight * value * dx
      wvy += weight * value * dy
    }
    // The slopes first, from the centred moments; then the level at the point itself.
    const [cxx, cxy, cyy] = [wxx - (wx * wx) / w + FLAT * w, wxy - (wx * wy) / w, wyy - (wy * wy) / w + FLAT * w]
    const [cvx, cvy] = [wvx - (wv * wx) / w, wvy - (wv * wy) / w]
    const determinant = cxx * cyy - cxy * cxy
    const slopeX = (cvx * cyy - cvy * cxy) / determinant
    const slopeY = (cvy * cxx - cvx * cxy) / determinant
    return (wv - slopeX * wx - slopeY * wy) / w
  }
}
