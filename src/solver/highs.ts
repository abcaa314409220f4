import * as package_ from 'highs'
import type { LinearProgram, LpSolution, LpSolver, RowBounds } from '../nodes/index.ts'

/** Longest time for one linear program. */
const MOST_SECONDS = 20

/** The types of the package describe its CommonJS build, where the loader is a property of what is imported here. */
const load = package_.default as unknown as (typeof package_)['default']['default']

/** Loads HiGHS (WebAssembly) and returns a solver. It takes some tens of milliseconds. */
export async function loadSolver(): Promise<LpSolver> {
  const highs = await load()
  return (program, others = []) =>
    highs.withModel(modelOf(program), (model) => {
      model.options.set({ output_flag: false, time_limit: MOST_SECONDS })
      const solved = (): LpSolution | undefined => {
        model.run()
        if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined
        const { colValue, rowDual } = model.getSolution()
        return { x: colValue, rowDuals: rowDual }
      }
      const all = { kind: 'range', from: 0, to: program.rowLower.length - 1 } as const
      return [
        solved(),
        ...others.map(({ rowLower, rowUpper }: RowBounds) => {
          model.changeRowsBounds(all, rowLower, rowUpper)
          return solved()
        }),
      ]
    })
}

function modelOf({ cost, lower, upper, rowLower, rowUpper, starts, indices, values }: LinearProgram) {
  const [numCols, numRows] = [cost.length, rowLower.length]
  return {
    ...{ numCols, numRows, colCost: cost, colLower: lower, colUpper: upper, rowLower, rowUpper },
    matrix: { format: 'csc' as const, numCols, numRows, starts, indices, values },
  }
}
